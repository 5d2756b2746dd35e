"""Counts kept by what happens, so that a page costs the same at any number of cases. `Counted` says what a case counts as."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from lifang.cases.catalogue import OUTCOMES
from lifang.cases.models import Counted
from lifang.cases.terms import BUILT, OPEN
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind

LEVELS = (4, 6, 9, 12, 15)
BY_DAY = 9  # days are counted for streets and above: below, few rows are counted on the spot
BY_MATTER = 6  # matters by day for counties and cities

# One way to say what a case counts as, for one case and for all.
FACE = """
SELECT c.id AS "case", c.area, c.state, c.level, c.matter,
  to_char(c.opened_at AT TIME ZONE %(zone)s, 'YYMMDD') AS opened,
  coalesce(to_char(c.handled_at AT TIME ZONE %(zone)s, 'YYMMDD'), '') AS handled,
  coalesce(c.handled_at <= c.promised_at, false) AS on_time,
  coalesce(to_char(c.closed_at AT TIME ZONE %(zone)s, 'YYMMDD'), '') AS closed,
  coalesce(c.closed_at IS NOT NULL AND c.outcome = ANY (%(solved)s), false) AS solved,
  CASE WHEN c.state = ANY (%(open)s) AND c.state <> 'suspended'
    THEN coalesce(to_char(c.due_at AT TIME ZONE %(zone)s, 'YYMMDDHH24'), '') ELSE '' END AS due,
  coalesce((SELECT string_agg(t.turn || ' ' || t.capability, ';' ORDER BY t.turn, t.capability) FROM flow_todo t
    WHERE t.subject = c.id AND t.done_at IS NULL AND t.flow = 'case'), '') AS turns
FROM cases_case c
"""
_ADD = """
INSERT INTO cases_rollup AS r (place, what, slot, n)
SELECT * FROM unnest(%(places)s::text[], %(whats)s::text[], %(slots)s::text[], %(ns)s::int[])
ON CONFLICT (place, what, slot) DO UPDATE SET n = r.n + excluded.n
"""
_FIELDS = [field.name for field in Counted._meta.concrete_fields]
_NAMES = ", ".join(f'"{name}"' for name in _FIELDS)


class Item(NamedTuple):
    """One count that a case is part of."""

    place: str
    what: str
    slot: str = ""


def constants() -> dict[str, Any]:
    """What `FACE` must know of the catalogue and the site."""
    solved = [one.key for one in OUTCOMES if one.solved]
    return {"zone": settings.TIME_ZONE, "solved": solved, "open": [*OPEN]}


def items(face: Counted) -> set[Item]:
    """Every count this case is part of."""
    places = [face.area[:n] for n in LEVELS if n <= len(face.area)]
    found = {Item(place, what, slot) for place in places for what, slot in _now(face)}
    found |= {
        Item(place, what, slot)
        for place in places
        if len(place) <= BY_DAY
        for what, slot in _days(face)
    }
    found |= {Item(p, f"matter:{face.matter}", face.opened) for p in places if len(p) <= BY_MATTER}
    return found | set(_turns(face.turns, places))


def _now(face: Counted) -> Iterable[tuple[str, str]]:
    yield "cases", ""
    yield f"state:{face.state}", ""
    if face.state in OPEN:
        yield "open", ""
        if face.level != "ordinary":
            yield "urgent", ""
    if face.due:
        yield "due_month", face.due[:4]
        yield "due", face.due[:6]
        yield "due_hour", face.due


def _days(face: Counted) -> Iterable[tuple[str, str]]:
    yield "opened", face.opened
    if face.handled:
        yield "handled", face.handled
        if face.on_time:
            yield "on_time", face.handled
    if face.closed:
        yield "closed", face.closed
        if face.solved:
            yield "solved", face.closed


def _turns(turns: str, places: list[str]) -> Iterable[Item]:
    """A turn of nobody in particular is everybody's who has the capability in one of the areas around."""
    for turn in filter(None, turns.split(";")):
        holder, _, capability = turn.rpartition(" ")
        for place in [holder] if holder else places:
            yield Item(place, f"todo:{capability}")


