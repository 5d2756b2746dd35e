"""A worker of ingest: reads what devices sent by MQTT, stores it, then acknowledges. Run as many as the load needs, on any machine."""

import asyncio
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from django.db import InterfaceError, OperationalError, close_old_connections  # noqa: E402 -- Django must be set up first

from lifang.boot.callout import CONSUMER, STREAM, Callout, ensure  # noqa: E402
from lifang.boot.secrets import secret  # noqa: E402
from lifang.core.config import config  # noqa: E402
from lifang.core.crypto.nkeys import Issuer, seed_of  # noqa: E402
from lifang.core.relay.pull import Pull  # noqa: E402
from lifang.sensing.api.mqtt import Worker  # noqa: E402

log = logging.getLogger("lifang.ingest")
WAIT_SECONDS = 1.0
AGAIN_SECONDS = 1.0


def now() -> datetime:
    return datetime.now(UTC)


def work(asked_to_stop: threading.Event) -> None:
    """Until asked to stop; a server or a database that is away is waited for."""
    worker = Worker()
    while not asked_to_stop.is_set():
        try:
            asyncio.run(ensure(config().devices_url))
            line = Pull(config().devices_url, STREAM, CONSUMER)
        except (OSError, RuntimeError, TimeoutError) as fault:
            log.warning("the stream is away: %s", fault)
            time.sleep(AGAIN_SECONDS)
            continue
        try:
            _drain(worker, line, asked_to_stop)
        except (OSError, OperationalError, InterfaceError) as fault:
            log.warning("%s: begun again; what was not acknowledged comes again", fault)
            time.sleep(AGAIN_SECONDS)
        finally:
            line.close()


def _drain(worker: Worker, line: Pull, asked_to_stop: threading.Event) -> None:
    while not asked_to_stop.is_set():
        messages = line.fetch(WAIT_SECONDS)
        if messages:
            close_old_connections()
            worker.work(messages, now())
            line.ack(messages)


def answer() -> None:
    """Let devices in, in a loop of its own."""
    callout = Callout(Issuer(seed_of(secret("nats_issuer"))), now)
    while True:
        try:
            asyncio.run(callout.run(config().nats_url, config().devices_url))
        except Exception:
            log.exception("the callout begins again")
            time.sleep(AGAIN_SECONDS)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=answer, daemon=True).start()
    work(stop)
    os._exit(0)  # the callout's threads hold nothing, and would be waited for


if __name__ == "__main__":
    main()
