"""Who may open an MQTT line: NATS asks, the register answers. Also the clerk for ThingsBoard's topics, which do not say who speaks."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import nats
from django.db import close_old_connections
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.nkeys import Issuer, claims
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner

log = logging.getLogger("lifang.callout")
STREAM, CONSUMER, SHARED = "TELEMETRY", "ingest", "callout"
AWAY_SECONDS = 5.0
KEPT_NANOSECONDS = 7 * 24 * 3600 * 1_000_000_000
_MOST_SUBSCRIPTIONS = (
    100_000  # each QoS 1 subscription of a device is a consumer of NATS's own stream
)
_STREAM = {
    "name": STREAM, "subjects": ["d.>"], "retention": "limits", "storage": "file", "max_age": KEPT_NANOSECONDS,
    "max_consumers": 100, "discard": "old", "num_replicas": 1, "persist_mode": "async",
}  # fmt: skip
_CONSUMER = {
    "stream_name": STREAM,
    "config": {
        "durable_name": CONSUMER, "ack_policy": "explicit", "ack_wait": 30_000_000_000, "max_ack_pending": 50_000,
        "deliver_policy": "all", "max_deliver": -1, "max_waiting": 512,
    },
}  # fmt: skip


class Callout:
    """One responder; as many as there are share the questions."""

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime]) -> None:
        self.issuer, self.clock = issuer, clock
        self.devices: Client | None = None

    async def run(self, app_url: str, devices_url: str) -> None:
        """For ever."""
        lines: list[Client] = []
        try:
            for url, name in ((app_url, "lifang-callout"), (devices_url, "lifang-clerk")):
                lines.append(await nats.connect(url, max_reconnect_attempts=-1, name=name))
            app, self.devices = lines
            await app.subscribe("$SYS.REQ.USER.AUTH", queue=SHARED, cb=self._asked)
            await app.subscribe("tb.>", queue=SHARED, cb=self._passed)
            while True:
                await self._widen()
                await asyncio.sleep(30)
        finally:
            for line in lines:
                with suppress(Error, OSError):
                    await line.close()

    async def _asked(self, message: Msg) -> None:
        asked = claims(message.data.decode())["nats"]
        options = asked["connect_opts"]
        name, password = str(options.get("user") or ""), str(options.get("pass") or "")
        owner = await asyncio.to_thread(self._owner, password or name)
        # The clerk goes by the name: nobody may call itself otherwise than its key.
        if owner is not None and name not in (_prefix(owner), password or name):
            owner = None
        answer: dict[str, Any] = {"type": "authorization_response", "version": 2}
        if owner is None or asked["client_info"].get("type") != "mqtt":
            answer["error"] = "not authorised"
        else:
            answer["jwt"] = self._user(owner, asked["user_nkey"])
        said = {"sub": asked["user_nkey"], "aud": asked["server_id"]["id"], "nats": answer}
        await message.respond(self.issuer.token(said, self._now()).encode())

    def _owner(self, key: str) -> Owner | None:
        close_old_connections()
        with behind(SYSTEM):
            owner = ways.owner_of_key(SYSTEM, key, self.clock())
        return None if owner is None or owner.sandbox else owner

    def _user(self, owner: Owner, nkey: str) -> str:
        """It may speak under its own prefix, and hear what is sent to it."""
        prefix = _prefix(owner)
        may = {
            "pub": {"allow": [f"d.{prefix}.>", "v1.>", "v2.>", "v1//1.>"]},
            "sub": {"allow": [f"c.{prefix}", f"c.{prefix}.>", "v1.devices.me.rpc.request.*", "$MQTT.sub.>"]},
            "subs": 100, "data": -1, "payload": 262_144, "allowed_connection_types": ["MQTT"],
        }  # fmt: skip
        said = {"sub": nkey, "aud": "DEVICES", "name": prefix, "exp": owner.until // 1_000_000}
        return self.issuer.token(
            {**said, "nats": {"type": "user", "version": 2, **may}}, self._now()
        )

    async def _passed(self, message: Msg) -> None:
        """A message of ThingsBoard's API or of SensorThings, with the key it came by, into the stream. Without an answer of the stream it is lost: PUBACK did not wait."""
        who = json.loads((message.headers or {}).get("Nats-Request-Info", "{}"))
        prefix = str(who.get("user", "")).removeprefix("lf_").partition("_")[0]
        if not prefix.isalnum() or self.devices is None:
            return
        rest = message.subject.removeprefix("tb.")
        for pause in (0.2, 1.0, 5.0):
            with suppress(Error, OSError):
                await self.devices.jetstream().publish(
                    f"d.{prefix}.{rest}", message.data, timeout=5
                )
                return
            await asyncio.sleep(pause)
        log.error("a message of %s was lost: the stream did not answer", prefix)

    async def _widen(self) -> None:
        """NATS allows a thousand QoS 1 subscriptions unless told otherwise; its own stream is there with the first device."""
        assert self.devices is not None  # noqa: S101 -- narrows the type
        with suppress(Error, OSError, KeyError):
            told = await _api(self.devices, "STREAM.INFO.$MQTT_msgs", {})
            settings = told["config"]
            if settings.get("max_consumers", 0) < _MOST_SUBSCRIPTIONS:
                settings["max_consumers"] = _MOST_SUBSCRIPTIONS
                await _api(self.devices, "STREAM.UPDATE.$MQTT_msgs", settings)

    def _now(self) -> int:
        return int(self.clock().timestamp())


def _prefix(owner: Owner) -> str:
    return owner.source.partition(":")[2]


async def ensure(devices_url: str) -> None:
    """The stream and its shared consumer are there afterwards. Raises when the server is away: whoever asks tries again."""
    async with asyncio.timeout(AWAY_SECONDS):  # by itself the client would try for ever
        client = await nats.connect(devices_url, allow_reconnect=False)
    try:
        for name, settings in ((f"STREAM.CREATE.{STREAM}", _STREAM), (f"CONSUMER.DURABLE.CREATE.{STREAM}.{CONSUMER}", _CONSUMER)):  # fmt: skip
            told = await _api(client, name, settings)
            if "error" in told:
                raise RuntimeError(f"{name}: {told['error']}")
    finally:
        await client.close()


async def _api(client: Client, name: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(
        f"$JS.API.{name}", json.dumps(body).encode() if body else b"", timeout=5
    )
    told: dict[str, Any] = json.loads(answer.data)
    return told
