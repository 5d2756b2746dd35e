"""`python -m benchmarks [name …] [--rows N]`: every number with its reference in the same run."""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import (
    affairs,
    bills,
    create_and_dispatch,
    endurance,
    figures,
    geo,
    ingest,
    kept,
    open311,
    peers,
    register,
    scale,
    sheets,
    things,
    todo,
    watch,
    web,
)
from benchmarks.house import house

USUAL_ROWS = 100_000
USUAL = ("create_and_dispatch", "web", "todo")
HOUSED = (
    *USUAL,
    "scale",
    "register",
    "sheets",
    "bills",
    "open311",
    "ingest",
    "peers",
    "endurance",
    "things",
    "kept",
    "affairs",
)
NAMES = (*HOUSED, "geo", "watch")


def alone(names: Sequence[str]) -> None:
    """Those that need no house."""
    if "geo" in names:
        geo.main()
    if "watch" in names:
        watch.measure()


def housed(asked: argparse.Namespace) -> dict[str, Callable[[Any], list[figures.Figure]]]:
    """Those that need a house, in their order."""
    many = max(asked.rows, 2 * asked.million) if asked.rows != USUAL_ROWS else 30_000_000
    return {
        "create_and_dispatch": create_and_dispatch.main,
        "web": web.main,
        "todo": lambda launch: todo.main(launch, asked.rows),
        "scale": lambda launch: scale.main(launch, asked.sizes),
        "register": lambda launch: register.main(launch, asked.crowds),
        "sheets": lambda launch: sheets.main(launch, asked.people),
        "bills": lambda launch: bills.main(launch, asked.bills, asked.kills),
        "open311": open311.main,
        "affairs": affairs.main,
        "ingest": ingest.main,
        "endurance": lambda launch: endurance.main(launch, asked.devices, many, asked.million, ids=asked.ids),
        "things": lambda launch: things.main(launch, asked.observations),
        "kept": lambda launch: kept.main(launch, asked.observations),
        "peers": lambda launch: peers.main(launch, asked.peers, asked.jobs),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES))
    parser.add_argument(
        "--rows",
        type=int,
        default=USUAL_ROWS,
        help="to-dos in the table (todo), observations (endurance; 30 million)",
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="cases (scale)"
    )
    parser.add_argument(
        "--crowds", type=int, nargs="+", default=[20_000, 1_000_000], help="people (register)"
    )
    parser.add_argument("--people", type=int, default=50_000, help="rows of the file (sheets)")
    parser.add_argument("--bills", type=int, default=10_000, help="bills of the run (bills)")
    parser.add_argument("--kills", type=int, default=8, help="of its worker (bills)")
    parser.add_argument(
        "--peers", type=Path, help="keep what is installed of other systems here (peers)"
    )
    parser.add_argument("--jobs", nargs="+", choices=peers.JOBS, default=peers.JOBS, help="(peers)")
    parser.add_argument("--devices", type=int, default=3_000_000, help="(endurance)")
    parser.add_argument("--million", type=int, default=1_000_000, help="messages that are measured (endurance)")  # fmt: skip
    parser.add_argument("--ids", action="store_true", help="messages carry the maker's ids (endurance)")  # fmt: skip
    parser.add_argument("--observations", type=int, nargs="+", default=[100_000, 10_000_000], help="(things, kept)")  # fmt: skip
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
        for name, measure in housed(asked).items():
            found += measure(launch) if name in names else []
    alone(names)
    if found:
        figures.verdicts(found)
    print(f"\n  {time.monotonic() - begun:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
