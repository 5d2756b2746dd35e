"""Row 14 of reference/perf.md: my to-do list among very many to-dos, behind the wall, against 20 rows by index.

python -m benchmarks todo [--rows 1000000]
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures
from benchmarks.house import actor_of
from benchmarks.rows import fill_todos

ROUNDS, EACH, SHOWN = 5, 60, 20
WAITING = 100  # open at each desk, however long its history
FLOOR = "SELECT id, title, due_at FROM flow_todo WHERE id > %s ORDER BY id LIMIT 20"


def main(launch: Any, rows: int = 100_000) -> list[figures.Figure]:
    """The list of one street's desk, with 100,000 and then `rows` to-dos of all desks in the table."""
    from lifang.demo.county import county  # noqa: PLC0415

    streets = [f"{county().code}{s:03d}" for s in range(1, 4)]
    grids = [
        f"{street}{c:03d}{g:03d}" for street in streets for c in range(1, 5) for g in range(1, 6)
    ]
    now = datetime.now(UTC)
    table, found, have = [], [], 0
    for size in sorted({100_000, rows}):
        fill_todos(launch, size - have, grids, 0 if have else WAITING * len(streets), now)
        floor, mine, orm = _measured()
        have = size
        table.append((size, floor, mine, mine / floor, orm))
        found.append(
            figures.Figure(
                "14",
                f"my to-do of {size:,}, 20 rows",
                mine / floor,
                "x floor",
                5.0,
                5.0 / 0.12 * 1.0,
                least=False,
            )
        )
    figures.table(
        f"todo: medians of {ROUNDS} rounds of {EACH}, ms; behind row-level security, {WAITING} open at each desk",
        ("rows", "floor: 20 by key", "my to-do", "x floor", "through the ORM"),
        table,
    )
    print(
        figures.line(
            "todo", found, rows=[line[0] for line in table], ms=[line[2] for line in table]
        )
    )
    return found


def _measured() -> tuple[float, float, float]:
    """Milliseconds of the floor, of the list's own SQL on the same kind of connection, and of the selector."""
    import psycopg  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.flow import selectors  # noqa: PLC0415

    desk = actor_of("jd01")
    wanted = selectors.todos(desk)[:SHOWN]
    facts = settings.DATABASES["default"]
    areas, holders = ",".join(sorted(desk.scope.areas)), ",".join(sorted(desk.scope.holders))
    with psycopg.connect(
        dbname=facts["NAME"], user=facts["USER"], host=facts["HOST"], autocommit=True
    ) as line:
        line.execute(
            "SELECT set_config('lifang.areas', %s, false), set_config('lifang.holders', %s, false)",
            [areas, holders],
        )
        sql, params = wanted.query.sql_with_params()
        start = line.execute("SELECT min(id::text)::uuid FROM flow_todo").fetchone()
        ways: dict[str, Callable[[], Any]] = {
            "floor": lambda: line.execute(FLOOR, start, prepare=True).fetchall(),
            "mine": lambda: psycopg.ClientCursor(line).execute(sql, params).fetchall(),
            "orm": lambda: list(wanted.all()),
        }
        spent: dict[str, list[float]] = {name: [] for name in ways}
        with behind(desk):
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    assert len(way()) == SHOWN
                    for _ in range(EACH):
                        begun = time.perf_counter()
                        way()
                        spent[name].append((time.perf_counter() - begun) * 1e3)
    return (
        figures.median(spent["floor"]),
        figures.median(spent["mine"]),
        figures.median(spent["orm"]),
    )
