"""Lists of SensorThings: one statement for the rows, one for each relation that is shown with them, whatever there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from django.db import connection

from lifang.sensing.rules.things.grammar import MOST_TOP, TOP, Asked, Unfit
from lifang.sensing.rules.things.kinds import KINDS, Kind, Link, Who
from lifang.sensing.rules.things.ordered import By, after, order, token
from lifang.sensing.rules.things.statement import Statement, link_of
from lifang.sensing.rules.things.where import Where

MOST_ROWS: Final = 20_000  # of one relation in one answer, shared by the rows it belongs to
MOST_COUNTED: Final = 100_000  # beyond it a filtered count is the planner's estimate
_SPAN: Final = (
    ", (SELECT m.at FROM sensing_message m WHERE m.device_id = t.device AND t.id = ANY (m.series) ORDER BY m.at LIMIT 1) AS first"
    ", (SELECT f.at FROM sensing_latest f WHERE f.series_id = t.id) AS last"
)
Row = dict[str, Any]


class Step(NamedTuple):
    """One step of a path: from which kind, its id (`""`: any), by which relation."""

    kind: Kind
    key: str
    link: Link


@dataclass
class Page:
    """Some rows of a list, and how it goes on."""

    kind: Kind
    rows: list[Row]
    token: str = ""  # the next page begins after it
    skip: int = 0  # or there
    count: int | None = None
    shown: dict[str, Any] = field(default_factory=dict)


Found = Row


def listed(actor: Who, kind: Kind, way: Sequence[Step], asked: Asked, at: datetime, key: str = "") -> Page:  # fmt: skip
    """A page of a kind at the end of a way; with a key, that one row. What is to be shown with each row lies in its `_with`."""
    statement = Statement(actor)
    top = _top(asked, 1 if key else TOP)
    fixed = _fixed(way)
    conditions = [statement.under("t", way)]
    if key:
        conditions.append(statement.is_one(kind, "t", key))
    if asked.filter is not None:
        conditions.append(Where(statement, kind, "t", at).condition(asked.filter))
    by = order(statement, kind, "t", asked, at, fixed)
    if asked.token:
        conditions.append(after(statement, by, asked.token))
    more = _SPAN if kind.name == "Datastream" and (key or ("phenomenonTime",) in asked.select) else ""  # fmt: skip
    body = _body(statement, kind, conditions, by, (top + 1, asked.skip), more, bool(fixed or key))
    page = _page(kind, _rows(statement, body), by, top, asked.skip)
    if asked.count and not key:
        page.count = count(actor, kind, way, asked, at)
    _expand(actor, kind, page.rows, asked, at)
    return page


def found(actor: Who, kind: Kind, way: Sequence[Step], key: str, at: datetime) -> Row | None:
    """One row, without anything beside it."""
    page = listed(actor, kind, way, Asked(), at, key)
    return page.rows[0] if page.rows else None


def count(actor: Who, kind: Kind, way: Sequence[Step], asked: Asked, at: datetime) -> int:
    """How many there are: of observations from the sums that are kept with each series."""
    statement = Statement(actor)
    if kind.name == "Observation" and asked.filter is None and (not way or way[-1].kind.name == "Datastream"):  # fmt: skip
        series = KINDS["Datastream"]
        where = [statement.under("z", way[:-1])]
        if way and way[-1].key:
            where.append(statement.is_one(series, "z", way[-1].key))
        body = (
            f"SELECT coalesce(sum(l.readings), 0)::bigint AS n FROM {statement.view(series, 'z')} "  # noqa: S608 -- our own views
            f"JOIN sensing_latest l ON l.series_id = z.id WHERE {' AND '.join(where)}"
        )
        return int(_rows(statement, body)[0]["n"])
    conditions = [statement.under("t", way)]
    if asked.filter is not None:
        conditions.append(Where(statement, kind, "t", at).condition(asked.filter))
    inner = f"SELECT 1 FROM {statement.view(kind, 't')} WHERE {' AND '.join(conditions)}"  # noqa: S608 -- our own views
    exact = int(_rows(statement, f"SELECT count(*) AS n FROM ({inner} LIMIT {MOST_COUNTED + 1}) c")[0]["n"])  # fmt: skip  # noqa: S608 -- our own views
    return exact if exact <= MOST_COUNTED else max(exact, _estimated(statement, inner))


def by_newest(actor: Who, kind: Kind, asked: Asked, *, one: bool = False) -> bool:
    """Does the answer hang on the newest of each series and how many there are?"""
    if kind.name == "Observation" and asked.count:
        return True
    if kind.name == "Datastream" and (one or ("phenomenonTime",) in asked.select):
        return True
    return any(by_newest(actor, KINDS[link_of(kind, name).to], inner) for name, inner in asked.expand.items())  # fmt: skip


def waits(actor: Who, since: datetime) -> bool:
    """Is anything stored until then that nobody has looked at: not among the newest, nor counted?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM sensing_unseen WHERE at <= %s)", [since])
        return bool(cursor.fetchone()[0])


def _estimated(statement: Statement, inner: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.whole(inner)}", statement.params)
        told = cursor.fetchone()[0]
    plan = msgspec.json.decode(told) if isinstance(told, str) else told
    return int(plan[0]["Plan"]["Plan Rows"])


def _top(asked: Asked, otherwise: int) -> int:
    return min(otherwise if asked.top is None else asked.top, MOST_TOP)


def _fixed(way: Sequence[Step]) -> tuple[str, ...]:
    """Columns that are one value on this way: the series of one datastream's observations."""
    last = way[-1] if way else None
    alone = last and last.kind.name == "Datastream" and last.link.to == "Observation" and last.key
    return ("series",) if alone else ()


