"""The short ways to write rows leave the same rows as the long ones."""

from copy import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.once import asking_once, changed_by, once
from lifang.core.access.pen import Pen
from lifang.core.access.rows import add_many
from lifang.core.access.wall import behind
from lifang.core.flow.models import Clock, Step, Todo
from lifang.core.ids import new_id

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 2, 30, 0, 123456, tzinfo=UTC)
SHARED = {"area": "990101001001001", "holders": ["desk:990101", '里,"坊"'], "flow": "case"}


def rows():
    return [
        Step(**SHARED, subject=new_id(), seq=1, move="start", to_state="open", at=MONDAY, note="；DROP 'x' %s\\", facts={"a": ["b", None]}, public=True),
        Clock(**SHARED, subject=new_id(), stage="accept", amount=Decimal("2.50"), unit="work_hour", started_at=MONDAY, due_at=MONDAY + timedelta(hours=2)),
        Todo(**{**SHARED, "holders": []}, subject=new_id(), state="open", capability="x.y", turn="", title="井盖", opened_at=MONDAY),
    ]  # fmt: skip


def kept(row):
    """The row as the server has it, without what must differ."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(r) - 'id' - 'subject' FROM {row._meta.db_table} r WHERE id = %s", [row.pk])  # fmt: skip
        return cursor.fetchone()[0]


def twin(row):
    other = copy(row)
    other.pk, other.subject, other._state = new_id(), new_id(), copy(row._state)
    return other


@pytest.mark.parametrize("number", range(3))
def test_a_pen_and_a_list_write_what_save_writes(number):
    with behind(SYSTEM):
        saved = rows()[number]
        saved.save(force_insert=True)
        pen, penned, listed = Pen(), twin(rows()[number]), [twin(rows()[number]) for _ in range(2)]
        pen.add(penned)
        pen.write()
        add_many(listed)
        assert kept(saved) == kept(penned) == kept(listed[0]) == kept(listed[1])
        assert [row._state.adding for row in (penned, *listed)] == [False] * 3


def test_a_broken_constraint_raises_at_the_pen():
    with behind(SYSTEM):
        pen, step = Pen(), rows()[0]
        pen.add(step)
        pen.add(step)
        with pytest.raises(IntegrityError), transaction.atomic():
            pen.write()
        assert not Step.objects.exists()


def test_once_asks_again_after_an_act_that_may_change_the_answer():
    asked = []

    def ask():
        asked.append(1)
        return len(asked)

    assert (once(("orgs.",), "k", ask), once(("orgs.",), "k", ask)) == (1, 2)
    with asking_once():
        assert (once(("orgs.",), "k", ask), once(("orgs.",), "k", ask)) == (3, 3)
        changed_by("cases.accept")
        assert once(("orgs.",), "k", ask) == 3
        changed_by("orgs.set_duty")
        assert once(("orgs.",), "k", ask) == 4
