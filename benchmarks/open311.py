"""The Open311 list against the query of the same rows with nothing around it.

`GET /open311/v2/requests.json` goes through the whole program in this process (middleware, wall, selector, one answer in the
standard's shape); the bare query is the very statement it sends for its rows, sent again by a plain cursor.

python -m benchmarks open311
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures
from benchmarks.rows import fill_cases

ROWS, ROUNDS, EACH = 100_000, 5, 8
PAGES = (
    20,
    100,
    1000,
)  # rows asked for; the standard's most is what a client gets that does not say
PATH = "/open311/v2/requests.json?page_size="


def main(launch: Any) -> list[figures.Figure]:
    from lifang.demo.county import county  # noqa: PLC0415

    grids = [f"{county().code}001{c:03d}{g:03d}" for c in range(1, 5) for g in range(1, 6)]
    fill_cases(launch, ROWS, grids, "o", datetime.now(UTC))
    ways: dict[str, Callable[[], Any]] = {}
    for size in PAGES:
        ways[f"bare query, {size}"], ways[f"list, {size}"] = _pair(size)
    found = figures.medians(ways, ROUNDS, EACH)
    lines = [
        (size, found[f"bare query, {size}"], found[f"list, {size}"], found[f"list, {size}"] / found[f"bare query, {size}"],
         found[f"list, {size}"] / size * 1000)
        for size in PAGES
    ]  # fmt: skip
    figures.table(
        f"open311: medians of {ROUNDS * EACH}, ms, {ROWS:,} public cases",
        ("rows", "bare query", "requests.json", "x bare query", "us a row"),
        lines,
    )
    return []


def _pair(size: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    browser = Client()

    def listed() -> Any:
        answer = browser.get(f"{PATH}{size}")
        assert answer.status_code == 200, answer.content[:300]
        return answer

    with CaptureQueriesContext(connection) as seen:
        assert len(listed().json()) == size
    rows = [one["sql"] for one in seen.captured_queries if 'FROM "cases_case"' in one["sql"]]
    (statement,) = [one for one in rows if "LIMIT" in one]

    def bare() -> None:
        with behind(SYSTEM), connection.cursor() as cursor:
            cursor.execute(statement.replace("%", "%%"), [])
            assert len(cursor.fetchall()) == size + 1

    return bare, listed
