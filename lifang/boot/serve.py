"""Granian, with the application loaded once before its workers are forked: they start at once and share its memory.

`python -m lifang.boot.serve <granian's arguments> <module>:<name>`
"""

import gc
import sys
from importlib import import_module

from django.db import connections
from django.urls import get_resolver
from granian.cli import entrypoint


def main() -> None:
    gc.disable()  # nothing of what is loaded goes: looking for it is a tenth of the start
    import_module(sys.argv[-1].partition(":")[0])
    if "wsgi" in sys.argv:
        _ = get_resolver().url_patterns  # views and their templates' tags come with them
        import_module("pypinyin")  # its dictionaries, once for all workers
    connections.close_all()  # a connection must never be shared by a fork
    gc.freeze()  # else the first collection in each worker copies every page
    gc.enable()
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
