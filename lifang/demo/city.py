"""A city of made-up cases and people in bulk: for lists, counts and screens at size, where how a row came to be does not matter.

Rows are made by the server itself in a few statements, because COPY does not pass row-level security; the secondary
indexes of a table are built after its rows. Every case has its row and is counted. Only the newest `deep` ones and all
open ones have their whole way (steps, clocks, to-dos, parts, checks): the ways of ten million would not fit a laptop.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from lifang.demo.beside import Step

CITY = "9901"
COUNTIES, STREETS, GRIDS = 8, 15, 10
BATCH = 1_000_000


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    cases: int = 10_000_000
    crowd: int = 9_000_000  # people (see crowd.py)
    grids: int = 40_000
    deep: int = 200_000
    days: int = 1000


def done_quietly(_done: int) -> None:
    """Nobody looks on."""


@dataclass
class Made:
    """What was made, and how long each part took."""

    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


# Where the cases lie: every grid there is, in the order of its code.
_AREAS = """
WITH counties AS (SELECT %(city)s || lpad(c::text, 2, '0') AS code FROM generate_series(1, %(counties)s) c),
streets AS (SELECT code || lpad(s::text, 3, '0') AS code, s FROM counties, generate_series(1, %(streets)s) s),
communities AS (SELECT code || lpad(k::text, 3, '0') AS code, k FROM streets, generate_series(1, %(communities)s) k),
grids AS (SELECT code || lpad(g::text, 3, '0') AS code, g FROM communities, generate_series(1, %(grids)s) g),
found (code, name, name_en, kind) AS (
  SELECT code, '第' || right(code, 2) || '县区', 'County ' || right(code, 2), '' FROM counties
  UNION ALL SELECT code, '第' || s || '街道', 'Street ' || s, 'street' FROM streets
  UNION ALL SELECT code, '第' || k || '社区', 'Community ' || k, 'urban_community' FROM communities
  UNION ALL SELECT code, '第' || g || '网格', 'Grid ' || g, 'basic' FROM grids
)
INSERT INTO orgs_division (code, name, name_en, level, kind, parent_id, valid_from)
SELECT code, name, name_en, length(code), kind,
  CASE length(code) WHEN 6 THEN %(city)s ELSE left(code, length(code) - 3) END, %(since)s
FROM found ORDER BY length(code), code
ON CONFLICT (code) DO NOTHING
"""
_UNITS = """
INSERT INTO orgs_unit (id, name_zh, name_en, kind, area, credit_code, phone, hours, opened)
SELECT uuidv7(), u.name_zh, u.name_en, u.kind, d.code, '', u.phone, u.hours, u.opened
FROM orgs_unit u, orgs_division d
WHERE u.area = %(model)s AND u.closed IS NULL AND d.level = 6 AND d.code LIKE %(city)s || '%%'
  AND NOT EXISTS (SELECT 1 FROM orgs_unit o WHERE o.area = d.code)
"""
_POOL = """
CREATE TEMP TABLE pool AS SELECT row_number() OVER (ORDER BY code) - 1 AS n, code FROM orgs_division
  WHERE level = 15 AND code LIKE %(city)s || '%%';
CREATE UNIQUE INDEX ON pool (n);
CREATE TEMP TABLE leads AS
  SELECT area, array_agg(id ORDER BY kind, id) AS units FROM orgs_unit WHERE length(area) = 6 AND closed IS NULL GROUP BY 1;
CREATE TEMP TABLE targets AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM
  (SELECT id FROM cases_case WHERE merged_into_id IS NULL LIMIT 1000) t;
ANALYZE pool; ANALYZE leads; ANALYZE targets
"""
# n scatters over grids, matters and states by multiplying with primes; one in forty is open, the newest most of all.
_CASES = """
INSERT INTO cases_case (id, area, holders, state, state_since, due_at, steps_taken, tokens, number, matter, level,
  source, text, place, lon, lat, cell, opened_at, promised_at, desk, lead_id, reports, returns, round, outcome, answer,
  self_handled, reference, closed_at, handled_at, merged_into_id)
SELECT uuidv7(), code, ARRAY['desk:' || left(code, 9)] || CASE WHEN lead IS NULL THEN '{}'::text[] ELSE ARRAY['unit:' || lead] END,
  state, at, CASE WHEN state = ANY (%(open)s) THEN at + limits END, 4, ARRAY['井盖', '破损', 'n' || n %% 997],
  'C' || lpad(n::text, 9, '0'), matter, CASE n %% 50 WHEN 0 THEN 'urgent' WHEN 1 THEN 'life' ELSE 'ordinary' END,
  (%(sources)s::text[])[1 + n %% array_length(%(sources)s::text[], 1)], '', '小区 ' || n %% 30 || ' 号楼',
  117.2 + spot %% 1000 / 1000.0, 36.2 + spot %% 777 / 777.0, spot, at, at + interval '3 days', left(code, 9), lead,
  1 + (n %% 17 = 0)::int, 0, 1 + (n %% 61 = 0)::int, CASE WHEN closed THEN 'solved' ELSE '' END, '', false, '',
  CASE WHEN closed THEN at + took * 1.05 END,
  CASE WHEN closed OR state = 'awaiting_check' THEN at + took END, CASE WHEN state = 'merged' THEN target END
