"""The streams that what devices say passes through: one lane for what may be of danger to life, one for all else.

A receipt of MQTT is given once the broker's own store of QoS 1 messages has the message. In the account GUARD that store is synced at each
message and is what we read: a receipt means "on disk". In the account DEVICES nothing is synced and our stream is read, forty times as
fast: a power cut may take what came last. Which of the two a key belongs to: `sensing.selectors.ways.guards`.
"""

import asyncio
import json
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client

from lifang.core.relay.pull import Pull

BULK, GUARD = "DEVICES", "GUARD"  # accounts of NATS
STREAM, RECEIVED = "TELEMETRY", "$MQTT_msgs"  # ours, and the broker's own
CONSUMER: Final = "ingest"
AWAY_SECONDS: Final = 5.0
# What a reader held when it was killed, or the power went, comes again after so long: with danger to life nobody waits half a minute.
GUARD_AGAIN_NANOSECONDS: Final = 5_000_000_000
_KEPT_NANOSECONDS: Final = 7 * 24 * 3600 * 1_000_000_000
_OURS = {
    "name": STREAM, "subjects": ["d.>"], "retention": "limits", "storage": "file", "max_age": _KEPT_NANOSECONDS,
    "max_consumers": 100, "discard": "old", "num_replicas": 1, "persist_mode": "async",
}  # fmt: skip
# As the broker makes it with its first device; made before, it may leave out the sync, and serve more than a thousand subscriptions.
_BROKERS = {
    "name": RECEIVED, "subjects": ["$MQTT.msgs.>"], "retention": "interest", "storage": "file",
    "max_consumers": 100_000, "discard": "old", "num_replicas": 1,
}  # fmt: skip
_READING = {
    "durable_name": CONSUMER, "ack_policy": "explicit", "ack_wait": 30_000_000_000, "max_ack_pending": 50_000,
    "deliver_policy": "all", "max_deliver": -1, "max_waiting": 512,
}  # fmt: skip


class Lane(NamedTuple):
    """What one reader reads."""

    account: str
    stream: str
    under: str = ""  # what stands before our subjects
    only: bytes = b""  # a header; messages with another are read on another lane
    gather_seconds: float = (
        0.0  # how long a message waits for others: a commit costs as much for one as for fifty
    )
    later: bool = False  # stored and acknowledged first, then looked at by the rules

    def open(self, devices_url: str) -> Pull:
        return Pull(url_of(devices_url, self.account), self.stream, CONSUMER, under=self.under, only=self.only)  # fmt: skip


LANES: Final = (
    Lane(BULK, STREAM, gather_seconds=0.3, later=True),
    Lane(GUARD, RECEIVED, "$MQTT.msgs."),
    # With QoS 0 there is no receipt, and the broker's store has nothing.
    Lane(GUARD, STREAM, only=b"Nmqtt-Pub:0"),
)


def url_of(devices_url: str, account: str) -> str:
    """The same server and password; the account's own user."""
    if account == BULK:
        return devices_url
    parts = urlsplit(devices_url)
    return devices_url.replace(f"//{parts.username}:", f"//{GUARD.lower()}:", 1)


async def ensure(devices_url: str) -> None:
    """The streams and their shared consumers are there afterwards. Raises when the server is away: whoever asks tries again."""
    for account in (BULK, GUARD):
        async with asyncio.timeout(AWAY_SECONDS):  # by itself the client would try for ever
            client = await nats.connect(url_of(devices_url, account), allow_reconnect=False)
        try:
            await _streams(client, {} if account == GUARD else {"persist_mode": "async"})
            for lane in LANES:
                if lane.account == account:
                    await _reader(client, lane)
        finally:
            await client.close()


async def _streams(client: Client, received: dict[str, Any]) -> None:
    await _made(client, f"STREAM.CREATE.{STREAM}", _OURS)
    found = (await asked(client, f"STREAM.INFO.{RECEIVED}")).get("config")
    wanted = _BROKERS | received
    if found and found.get("persist_mode", "") != wanted.get("persist_mode", ""):
        # Of an older version; it may go unless a device listens by it.
        told = await asked(client, f"STREAM.INFO.{RECEIVED}")
        if told["state"]["consumer_count"]:
            return
        await asked(client, f"STREAM.DELETE.{RECEIVED}")
    await _made(client, f"STREAM.CREATE.{RECEIVED}", wanted)


async def _reader(client: Client, lane: Lane) -> None:
    config = _READING | ({"filter_subject": f"{lane.under}d.>"} if lane.under else {})
    if lane.account == GUARD:
        config["ack_wait"] = GUARD_AGAIN_NANOSECONDS
    body = {"stream_name": lane.stream, "config": config}
    await _made(client, f"CONSUMER.DURABLE.CREATE.{lane.stream}.{CONSUMER}", body)


async def _made(client: Client, name: str, body: dict[str, Any]) -> None:
    told = await asked(client, name, body)
    if "error" in told:
        raise RuntimeError(f"{name}: {told['error']}")


async def asked(client: Client, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What JetStream answers."""
    said = json.dumps(body).encode() if body else b""
    answer = await client.request(f"$JS.API.{name}", said, timeout=5)
    told: dict[str, Any] = json.loads(answer.data)
    return told
