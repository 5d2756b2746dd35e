"""Python's search for cycles, left out where much is made that lives only as long as its batch."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SWEPT_SECONDS: Final = 20.0
WHOLE: Final = 30  # every so many times all is searched, not only what is new


@contextmanager
def unswept() -> Iterator[None]:
    """Nobody searches tens of thousands of fresh objects for cycles meanwhile; afterwards it is as it was."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


async def swept_by_the_clock() -> None:
    """For a process whose threads make batches side by side: the search comes every few seconds, and at no other time. Until cancelled."""
    gc.freeze()  # what is loaded stays
    gc.disable()
    times = 0
    while True:
        await asyncio.sleep(SWEPT_SECONDS)
        times += 1
        gc.collect(2 if times % WHOLE == 0 else 1)
