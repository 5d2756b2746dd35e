"""The way in for fire panels by GB/T 26875.3: a process of its own, on one port of TCP."""

import asyncio
import logging
import os
import signal
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from lifang.boot.doctor import sip_address  # noqa: E402 -- Django must be set up first
from lifang.core.config import config  # noqa: E402
from lifang.sensing.api.batches import Gate  # noqa: E402
from lifang.sensing.api.panels import Center, networks  # noqa: E402

log = logging.getLogger("lifang.panels")


async def listen(stop: asyncio.Event) -> None:
    center = Center(Gate(lambda: datetime.now(UTC)), networks(config().fire_from))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    host, port = sip_address(config().fire_listen)
    working: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            working.add(task)
            task.add_done_callback(working.discard)
        await center.serve(reader, writer)

    server = await asyncio.start_server(serve, host, port)
    log.info("listening on %s", config().fire_listen)
    if not center.networks:
        log.warning("LIFANG_FIRE_FROM names no network: nobody is heard")
    await stop.wait()
    server.close()
    for task in working:
        task.cancel()  # a packet without a confirmation comes again
    if working:
        await asyncio.wait(working, timeout=5)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(listen(asyncio.Event()))


if __name__ == "__main__":
    main()
