"""The way in for cameras and lower platforms by GB/T 28181: a process of its own, on one port of UDP."""

import asyncio
import logging
import os
import signal
from datetime import UTC, datetime
from typing import cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from lifang.boot.doctor import sip_address  # noqa: E402 -- Django must be set up first
from lifang.core.config import config  # noqa: E402
from lifang.sensing.api.batches import Gate  # noqa: E402
from lifang.sensing.api.sip import Registrar  # noqa: E402

log = logging.getLogger("lifang.sip")
MOST_AT_ONCE = 2_000  # more are not heard: who sends by UDP sends again


class Line(asyncio.DatagramProtocol):
    """One port."""

    def __init__(self, registrar: Registrar) -> None:
        self.registrar = registrar
        self.working: set[asyncio.Task[None]] = set()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self.working) >= MOST_AT_ONCE:
            return
        task = asyncio.get_running_loop().create_task(self._answer(data, (addr[0], addr[1])))
        self.working.add(task)
        task.add_done_callback(self.working.discard)

    async def _answer(self, data: bytes, sender: tuple[str, int]) -> None:
        try:
            for one in await self.registrar.hear(data, sender):
                if self.transport is not None:
                    self.transport.sendto(one, sender)
        except Exception:
            log.exception("a datagram was not answered; it comes again")

    def error_received(self, exc: Exception) -> None:
        log.warning("%r", exc)


async def listen(stop: asyncio.Event) -> None:
    gate = Gate(lambda: datetime.now(UTC))
    registrar = Registrar(gate, config().sip_id)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    transport, line = await loop.create_datagram_endpoint(lambda: Line(registrar), local_addr=sip_address(config().sip_listen))  # fmt: skip
    log.info("listening on %s", config().sip_listen)
    await stop.wait()
    if line.working:
        await asyncio.wait(line.working, timeout=5)
    transport.close()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(listen(asyncio.Event()))


if __name__ == "__main__":
    main()
