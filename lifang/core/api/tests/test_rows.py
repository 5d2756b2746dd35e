"""JSON written by PostgreSQL says what Python would have said, and sealed fields never go that way."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection

from lifang.core.access import SYSTEM, Actor, Kind, Scope, prepared
from lifang.core.access.wall import behind
from lifang.core.api.paging import _in_python
from lifang.core.api.rows import fits, rows_as_json
from lifang.core.files.models import Attachment
from lifang.core.flow.models import Todo
from lifang.core.ids import new_id
from lifang.core.notify.models import Preference

NAMES = ("id", "who", "title", "urgent", "due_at", "opened_at")
PATHS = ("id", "turn", "title", "urgent", "due_at", "opened_at")


def _todo(n: int, title: str) -> Todo:
    return Todo(
        area="370306001", flow="case", subject=new_id(), state="open", capability="cases.accept",
        turn=f"desk:{n}", title=title, urgent=n % 2 == 0, opened_at=datetime(2026, 11, 23, 2, n, 5, 123456, UTC),
        due_at=None if n == 3 else datetime(2026, 11, 24, 2, n, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [2, 5, 9])
def test_both_ways_tell_the_same_rows_in_the_same_order_with_the_same_mark(limit):
    with behind(SYSTEM):
        titles = ["井盖 100%", 'a "quoted" \\ line\n', "", "</script>", "é %s"]
        Todo.objects.bulk_create(_todo(n, title) for n, title in enumerate(titles))
        rows = Todo.objects.filter(area__gte="370306", area__lt="370307")
        assert fits(rows, PATHS)
        inside, mark = rows_as_json(rows, NAMES, PATHS, ("-opened_at", "-id"), limit)
        outside, its_mark = _in_python(rows, NAMES, PATHS, ("-opened_at", "-id"), limit)
    assert _read(mark) == _read(its_mark)
    assert [*map(_plain, msgspec.json.decode(inside))] == [
        *map(_plain, msgspec.json.decode(outside))
    ]
    assert len(msgspec.json.decode(inside)) == min(limit, 5)


def _read(mark: bytes | None) -> tuple[datetime, UUID] | None:
    return msgspec.json.decode(mark, type=tuple[datetime, UUID]) if mark else None


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value  # type: ignore[arg-type]
        for name, value in row.items()
    }


def test_sealed_fields_other_tables_and_annotated_rows_take_the_way_through_python():
    assert not fits(Preference.objects.all(), ("holder", "telephone"))
    assert not fits(Todo.objects.filter(subject=new_id())[:5], PATHS)
    assert not fits(Todo.objects.distinct(), PATHS)
    assert not fits(Todo.objects.all(), ("id", "flow__key"))
    assert not fits(Attachment.objects.order_by("id"), ("id", "facts__x"))
    assert fits(Todo.objects.all(), PATHS)


@pytest.mark.django_db
def test_conditions_that_nothing_or_everything_meets_are_known_beforehand():
    with behind(SYSTEM):
        Todo.objects.bulk_create([_todo(1, "one")])
        nobody = Todo.objects.filter(pk__in=[])
        assert rows_as_json(nobody, NAMES, PATHS, ("-id",), 5) == (b"[]", None)
        everybody = Todo.objects.exclude(pk__in=[])
        assert len(msgspec.json.decode(rows_as_json(everybody, NAMES, PATHS, ("-id",), 5)[0])) == 1


@pytest.mark.django_db
def test_the_remembered_condition_of_a_scope_is_that_scopes_and_is_lost_with_any_other_filter():
    with behind(SYSTEM):
        Todo.objects.bulk_create([_todo(1, "one"), _todo(2, "two")])
        Todo.objects.filter(title="two").update(area="370307001")
        titles = {
            area: [
                row["title"]
                for row in msgspec.json.decode(_shown(Todo.objects.visible_to(_of(area))))
            ]
            for area in ("370306", "370307", "370306", "")
        }
        narrowed = Todo.objects.visible_to(_of("370306")).filter(title="two")
    assert titles == {"370306": ["one"], "370307": ["two"], "": ["two", "one"]}
    assert narrowed.only_scope is None
    assert _shown(narrowed) == b"[]"
    assert Todo.objects.filter(title="two").visible_to(_of("370306")).only_scope is None


@pytest.mark.django_db
def test_a_connection_keeps_a_bounded_number_of_prepared_lists_and_each_tells_what_is_there_now(
    monkeypatch,
):
    monkeypatch.setattr(prepared, "MOST", 100)
    with behind(SYSTEM):
        rounds = []
        for number in range(2):
            Todo.objects.bulk_create([_todo(number, "100%")])
            rounds.append(
                {len(msgspec.json.decode(_shown(Todo.objects.visible_to(_of(f"370306{n:03d}"))))) for n in (*range(110), 1)}
            )  # fmt: skip
            assert _titles(Todo.objects.visible_to(_of("370306"))) == ["100%"] * (number + 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'lifang_kept_%'"
            )
            assert cursor.fetchone()[0] == len(prepared._KNOWN[connection.connection]) == 100
    assert rounds == [{0, 1}, {0, 2}]


@pytest.mark.django_db
def test_nobody_is_shown_nothing_by_the_prepared_way_either():
    with behind(SYSTEM):
        Todo.objects.bulk_create([_todo(1, "one")])
        nobody = Todo.objects.visible_to(replace(SYSTEM, scope=Scope()))
        assert nobody.only_scope is not None
        assert rows_as_json(nobody, NAMES, PATHS, ("-id",), 5) == (b"[]", None)


def _titles(rows: Any) -> list[str]:
    found = rows_as_json(rows, NAMES, PATHS, ("-id",), 9)[0]
    return [row["title"] for row in msgspec.json.decode(found)]


def _of(area: str) -> Actor:
    return replace(SYSTEM, kind=Kind.STAFF, scope=Scope(areas=frozenset({area})))


def _shown(rows: Any) -> bytes:
    return rows_as_json(rows, NAMES, PATHS, ("-opened_at", "-id"), 9)[0]