def recount(system: Any, pk: UUID) -> None:
    """Count a case as what it is now instead of what it was counted as. Doing it twice changes nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        # In this order everywhere: a rebuild waits for us or we for it, never both.
        cursor.execute("LOCK TABLE cases_rollup IN ROW EXCLUSIVE MODE")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"counted:{pk}"])
        was = Counted.objects.filter(pk=pk).first()
        cursor.execute(f"{FACE} WHERE c.id = %(pk)s", {**constants(), "pk": pk})
        row = cursor.fetchone()
        now = Counted(**dict(zip(_FIELDS, row, strict=True))) if row else None
        change = Counter(items(now) if now else ())
        change.subtract(items(was) if was else ())
        _add(cursor, {item: n for item, n in change.items() if n})
        if now is not None:
            now.save(force_insert=was is None, force_update=was is not None)
        elif was is not None:
            was.delete()


def _add(cursor: Any, change: dict[Item, int]) -> None:
    if not change:
        return
    ordered = sorted(change)  # in one order, so that two never wait for each other
    cursor.execute(
        _ADD,
        {
            "places": [item.place for item in ordered],
            "whats": [item.what for item in ordered],
            "slots": [item.slot for item in ordered],
            "ns": [change[item] for item in ordered],
        },
    )


# The same counts over all cases, from what each is counted as. `part` cuts an area to one level.
_LEVELS = "unnest(ARRAY[4, 6, 9, 12, 15]) AS level_"
_WHOLE = f"""
WITH face AS (
  SELECT area, state, level, due, count(*) AS n FROM cases_counted GROUP BY 1, 2, 3, 4
), part AS (
  SELECT left(area, level_) AS place, state, level, due, sum(n) AS n FROM face, {_LEVELS}
  WHERE level_ <= length(area) GROUP BY 1, 2, 3, 4
), day AS (
  SELECT left(area, 9) AS area, opened, handled, on_time, closed, solved, count(*) AS n
  FROM cases_counted GROUP BY 1, 2, 3, 4, 5, 6
), matters AS (
  SELECT left(area, 6) AS area, matter, opened, count(*) AS n FROM cases_counted GROUP BY 1, 2, 3
), turn AS (
  SELECT area, turn, count(*) AS n
  FROM (SELECT area, unnest(string_to_array(turns, ';')) AS turn FROM cases_counted WHERE turns <> '') t GROUP BY 1, 2
), found (place, what, slot, n) AS (
  SELECT place, 'cases', '', n FROM part
  UNION ALL SELECT place, 'state:' || state, '', n FROM part
  UNION ALL SELECT place, 'open', '', n FROM part WHERE state = ANY (%(open)s)
  UNION ALL SELECT place, 'urgent', '', n FROM part WHERE state = ANY (%(open)s) AND level <> 'ordinary'
  UNION ALL SELECT place, 'due_month', left(due, 4), n FROM part WHERE due <> ''
  UNION ALL SELECT place, 'due', left(due, 6), n FROM part WHERE due <> ''
  UNION ALL SELECT place, 'due_hour', due, n FROM part WHERE due <> ''
  UNION ALL SELECT left(area, level_), what, slot, n FROM (
    SELECT area, 'opened' AS what, opened AS slot, n FROM day
    UNION ALL SELECT area, 'handled', handled, n FROM day WHERE handled <> ''
    UNION ALL SELECT area, 'on_time', handled, n FROM day WHERE handled <> '' AND on_time
    UNION ALL SELECT area, 'closed', closed, n FROM day WHERE closed <> ''
    UNION ALL SELECT area, 'solved', closed, n FROM day WHERE closed <> '' AND solved
  ) d, {_LEVELS} WHERE level_ <= length(area)
  UNION ALL SELECT left(area, level_), 'matter:' || matter, opened, n FROM matters, {_LEVELS} WHERE level_ <= length(area)
  UNION ALL SELECT left(turn, length(turn) - strpos(reverse(turn), ' ')),
    'todo:' || right(turn, strpos(reverse(turn), ' ') - 1), '', n FROM turn WHERE turn NOT LIKE ' %%'
  UNION ALL SELECT left(area, level_), 'todo:' || substr(turn, 2), '', n FROM turn, {_LEVELS}
  WHERE turn LIKE ' %%' AND level_ <= length(area)
)
SELECT place, what, slot, sum(n)::int AS n FROM found GROUP BY 1, 2, 3
"""  # noqa: S608 -- our own constants
_DIFFERENT = f"""
SELECT coalesce(r.place, w.place), coalesce(r.what, w.what), coalesce(r.slot, w.slot), coalesce(r.n, 0), coalesce(w.n, 0)
FROM (SELECT * FROM cases_rollup WHERE n <> 0 AND place <> '') r
FULL JOIN ({_WHOLE}) w ON (w.place, w.what, w.slot) = (r.place, r.what, r.slot)
WHERE r.n IS DISTINCT FROM w.n ORDER BY 1, 2, 3
"""  # noqa: S608
_STALE = f"""
SELECT count(*) FROM ({FACE}) now FULL JOIN cases_counted c ON c."case" = now."case"
WHERE ROW({", ".join(f'now."{name}"' for name in _FIELDS)}) IS DISTINCT FROM ROW({", ".join(f'c."{name}"' for name in _FIELDS)})
"""  # noqa: S608
_FACES = f"""
INSERT INTO cases_counted AS was ({_NAMES}) {FACE}
ON CONFLICT ("case") DO UPDATE SET {", ".join(f'"{name}" = excluded."{name}"' for name in _FIELDS[1:])}
WHERE ROW({", ".join(f'was."{name}"' for name in _FIELDS[1:])})
  IS DISTINCT FROM ROW({", ".join(f'excluded."{name}"' for name in _FIELDS[1:])})
