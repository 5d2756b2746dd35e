"""A process of the gate's, begun by a flood: it reads and stores lines beside the event loop."""

import gc
import os
import signal
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from multiprocessing import parent_process
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from lifang.core.cycles import unswept  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.batches import Gate  # noqa: E402 -- Django must be set up first
from lifang.sensing.terms import Owner  # noqa: E402 -- Django must be set up first


@cache
def _gate() -> Gate:
    return Gate(lambda: datetime.now(UTC), later=True)


def begin() -> None:
    """All is loaded. It ends with its parent, however that ends; Ctrl-C is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _gate()
    gc.freeze()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(0)


def commit(owned: list[tuple[Owner, Sequence[bytes]]]) -> list[Any]:
    """Receipts, once all of it is stored."""
    with unswept():
        return _gate().commit(owned)