def _body(
    statement: Statement,
    kind: Kind,
    conditions: list[str],
    by: list[By],
    span: tuple[int, int],
    more: str,
    alone: bool,
) -> str:
    """One SELECT; observations of many series in the order of time are taken from each series by its index."""
    many, skip = span
    marks = "".join(f", {one.sql} AS o{n}" for n, one in enumerate(by))
    sort = ", ".join(map(str, by))
    where = " AND ".join(conditions)
    view = statement.view(kind, "t")
    end = f"LIMIT {many} OFFSET {skip}"
    if kind.name != "Observation" or alone or by[0].sql != "t.at":
        return f"SELECT t.*{marks}{more} FROM {view} WHERE {where} ORDER BY {sort} {end}"  # noqa: S608 -- our own views
    series = statement.view(KINDS["Datastream"], "z")
    inner = ", ".join(str(one) for one in by if one.sql != "t.series")
    names = ", ".join(f"t.o{n}{' DESC' if one.down else ''}" for n, one in enumerate(by))
    return (
        f"SELECT t.* FROM {series} CROSS JOIN LATERAL (SELECT t.*{marks} FROM {view} WHERE t.device = z.device AND t.series = z.id AND {where} "  # noqa: S608 -- our own views
        f"ORDER BY {inner} LIMIT {many + skip}) t ORDER BY {names} {end}"
    )


def _rows(statement: Statement, body: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement.whole(body), statement.params)
        names = [one[0] for one in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page(kind: Kind, rows: list[Row], by: list[By], top: int, skip: int) -> Page:
    page = Page(kind, rows[:top])
    if len(rows) > top and page.rows:
        page.token = token(by, page.rows[-1])
        page.skip = 0 if page.token else skip + top
    return page


# -- $expand -----------------------------------------------------------------------------------------


def _expand(actor: Who, kind: Kind, rows: list[Row], asked: Asked, at: datetime) -> None:
    for name, inner in asked.expand.items():
        link = link_of(kind, name)
        pages = _related(actor, kind, rows, link, inner, at)
        for row, page in zip(rows, pages, strict=True):
            row.setdefault("_with", {})[name] = page
        below = [one for page in {id(page): page for page in pages}.values() for one in page.rows]
        if below and inner.expand:
            _expand(actor, KINDS[link.to], below, inner, at)


def _related(actor: Who, kind: Kind, rows: list[Row], link: Link, inner: Asked, at: datetime) -> list[Page]:  # fmt: skip
    """A page for each row, from one statement; rows that go by the same keys share theirs."""
    if not rows:
        return []
    other = KINDS[link.to]
    used = [name for name in kind.keys if f"{{a}}.{name}" in link.on]
    keyed = [tuple(row[name] for name in used) for row in rows]
    distinct = list(dict.fromkeys(keyed))
    top = min(_top(inner, TOP), max(1, MOST_ROWS // len(distinct))) if link.many else 1
    statement = Statement(actor)
    arrays = ", ".join(f"{statement.add([key[n] for key in distinct])}::{kind.keys[name]}[]" for n, name in enumerate(used))  # fmt: skip
    parents = f"unnest({arrays}) WITH ORDINALITY AS a({', '.join(used)}, n)"
    conditions = [link.on.format(a="a", b="t")]
    if inner.filter is not None:
        conditions.append(Where(statement, other, "t", at).condition(inner.filter))
    where = " AND ".join(conditions)
    by = order(statement, other, "t", inner, at, ("series",) if kind.name == "Datastream" and other.name == "Observation" else ())  # fmt: skip
    marks = "".join(f", {one.sql} AS o{n}" for n, one in enumerate(by))
    view = statement.view(other, "t")
    body = (
        f"SELECT a.n AS parent, t.* FROM {parents} CROSS JOIN LATERAL (SELECT t.*{marks}, row_number() OVER () AS place FROM "  # noqa: S608 -- our own views
        f"(SELECT t.* FROM {view} WHERE {where} ORDER BY {', '.join(map(str, by))} LIMIT {top + 1} OFFSET {inner.skip}) t) t "
        "ORDER BY a.n, t.place"
    )
    groups: list[list[Row]] = [[] for _ in distinct]
    for row in _rows(statement, body):
        groups[row["parent"] - 1].append(row)
    pages = [_page(other, group, by, top, inner.skip) for group in groups]
    if inner.count and link.many:
        _counted(actor, kind, (other, link), (parents, where, statement), pages)
    found = dict(zip(distinct, pages, strict=True))
    return [found[key] for key in keyed]


def _counted(
    actor: Who, kind: Kind, to: tuple[Kind, Link], made: tuple[str, str, Statement], pages: list[Page]
) -> None:  # fmt: skip
    """How many each row has, in one statement."""
    other, link = to
    parents, where, statement = made
    inner = f"SELECT 1 FROM {statement.view(other, 't')} WHERE {where} LIMIT {MOST_COUNTED}"  # noqa: S608 -- our own views
    if (
        kind.name == "Datastream"
        and other.name == "Observation"
        and where == link.on.format(a="a", b="t")
    ):
        each = "(SELECT l.readings FROM sensing_latest l WHERE l.series_id = a.id)"
    else:
        each = f"(SELECT count(*) FROM ({inner}) c)"  # noqa: S608 -- our own views
    body = f"SELECT coalesce({each}, 0) AS many FROM {parents} ORDER BY a.n"  # noqa: S608 -- our own views
    for page, row in zip(pages, _rows(statement, body), strict=True):
        page.count = int(row["many"])


__all__ = ["Found", "Page", "Step", "Unfit", "by_newest", "count", "found", "listed", "waits"]
