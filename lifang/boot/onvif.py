"""Asks cameras for their events by ONVIF: a process of its own, which outlives any of them."""

import asyncio
import logging
import os
import signal
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from lifang.sensing.api.batches import Gate  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.onvif import Round  # noqa: E402


async def ask() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Round(Gate(lambda: datetime.now(UTC))).run(stop)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(ask())


if __name__ == "__main__":
    main()
