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

from lifang.boot.lanes import BULK, GUARD, ensure
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.nkeys import Issuer, claims
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner

log = logging.getLogger("lifang.callout")
SHARED = "callout"
RETURN_SECONDS = 24 * 3600  # after which a line is asked again, so that a key is on its right lane


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
            await ensure(devices_url)  # before the broker makes its own with the first device
            await app.subscribe("$SYS.REQ.USER.AUTH", queue=SHARED, cb=self._asked)
            await app.subscribe("tb.>", queue=SHARED, cb=self._passed)
            await asyncio.Event().wait()
        finally:
            for line in lines:
                with suppress(Error, OSError):
                    await line.close()

    async def _asked(self, message: Msg) -> None:
        asked = claims(message.data.decode())["nats"]
        options = asked["connect_opts"]
        name, password = str(options.get("user") or ""), str(options.get("pass") or "")
        owner, guarded = await asyncio.to_thread(self._owner, password or name)
        # The clerk goes by the name: nobody may call itself otherwise than its key.
        if owner is not None and name not in (_prefix(owner), password or name):
            owner = None
        answer: dict[str, Any] = {"type": "authorization_response", "version": 2}
        if owner is None or asked["client_info"].get("type") != "mqtt":
            answer["error"] = "not authorised"
        else:
            answer["jwt"] = self._user(owner, guarded, asked["user_nkey"])
        said = {"sub": asked["user_nkey"], "aud": asked["server_id"]["id"], "nats": answer}
        await message.respond(self.issuer.token(said, self._now()).encode())

    def _owner(self, key: str) -> tuple[Owner | None, bool]:
        """Whose key it is, and whether it may tell of danger to life."""
        close_old_connections()
        with behind(SYSTEM):
            owner = ways.owner_of_key(SYSTEM, key, self.clock())
            if owner is None or owner.sandbox:
                return None, False
            return owner, ways.guards(SYSTEM, owner)

    def _user(self, owner: Owner, guarded: bool, nkey: str) -> str:
        """It may speak under its own prefix, and hear what is sent to it."""
        prefix = _prefix(owner)
        may = {
            "pub": {"allow": [f"d.{prefix}.>", "v1.>", "v2.>", "v1//1.>"]},
            "sub": {"allow": [f"c.{prefix}", f"c.{prefix}.>", "v1.devices.me.rpc.request.*", "$MQTT.sub.>"]},
            "subs": 100, "data": -1, "payload": 262_144, "allowed_connection_types": ["MQTT"],
        }  # fmt: skip
        until = min(owner.until // 1_000_000, self._now() + RETURN_SECONDS)
        said = {"sub": nkey, "aud": GUARD if guarded else BULK, "name": prefix, "exp": until}
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

    def _now(self) -> int:
        return int(self.clock().timestamp())


def _prefix(owner: Owner) -> str:
    return owner.source.partition(":")[2]
