"""`grows` and `refused`: two things that tests of every context prove."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifang.core.access import SYSTEM, Refusal, Refused
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.web import kept

# What may change although nothing was done: the log of the refusal, signs of life, framework records.
_ASIDE = ("audit_", "accounts_session", "accounts_tries", "django_", "auth_", "procrastinate_")
# Asked by the clock, whatever is asked: once a minute and once in five seconds.
_BY_THE_CLOCK = ('UPDATE "accounts_session"', 'SELECT COUNT("calendar_day"."id")')
_TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""


def grows(make: Callable[[], Any], fetch: Callable[[], Any], ones: int = 1, many: int = 30) -> None:
    """Assert that a page costs the same number of queries with `ones` rows and with `many`."""
    for _ in range(ones):
        make()
    fetch()  # what is remembered for ever is remembered now
    few = _queries(fetch)
    for _ in range(many - ones):
        make()
    lot = _queries(fetch)
    assert len(lot) == len(few), _told(few, lot)


def _queries(fetch: Callable[[], Any]) -> list[str]:
    kept.forget()  # what was drawn before hides what it costs to draw
    with CaptureQueriesContext(connection) as caught:
        response = fetch()
    assert getattr(response, "status_code", 200) < 400, f"answered {response.status_code}"
    said = (query["sql"] for query in caught.captured_queries)
    return [sql for sql in said if not sql.startswith(_BY_THE_CLOCK)]


def _told(few: list[str], lot: list[str]) -> str:
    shapes = [sql[:160] for sql in few]
    extra = [sql[:160] for sql in lot if sql[:160] not in shapes or lot.count(sql) > 1]
    return f"{len(few)} queries became {len(lot)}:\n" + "\n".join(sorted(set(extra))[:12])


class Told:
    """The refusal that a `refused` block met."""

    refusal: Refusal

    @property
    def facts(self) -> Any:
        return self.refusal.facts


@contextmanager
def refused(reason: str, *, audited: bool = True) -> Iterator[Told]:
    """Assert that the block is refused for this reason, writes nothing, and leaves its line in the log.

    `audited=False` for what is refused before an action began (a selector, a form).
    """
    told = Told()
    before, lines = state(), Entry.objects.count()
    try:
        yield told
    except Refused as raised:
        told.refusal = raised.refusal
    else:
        raise AssertionError(f"was not refused; expected `{reason}`")
    assert told.refusal.reason == reason, f"refused for `{told.refusal.reason}` {dict(told.facts)}"
    after = state()
    changed = sorted(name for name in after if after[name] != before.get(name))
    assert not changed, f"refused, yet written: {changed}"
    if audited:
        line = Entry.objects.order_by("-seq").first()
        assert Entry.objects.count() == lines + 1, "a refusal leaves one line"
        assert line is not None
        assert (line.outcome, line.reason) == ("refused", reason)


def state() -> dict[str, tuple[int, int]]:
    """Every table's number of rows and a digest of their content."""
    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [name for (name,) in cursor.fetchall() if not name.startswith(_ASIDE)]
        each = (
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{name}\" t"
            for name in names
        )
        cursor.execute(" UNION ALL ".join(each))
        return {name: (rows, digest) for name, rows, digest in cursor.fetchall()}