"""


class Difference(NamedTuple):
    """A count that is kept wrongly: as kept, and as it is."""

    place: str
    what: str
    slot: str
    kept: int
    found: int


class Verdict(NamedTuple):
    """How kept counts stand to the cases themselves."""

    stale: int  # cases that have become something else since they were counted: events on the way
    different: list[Difference]

    @property
    def right(self) -> bool:
        return not (self.stale or self.different)


def rebuild_rollups() -> int:
    """Count everything anew, while nobody else writes counts; how many counts there are."""
    with behind(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
        _patiently(cursor)
        cursor.execute("LOCK TABLE cases_rollup IN EXCLUSIVE MODE")
        cursor.execute(_FACES, constants())
        cursor.execute(
            'DELETE FROM cases_counted f WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = f."case")'
        )
        cursor.execute("DELETE FROM cases_rollup")
        cursor.execute(
            f"INSERT INTO cases_rollup (place, what, slot, n) {_WHOLE}",
            constants(),
        )
        made = int(cursor.rowcount)
        cursor.execute(
            "INSERT INTO cases_rollup (place, what, slot, n) VALUES ('', %s, '', 1)", [BUILT]
        )
        return made


def check_rollups() -> Verdict:
    """Compare every kept count with the cases; nothing is changed."""
    with behind(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
        _patiently(cursor)
        cursor.execute(_STALE, constants())
        stale = cursor.fetchone()[0]
        cursor.execute(_DIFFERENT, constants())
        return Verdict(stale, [Difference(*row) for row in cursor.fetchall()])


def _patiently(cursor: Any) -> None:
    """Over all cases a statement may take longer than a page's."""
    cursor.execute("SET LOCAL statement_timeout = '30min'")