FROM (
  SELECT s.*, s.state = ANY (%(done)s) AS closed, p.code, abs(hashint4((s.n %% 400000)::int)) AS spot,
    interval '8 hours' + s.n %% 40 * interval '1 hour' AS limits, least(s.n %% 100 * interval '1 hour', 0.9 * (%(now)s::timestamptz - s.at)) AS took,
    CASE WHEN s.state IN ('awaiting_acceptance', 'awaiting_verification', 'refused', 'awaiting_dispatch', 'void', 'merged') THEN NULL
      ELSE l.units[1 + s.n %% array_length(l.units, 1)] END AS lead, t.id AS target
  FROM (
    SELECT n, (%(matters)s::text[])[1 + n * 31 %% array_length(%(matters)s::text[], 1)] AS matter,
      %(now)s::timestamptz - (n - %(already)s) * (interval '1 day' * %(days)s / %(rows)s) AS at,
      CASE WHEN n %% 40 = 0 THEN (%(open)s::text[])[1 + n / 40 %% array_length(%(open)s::text[], 1)]
        ELSE (%(over)s::text[])[1 + n * 7 %% array_length(%(over)s::text[], 1)] END AS state
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
  ) s
  JOIN pool p ON p.n = s.n * 7919 %% (SELECT count(*) FROM pool)
  LEFT JOIN leads l ON l.area = left(p.code, 6)
  LEFT JOIN targets t ON t.n = s.n %% (SELECT count(*) FROM targets)
) one
"""
# Whose turn it is at the open ones; the newest have their whole way.
_TURNS = """
INSERT INTO flow_todo (id, area, holders, flow, subject, state, capability, turn, title, urgent, opened_at, due_at, done_at)
SELECT uuidv7(), c.area, c.holders, 'case', c.id, c.state, w.capability,
  CASE WHEN w.unit AND c.lead_id IS NOT NULL THEN 'unit:' || c.lead_id ELSE 'desk:' || c.desk END,
  c.matter || '|' || c.place, c.level <> 'ordinary', c.opened_at, c.due_at, NULL
FROM cases_case c JOIN (VALUES ('awaiting_acceptance', 'cases.accept', false), ('awaiting_verification', 'cases.verify', false),
  ('awaiting_dispatch', 'cases.dispatch', false), ('awaiting_signing', 'cases.sign', true), ('handling', 'cases.feed_back', true),
  ('suspended', 'cases.resume', false), ('awaiting_arbitration', 'cases.arbitrate', false), ('awaiting_check', 'cases.check', false),
  ('awaiting_callback', 'cases.call_back', false)) w (state, capability, unit) ON w.state = c.state
WHERE c.number >= %(from)s AND c.number LIKE 'C%%'
"""
_STEPS = """
INSERT INTO flow_step (id, area, holders, flow, subject, seq, move, from_state, to_state, at, body, note, facts, public)
SELECT uuidv7(), c.area, c.holders, 'case', c.id, s.seq, s.move, s.before, s.after,
  c.opened_at + s.share * coalesce(c.handled_at - c.opened_at, interval '2 hours'), '', '', '{}', true
FROM cases_case c JOIN (VALUES (1, 'start', '', 'awaiting_acceptance', 0.0), (2, 'accept', 'awaiting_acceptance', 'awaiting_dispatch', 0.1),
  (3, 'dispatch', 'awaiting_dispatch', 'awaiting_signing', 0.2), (4, 'sign', 'awaiting_signing', 'handling', 0.4),
  (5, 'feed_back', 'handling', 'awaiting_check', 1.0), (6, 'close', 'awaiting_check', 'closed', 1.1)) s (seq, move, before, after, share)
  ON s.seq = 1 OR c.closed_at IS NOT NULL
WHERE c.number >= %(from)s AND c.number < %(deep)s AND c.number LIKE 'C%%'
"""
_CLOCKS = """
INSERT INTO flow_clock (id, area, holders, flow, subject, stage, amount, unit, hours, started_at, due_at, pauses, stopped_at)
SELECT uuidv7(), c.area, c.holders, 'case', c.id, s.stage, 8, 'calendar_hour', '', c.opened_at, c.opened_at + interval '8 hours', '[]',
  c.opened_at + s.share * (c.handled_at - c.opened_at)
