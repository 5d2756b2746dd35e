"""Rows 13 to 15 of reference/perf.md: inbox, county list, big screen and my to-do as the number of cases grows.

A city of 40,000 grids filled in bulk to each size in turn; every page goes through the whole program in this process
(middleware, session, capabilities, row-level security, template), every selector behind the wall. A page must not
become dearer than 1.5 times between the first size and the last.

python -m benchmarks scale [--sizes 100000 1000000 10000000]
"""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures
from benchmarks.house import actor_of

ROUNDS, EACH = 5, 8
FLOOR = "SELECT id, number, opened_at FROM cases_case WHERE id > %s ORDER BY id LIMIT 20"
CHECKED = 1_000_000  # above, comparing every count with the cases takes longer than the measuring
LEAST_DISK = 30 * 2**30
WHO = "zh01"  # a dispatcher of the county


def main(launch: Any, sizes: list[int]) -> list[figures.Figure]:
    from lifang.boot import databases  # noqa: PLC0415
    from lifang.cases import actions  # noqa: PLC0415
    from lifang.demo import city  # noqa: PLC0415
    from lifang.demo.county import county  # noqa: PLC0415

    if shutil.disk_usage(launch.home.root).free < LEAST_DISK and max(sizes) > 2_000_000:
        raise SystemExit("not enough room on the disk for ten million cases")
    url, at = databases.urls(launch.config)[1], datetime.now(UTC)
    found: dict[int, dict[str, float]] = {}
    already, built = 0, []
    for size in sizes:
        begun = time.monotonic()
        made = city.build(url, at, city.Size(cases=size), model=county().code, already=already)
        rows = time.monotonic() - begun
        begun = time.monotonic()
        counts = actions.rebuild_rollups()
        counted = time.monotonic() - begun
        begun = time.monotonic()
        verdict = actions.check_rollups() if size <= CHECKED else None
        checked = time.monotonic() - begun
        _vacuum(url)
        found[size] = figures.medians(_ways(), ROUNDS, EACH)
        built.append((size, size - already, rows, counts, counted, checked, _right(verdict), _disk(url)))  # fmt: skip
        print(
            f"  {size:,}: {made.rows} { ({k: round(v, 1) for k, v in made.seconds.items()}) }",
            flush=True,
        )
        print(f"  { ({k: round(v, 2) for k, v in found[size].items()}) }", flush=True)
        already = size
    figures.table(
        "scale: making it (seconds)",
        ("cases", "new", "rows", "counts", "counted in", "checked in", "right", "GiB"),
        built,
    )
    return _told(found)


def _right(verdict: Any) -> str:
    return "not asked" if verdict is None else "yes" if verdict.right else "NO"


def _ways() -> dict[str, Callable[[], Any]]:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils.timezone import localtime  # noqa: PLC0415

    from lifang.cases import selectors  # noqa: PLC0415
    from lifang.cases.selectors import screen  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.accounts.models import Account  # noqa: PLC0415
    from lifang.core.flow.selectors import todos  # noqa: PLC0415
    from lifang.core.ids import new_id  # noqa: PLC0415
    from lifang.demo.county import county  # noqa: PLC0415

    actor, code, at = actor_of(WHO), county().code, datetime.now(UTC)
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    browser = Client()
    browser.force_login(Account.objects.get(login=WHO))

    def floor() -> None:
        with behind(actor), connection.cursor() as cursor:
            cursor.execute(FLOOR, [new_id()])
            cursor.fetchall()

    def ask(read: Callable[[], Any]) -> Callable[[], Any]:
        def asked() -> Any:
            with behind(actor):
                return read()

        return asked

    def page(address: str) -> Callable[[], Any]:
        def got() -> Any:
            browser.cookies.pop("csrftoken", None)  # without it no page is answered from memory
            answer = browser.get(address)
            assert answer.status_code == 200, answer.status_code
            return answer

        return got

    return {
        "floor: 20 rows by key": floor,
        "my to-do, 20 rows": ask(lambda: list(todos(actor)[:20])),
        "what waits, by kind": ask(lambda: selectors.waiting_counts(actor)),
        "the county's numbers": ask(lambda: selectors.counts(actor, code, at, midnight)),
        "its streets": ask(lambda: selectors.by_area(actor, code, at)),
        "the clocks on the wall": ask(lambda: screen.clocks(actor, code, at)),
        "page: inbox": page("/desk/inbox"),
        "page: county list": page(f"/desk/cases?area={code}"),
        "page: county list, open": page(f"/desk/cases?area={code}&show=open"),
        "page: screen": page(f"/screen/{code}"),
        "page: desk": page("/desk"),
    }


def _told(found: dict[int, dict[str, float]]) -> list[figures.Figure]:
    sizes = list(found)
    floor = [found[size]["floor: 20 rows by key"] for size in sizes]
    growth = {name: found[sizes[-1]][name] / found[sizes[0]][name] for name in found[sizes[0]]}
    figures.table(
        f"scale: medians of {ROUNDS * EACH}, ms",
        ("what", *(f"{size:,}" for size in sizes), "x floor at the end", "growth"),
        [
            (name, *(found[size][name] for size in sizes), found[sizes[-1]][name] / floor[-1], growth[name])
            for name in growth
        ],
    )  # fmt: skip
    last = found[sizes[-1]]
    told = [
        figures.Figure("13", "county dashboard: its numbers", last["the county's numbers"] / floor[-1], "x floor", 10, 400, least=False),
        figures.Figure("14", "my to-do", last["my to-do, 20 rows"] / floor[-1], "x floor", 5, 42, least=False),
    ]  # fmt: skip
    told += [
        figures.Figure("13-15", f"growth of {name}", ratio, "x", 1.2, 1.5, least=False)
        for name, ratio in growth.items()
        if name.startswith("page: ")
    ]
    print(figures.line("scale", told, ms={str(size): found[size] for size in sizes}))
    return told


def _vacuum(url: str) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url, autocommit=True) as owner:
        for table in ("cases_rollup", "cases_counted"):
            owner.execute(f"VACUUM (ANALYZE) {table}")


def _disk(url: str) -> float:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url) as owner:
        row = owner.execute("SELECT pg_database_size(current_database()) / 2.0 ^ 30").fetchone()
    return float(row[0]) if row else 0.0
