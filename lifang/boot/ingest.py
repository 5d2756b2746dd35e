"""A worker of ingest: reads what devices sent by MQTT, stores it, then acknowledges. Run as many as the load needs, on any machine.

It is two processes: what may be of danger to life is read by one that has nothing else to do.
"""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import django
import nats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from django.db import InterfaceError, OperationalError, close_old_connections  # noqa: E402 -- Django must be set up first

from lifang.boot.callout import Callout  # noqa: E402
from lifang.boot.engines.process import dies_with_parent  # noqa: E402
from lifang.boot.lanes import BULK, GUARD, LANES, Lane, ensure  # noqa: E402
from lifang.boot.secrets import secret  # noqa: E402
from lifang.core.access import SYSTEM  # noqa: E402
from lifang.core.access.wall import stand  # noqa: E402
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
BEHIND = 5  # where both want the processor, the bulk lane waits


def now() -> datetime:
    return datetime.now(UTC)


def work(asked_to_stop: threading.Event, lane: Lane) -> None:
    """Until asked to stop; a server or a database that is away is waited for."""
    looker = Looker(now) if lane.later else None
    worker = Worker(looker)
    if not lane.later:
        _rehearse(worker)
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


def _rehearse(worker: Worker) -> None:
    try:
        worker.rehearse(now())
    except Exception:
        log.exception("not rehearsed; the first alarm takes longer")


def _drain(worker: Worker, line: Pull, gather_seconds: float, asked_to_stop: threading.Event) -> None:  # fmt: skip
    while not asked_to_stop.is_set():
        # A batch is a hundred thousand small things: to search them for cycles costs as much as the work.
        with unswept():
            messages = line.fetch(WAIT_SECONDS, gather_seconds)
            if messages:
                close_old_connections()
                stand(SYSTEM)
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


def read(lanes: Sequence[Lane], asked_to_stop: threading.Event, *others: Callable[[], None]) -> None:  # fmt: skip
    """Each lane in its own thread, with its own connection; the first in this one."""
    gc.freeze()  # what is loaded stays, and is shared
    threads = [threading.Thread(target=work, args=(asked_to_stop, lane)) for lane in lanes[1:]]
    threads += [threading.Thread(target=one) for one in others]
    for one in threads:
        one.start()
    work(asked_to_stop, lanes[0])
    for one in threads:
        one.join()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    dies = dies_with_parent(signal.SIGKILL)
    guard = os.fork()
    if not guard:
        if dies:
            dies()
        read([one for one in LANES if one.account == GUARD], stop, partial(answer, stop))
        return
    ended = threading.Thread(target=_await_end, args=(guard, stop))
    ended.start()
    with suppress(OSError):  # not every system knows it
        os.nice(BEHIND)
    read([one for one in LANES if one.account == BULK], stop)
    with suppress(ProcessLookupError):
        os.kill(guard, signal.SIGTERM)
    ended.join()


def _await_end(guard: int, asked_to_stop: threading.Event) -> None:
    """One does not work without the other: both are begun again."""
    os.waitpid(guard, 0)
    if not asked_to_stop.is_set():
        log.error("the reader of what may be of danger to life has ended")
        asked_to_stop.set()


if __name__ == "__main__":
    main()
