"""`python -m benchmarks [name …] [--rows N]`: every number with its reference in the same run."""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    create_and_dispatch,
    figures,
    geo,
    ingest,
    open311,
    peers,
    register,
    scale,
    sheets,
    todo,
    watch,
    web,
)
from benchmarks.house import house

USUAL = ("create_and_dispatch", "web", "todo")
HOUSED = (*USUAL, "scale", "register", "sheets", "open311", "ingest", "peers")
NAMES = (*HOUSED, "geo", "watch")


def alone(names: Sequence[str]) -> None:
    """Those that need no house."""
    if "geo" in names:
        geo.main()
    if "watch" in names:
        watch.measure()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES))
    parser.add_argument("--rows", type=int, default=100_000, help="to-dos in the table (todo)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="cases (scale)"
    )
    parser.add_argument(
        "--crowds", type=int, nargs="+", default=[20_000, 1_000_000], help="people (register)"
    )
    parser.add_argument("--people", type=int, default=50_000, help="rows of the file (sheets)")
    parser.add_argument(
        "--peers", type=Path, help="keep what is installed of other systems here (peers)"
    )
    asked = parser.parse_args()
    if unknown := {*asked.names} - {*NAMES}:
        parser.error(f"no benchmark is called {sorted(unknown)}")
    begun, found = time.monotonic(), []
    names = asked.names or (*USUAL, "geo")
    listen = (
        {"mqtt_listen": f"127.0.0.1:{ingest.free_port()}"}
        if {"ingest", "peers"} & set(names)
        else {}
    )
    with house(**listen) if set(names) & set(HOUSED) else contextlib.nullcontext() as launch:
        if "create_and_dispatch" in names:
            found += create_and_dispatch.main(launch)
        if "web" in names:
            found += web.main(launch)
        if "todo" in names:
            found += todo.main(launch, asked.rows)
        if "scale" in names:
            found += scale.main(launch, asked.sizes)
        if "register" in names:
            found += register.main(launch, asked.crowds)
        found += sheets.main(launch, asked.people) if "sheets" in names else []
        found += open311.main(launch) if "open311" in names else []
        found += ingest.main(launch) if "ingest" in names else []
        found += peers.main(launch, asked.peers) if "peers" in names else []
    alone(names)
    if found:
        figures.verdicts(found)
    print(f"\n  {time.monotonic() - begun:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
