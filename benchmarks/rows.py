"""Many cases and to-dos by one statement each: for lists at size, where how a row came to be does not matter."""

from typing import Any

GRID_ROWS = 20

_CASES = """
INSERT INTO cases_case (id, area, holders, state, state_since, due_at, steps_taken, tokens, number, matter, level,
  source, text, place, lon, lat, cell, opened_at, promised_at, desk, reports, returns, round, outcome, answer,
  self_handled, reference, closed_at, handled_at)
SELECT uuidv7(), code, ARRAY['desk:' || left(code, 9)], CASE WHEN open THEN 'awaiting_dispatch' ELSE 'archived' END,
  at, at + interval '8 hours', 2, ARRAY['井盖', '破损'], 'B' || %(mark)s || n, '06010', 'ordinary',
  'grid_patrol', '井盖破损，行人绕行', '和平小区' || n %% 30 || '号楼', 117.7 + (n %% 1000) / 5000.0, 36.7 + (n %% 777) / 5000.0,
  NULL, at, at + interval '3 days', left(code, 9), 1, 0, 1, CASE WHEN open THEN '' ELSE 'solved' END, '', false, '',
  CASE WHEN open THEN NULL ELSE at + interval '2 days' END, CASE WHEN open THEN NULL ELSE at + interval '1 day' END
FROM (
  SELECT n, (%(grids)s::text[])[1 + n %% array_length(%(grids)s::text[], 1)] AS code, n %% 40 = 0 AS open,
    %(now)s::timestamptz - n * (interval '1000 days' / %(rows)s) AS at
  FROM generate_series(1, %(rows)s) n
) one
"""
_TODOS = """
INSERT INTO flow_todo (id, area, holders, flow, subject, state, capability, turn, title, urgent, opened_at, due_at, done_at)
SELECT uuidv7(), code, ARRAY['desk:' || left(code, 9)], 'case', uuidv7(), 'awaiting_dispatch', 'cases.dispatch',
  'desk:' || left(code, 9), '06010|和平小区', false, at, at + interval '8 hours',
  CASE WHEN open THEN NULL ELSE at + interval '6 hours' END
FROM (
  SELECT (%(grids)s::text[])[1 + n %% array_length(%(grids)s::text[], 1)] AS code, n <= %(waiting)s AS open,
    %(now)s::timestamptz - n * (interval '1000 days' / %(rows)s) AS at
  FROM generate_series(1, %(rows)s) n
) one
"""


def fill_cases(launch: Any, rows: int, grids: list[str], mark: str, now: Any) -> None:
    """`rows` cases spread over these grids and a thousand days, one in forty open."""
    _fill(launch, _CASES, "cases_case", rows=rows, grids=grids, mark=mark, now=now)


def fill_todos(launch: Any, rows: int, grids: list[str], waiting: int, now: Any) -> None:
    """`rows` to-dos of the desks above these grids; the newest `waiting` of them are open."""
    _fill(launch, _TODOS, "flow_todo", rows=rows, grids=grids, waiting=waiting, now=now)


def _fill(launch: Any, statement: str, table: str, **facts: Any) -> None:
    import psycopg  # noqa: PLC0415

    from lifang.boot import databases  # noqa: PLC0415

    _, as_owner = databases.urls(launch.config)
    with psycopg.connect(as_owner, autocommit=True, options="-c lifang.areas=*") as owner:
        owner.execute(statement, facts)
        owner.execute(f"VACUUM (ANALYZE) {table}")
