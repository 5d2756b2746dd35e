"""Python's search for cycles, left out where much is made that lives only as long as its batch."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
