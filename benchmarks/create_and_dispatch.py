"""Report, accept, dispatch through the actions, against a bare INSERT + COMMIT on the same server.

python -m benchmarks create_and_dispatch
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures
from benchmarks.house import actor_of

ROUNDS, EACH = 5, 30
ACTS = ("report", "accept", "dispatch")
_SAVEPOINT = re.compile(r"(RELEASE )?SAVEPOINT .*")
BARE = "CREATE TABLE IF NOT EXISTS bench_bare (id uuid PRIMARY KEY, area text, said text, at timestamptz)"


class Office:
    """The people and the places of the measurement."""

    def __init__(self) -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415 -- Django is set up by now
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.orgs import selectors as orgs  # noqa: PLC0415
        from lifang.registry.models import Place  # noqa: PLC0415

        self.worker, self.desk = actor_of("wg01"), actor_of("jd01")
        with behind(SYSTEM):
            grid = self.worker.grants[0].area
            self.place = Place.objects.filter(area=grid, lon__isnull=False).first()
        self.area = grid
        self.lead = orgs.answerers("06010", grid)[0].unit.pk  # the page proposes it beforehand

    def report(self) -> Any:
        from lifang.cases import actions  # noqa: PLC0415

        return actions.record(
            actor=self.worker, at=datetime.now(UTC), source="grid_patrol", matter="06010", text="井盖破损，行人绕行",
            lon=self.place.lon, lat=self.place.lat, area=self.area, place=self.place.name,
        )  # fmt: skip

    def accept(self, case: Any) -> Any:
        from lifang.cases import actions  # noqa: PLC0415

        return actions.accept(actor=self.desk, case=case, at=datetime.now(UTC))

    def dispatch(self, case: Any) -> Any:
        from lifang.cases import actions  # noqa: PLC0415

        return actions.dispatch(actor=self.desk, case=case, at=datetime.now(UTC), lead=self.lead)


def main(launch: Any) -> list[figures.Figure]:
    import psycopg  # noqa: PLC0415

    from lifang.boot import databases  # noqa: PLC0415

    as_app, as_owner = databases.urls(launch.config)
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute(BARE)
        owner.execute("GRANT INSERT ON bench_bare TO lifang_app")
    office = Office()
    spent: dict[str, list[float]] = defaultdict(list)
    with psycopg.connect(as_app, autocommit=True) as bare:
        _round(office, bare, spent)  # prepared statements, caches
        spent.clear()
        for _ in range(ROUNDS):
            _round(office, bare, spent)
    told = {name: figures.median(values) * 1e3 for name, values in spent.items()}
    base, whole = told["bare"], sum(told[act] for act in ACTS)
    asked = {act: _looked_into(office, act) for act in ACTS}
    figures.table(
        f"create_and_dispatch: medians of {ROUNDS} rounds of {EACH}, one client, fsync on",
        ("act", "ms", "p99 ms", "x bare", "queries", "in SQL ms", "commit ms", "Python ms"),
        [
            ("bare INSERT + COMMIT", base, figures.at_share(spent["bare"], 0.99) * 1e3, 1.0, 1, "", "", ""),
            *(
                (act, told[act], figures.at_share(spent[act], 0.99) * 1e3, told[act] / base, asked[act]["queries"],
                 asked[act]["sql"], asked[act]["commit"], told[act] - asked[act]["sql"] - asked[act]["commit"])
                for act in ACTS
            ),
            ("all three", whole, "", whole / base, sum(asked[a]["queries"] for a in ACTS), "", "", ""),
        ],
    )  # fmt: skip
    print(
        f"  {1000 / whole:.0f} cases a second reported, accepted and dispatched by one client; "
        f"{1000 / base:,.0f} bare inserts."
    )
    for act in ACTS:
        figures.table(f"{act}: its dearest queries", ("ms", "query"), asked[act]["each"])
    print(
        figures.line("create_and_dispatch", [], ms=told, x_bare={a: told[a] / base for a in ACTS})
    )
    return []


def _round(office: Office, bare: Any, spent: dict[str, list[float]]) -> None:
    from lifang.core.ids import new_id  # noqa: PLC0415

    for _ in range(EACH):
        with _timed(spent["bare"]):
            bare.execute(
                "INSERT INTO bench_bare VALUES (%s, %s, %s, %s)",
                [new_id(), office.area, "井盖破损，行人绕行", datetime.now(UTC)],
            )
        with _timed(spent["report"]):
            case = office.report()
        with _timed(spent["accept"]):
            case = office.accept(case)
        with _timed(spent["dispatch"]):
            office.dispatch(case)


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    into.append(time.perf_counter() - begun)


def _looked_into(office: Office, act: str, times: int = 40) -> dict[str, Any]:
    """Queries of one act, how long they wait for the server, and the commit."""
    from django.db import connection  # noqa: PLC0415

    sql: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    commits: list[float] = []

    def asked(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(statement, *rest)
        finally:
            said = _SAVEPOINT.sub("SAVEPOINT", " ".join(str(statement).split()))[:60]
            sql[said] += time.perf_counter() - begun  # type: ignore[assignment]
            seen[said] += 1

    def committed() -> None:
        begun = time.perf_counter()
        plain()
        commits.append(time.perf_counter() - begun)

    plain = connection._commit  # noqa: SLF001 -- Django has no hook for it
    for _ in range(times):
        case = None if act == "report" else office.report()
        if act == "dispatch":
            case = office.accept(case)
        with connection.execute_wrapper(asked):
            connection._commit = committed  # noqa: SLF001
            try:
                office.report() if act == "report" else getattr(office, act)(case)
            finally:
                connection._commit = plain  # noqa: SLF001
    ms = 1e3 / times
    return {
        "queries": round(seen.total() / times),
        "sql": sum(sql.values()) * ms,
        "commit": sum(commits) * ms,
        "each": [(spent * ms, said) for said, spent in sql.most_common(6)],
    }
