"""A worker of ingest: reads what devices sent by MQTT, stores it, then acknowledges. Run as many as the load needs, on any machine."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime

import django
import nats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from django.db import InterfaceError, OperationalError, close_old_connections  # noqa: E402 -- Django must be set up first

from lifang.boot.callout import Callout  # noqa: E402
from lifang.boot.lanes import LANES, Lane, ensure  # noqa: E402
from lifang.boot.secrets import secret  # noqa: E402
from lifang.core.config import config  # noqa: E402
from lifang.core.crypto.nkeys import Issuer, seed_of  # noqa: E402
from lifang.core.cycles import unswept  # noqa: E402
from lifang.core.relay.pull import Pull  # noqa: E402
from lifang.sensing.actions.looking import Looker  # noqa: E402
from lifang.sensing.api.mqtt import Worker  # noqa: E402

log = logging.getLogger("lifang.ingest")
WAIT_SECONDS = 1.0
AGAIN_SECONDS = 1.0
LAST_LOOK_SECONDS = 2.0  # when it stops; what it does not come to, another looks at
STOP_LOOKED_AT_SECONDS = 0.3
# A fire does not wait for the batch of readings in the next thread to be read.
SWITCH_SECONDS = 0.0005
BEHIND = 5  # the same for the processor: where the two want it, the bulk lane waits


def now() -> datetime:
    return datetime.now(UTC)


def work(asked_to_stop: threading.Event, lane: Lane) -> None:
    """Until asked to stop; a server or a database that is away is waited for."""
    if lane.later:
        with suppress(OSError):  # not every system does this by thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)
    looker = Looker(now) if lane.later else None
    worker = Worker(looker)
    while not asked_to_stop.is_set():
        try:
            asyncio.run(ensure(config().devices_url))
            line = lane.open(config().devices_url)
        except (OSError, RuntimeError, TimeoutError, nats.errors.Error) as fault:
            log.warning("the stream is away: %r", fault)
            asked_to_stop.wait(AGAIN_SECONDS)
            continue
        try:
            _drain(worker, line, lane.gather_seconds, asked_to_stop)
        except (OSError, OperationalError, InterfaceError) as fault:
            log.warning("%s: begun again; what was not acknowledged comes again", fault)
            asked_to_stop.wait(AGAIN_SECONDS)
        except Exception:
            log.exception("begun again; what was not acknowledged comes again")
            asked_to_stop.wait(AGAIN_SECONDS)
        finally:
            line.close()
    if looker:
        looker.await_end(LAST_LOOK_SECONDS)


def _drain(worker: Worker, line: Pull, gather_seconds: float, asked_to_stop: threading.Event) -> None:  # fmt: skip
    while not asked_to_stop.is_set():
        # A batch is a hundred thousand small things: to search them for cycles costs as much as the work.
        with unswept():
            messages = line.fetch(WAIT_SECONDS, gather_seconds)
            if messages:
                close_old_connections()
                worker.work(messages, now())
                line.ack(messages)
        del messages


def answer(asked_to_stop: threading.Event) -> None:
    """Let devices in, in a loop of its own, until asked to stop."""
    callout = Callout(Issuer(seed_of(secret("nats_issuer"))), now)
    while not asked_to_stop.is_set():
        try:
            asyncio.run(_until(asked_to_stop, callout))
        except Exception:
            log.exception("the callout begins again")
            asked_to_stop.wait(AGAIN_SECONDS)


async def _until(asked_to_stop: threading.Event, callout: Callout) -> None:
    task = asyncio.ensure_future(callout.run(config().nats_url, config().devices_url))
    while not asked_to_stop.is_set() and not task.done():
        await asyncio.wait({task}, timeout=STOP_LOOKED_AT_SECONDS)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    gc.freeze()  # what is loaded stays
    sys.setswitchinterval(SWITCH_SECONDS)
    # Each lane has its own thread and connection: a flood of readings does not stand before a fire.
    others = [threading.Thread(target=work, args=(stop, lane)) for lane in LANES[1:]]
    others += [threading.Thread(target=answer, args=(stop,))]
    for one in others:
        one.start()
    work(stop, LANES[0])
    for one in others:
        one.join()


if __name__ == "__main__":
    main()