FROM cases_case c, (VALUES ('accept', 0.1), ('dispatch', 0.2), ('handle', 1.0)) s (stage, share)
WHERE c.number >= %(from)s AND c.number < %(deep)s AND c.number LIKE 'C%%' AND c.closed_at IS NOT NULL
"""
_PARTS = """
INSERT INTO cases_handling (id, case_id, unit_id, role, round, reason, handed_at, signed_at, fed_back_at, returned_for)
SELECT uuidv7(), c.id, c.lead_id, 'lead', c.round, '', c.opened_at, c.opened_at, c.handled_at, ''
FROM cases_case c WHERE c.number >= %(from)s AND c.number < %(deep)s AND c.number LIKE 'C%%' AND c.lead_id IS NOT NULL
"""
_TABLES = ("cases_case", "flow_todo", "flow_step", "flow_clock", "cases_handling")


def build(
    url: str, at: datetime, size: Size, *, model: str, already: int = 0, step: Step = done_quietly
) -> Made:
    """Fill the database at `url` (as its owner) up to the size; `already` cases of an earlier call stand there; each million is told to `step`."""
    made = Made()
    with psycopg.connect(url, autocommit=True, options="-c lifang.areas=* -c synchronous_commit=off") as owner:  # fmt: skip
        with made.part("areas and units"):
            _areas(owner, at, size, model)
        with filled(owner, _TABLES, made):
            _cases(owner, at, size, already, made, step)
            _ways(owner, size, already, made)
    return made


@contextmanager
def filled(owner: Any, tables: tuple[str, ...], made: Made) -> Iterator[None]:
    """Without what only makes reading fast while rows go in; it is there again afterwards, and the planner knows the tables."""
    owner.execute("SET maintenance_work_mem = '1GB'")
    with made.part("indexes"):
        indexes = _without_indexes(owner, tables)
    try:
        yield
    finally:
        with made.part("indexes"):
            for statement in indexes:
                owner.execute(statement)
    with made.part("statistics"):
        for table in tables:
            owner.execute(f"VACUUM (ANALYZE) {table}")


def _areas(owner: Any, at: datetime, size: Size, model: str) -> None:
    communities = max(1, round(size.grids / (COUNTIES * STREETS * GRIDS)))
    facts = {"city": CITY, "counties": COUNTIES, "streets": STREETS, "communities": communities, "grids": GRIDS}  # fmt: skip
    owner.execute(_AREAS, {**facts, "since": at.date().replace(year=at.year - 4)})
    owner.execute("UPDATE orgs_revision SET token = gen_random_uuid()")
    owner.execute(_UNITS, {"city": CITY, "model": model})
    for statement in (_POOL % {"city": f"'{CITY}'"}).split(";"):
        owner.execute(statement)


def _without_indexes(owner: Any, tables: tuple[str, ...]) -> list[str]:
    """Drop what only makes reading fast; the statements that make it again."""
    rows = owner.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY (%s::regclass[]) AND NOT indisunique
          AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid)""",
        [list(tables)],
    ).fetchall()
    for name, _definition in rows:
        owner.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in rows]


def _cases(owner: Any, at: datetime, size: Size, already: int, made: Made, step: Step) -> None:
    from lifang.cases.catalogue import MATTERS, SOURCES  # noqa: PLC0415 -- read when the site is known
    from lifang.cases.terms import OPEN  # noqa: PLC0415

    over = ["archived"] * 34 + ["closed"] * 3 + ["refused", "void", "merged", "awaiting_callback"]
    facts = {
        "open": [*map(str, OPEN)], "over": over, "done": ["archived", "closed", "awaiting_callback"],
        "sources": [one.key for one in SOURCES], "matters": [one.key for one in MATTERS],
        "now": at, "days": size.days, "rows": size.cases - already, "already": already,
    }  # fmt: skip
    with made.part("cases"):
        for first in range(already + 1, size.cases + 1, BATCH):
            last = min(size.cases, first + BATCH - 1)
            owner.execute(_CASES, {**facts, "first": first, "last": last})  # fmt: skip
            made.rows["cases"] = last - already
            step(last - first + 1)


def _ways(owner: Any, size: Size, already: int, made: Made) -> None:
    """To-dos of all that waits; the whole way of the newest."""
    facts = {"from": f"C{already + 1:09d}", "deep": f"C{min(size.cases, already + size.deep) + 1:09d}"}  # fmt: skip
    for name, statement in (("to-dos", _TURNS), ("steps", _STEPS), ("clocks", _CLOCKS), ("parts", _PARTS)):  # fmt: skip
        with made.part(name):
            done = owner.execute(statement, facts)
            made.rows[name] = done.rowcount
