"""`python -m benchmarks [name …]`: every number with its reference in the same run."""

import sys

from benchmarks import create_and_dispatch, web
from benchmarks.house import house

HOUSED = {"create_and_dispatch": create_and_dispatch.main, "web": web.main}


def main() -> int:
    names = sys.argv[1:] or list(HOUSED)
    with house() as launch:
        for name in names:
            HOUSED[name](launch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
