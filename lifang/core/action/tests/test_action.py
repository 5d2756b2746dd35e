"""One transaction, one audit line, its events; or nothing but the line of the refusal."""

from dataclasses import FrozenInstanceError, replace
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, transaction

from lifang.core.access import SYSTEM, Refusal, Refused, Scope, insist
from lifang.core.access.grants import anonymous
from lifang.core.access.tests.make import make_actor, make_row
from lifang.core.access.wall import behind
from lifang.core.accounts.tests.make import AT
from lifang.core.action import ACTIONS, action, together
from lifang.core.audit.log import verify
from lifang.core.audit.models import Entry
from lifang.core.events.outbox import publish
from lifang.core.events.registry import event
from lifang.core.notify.models import Message
from lifang.core.testing.told import published


@event("probe.Poked")
class Poked:
    row: UUID
    at: datetime


@action("probe.poke")
def poke(*, actor, row, at, template="poked", then=None):
    held = Message.objects.hold(row.pk)
    held.template, held.tries = template, held.tries + 1
    held.save()
    publish(Poked(row=held.pk, at=at), area=held.area)
    if then is not None:
        then()
    return held


@action("probe.make")
def make(*, actor, area, at):
    return make_row(area)


@action("probe.both")
def both(*, actor, row, at, fail=False):
    poke(actor=actor, row=row, at=at)
    with behind(SYSTEM):
        make(actor=actor, area=row.area, at=at)
    insist(Refusal("changed_meanwhile") if fail else None)


MAY = ("probe.poke", "probe.make", "probe.both")


@pytest.fixture(autouse=True)
def _probes_are_no_actions_of_the_product():
    yield
    for name in MAY:
        ACTIONS.pop(name, None)


@pytest.fixture
def row(db):
    with behind(SYSTEM):
        return make_row("990101001")


@pytest.fixture
def worker():
    return make_actor("990101001", may=MAY)


def lines() -> list[tuple]:
    return [
        (line.action, line.outcome, line.reason, line.subject)
        for line in Entry.objects.order_by("seq")
    ]


def stored(row) -> Message:
    with behind(SYSTEM):
        return Message.objects.get(pk=row.pk)


def test_a_done_act_leaves_one_line_and_its_event(row, worker):
    poke(actor=worker, row=row, at=AT)
    assert lines() == [("probe.poke", "done", "", str(row.pk))]
    line = Entry.objects.get()
    assert (line.account, line.kind, line.area, line.at) == (worker.id, "staff", "990101001", AT)
    assert line.changes == {"template": "*", "tries": [0, 1]}
    assert published() == [Poked(row=row.pk, at=AT)]


def test_what_is_made_is_the_subject_of_its_line(db, worker):
    made = make(actor=worker, area="990101001", at=AT)
    line = Entry.objects.get()
    assert (line.subject_type, line.subject, line.area) == (
        "notify.message",
        str(made.pk),
        "990101001",
    )
    assert line.changes["area"] == [None, "990101001"]


def test_free_text_and_names_do_not_get_into_the_log(row, worker):
    poke(actor=worker, row=row, at=AT, template="a secret of Wang Hong")
    assert "Wang" not in repr(Entry.objects.values().get())


def refuse() -> None:
    raise Refused("changed_meanwhile")


def test_a_refusal_leaves_its_line_and_nothing_else(row, worker):
    with pytest.raises(Refused):
        poke(actor=worker, row=row, at=AT, then=refuse)
    assert lines() == [("probe.poke", "refused", "changed_meanwhile", str(row.pk))]
    assert Entry.objects.get().changes == {}
    assert published() == []
    assert stored(row).template == "notify.digest"


def test_a_mistake_leaves_nothing_at_all(row, worker):
    with pytest.raises(ZeroDivisionError):
        poke(actor=worker, row=row, at=AT, then=lambda: 1 / 0)
    assert lines() == []
    assert published() == []
    assert stored(row).template == "notify.digest"


def test_a_row_out_of_sight_is_not_there(row):
    """The area is told, so that only the wall stands in the way."""
    with pytest.raises(Refused) as caught:
        poke(actor=replace(make_actor("990101001", may=MAY), scope=Scope()), row=row, at=AT)
    assert caught.value.refusal.reason == "not_found"
    assert stored(row).template == "notify.digest"


def test_a_nested_act_has_its_own_line_in_the_same_transaction(row, worker):
    both(actor=worker, row=row, at=AT)
    assert [name for name, *_ in lines()] == ["probe.both", "probe.poke", "probe.make"]
    assert {outcome for _, outcome, *_ in lines()} == {"done"}
    assert verify().whole


def test_a_refused_outer_act_takes_the_inner_ones_with_it(row, worker):
    with pytest.raises(Refused):
        both(actor=worker, row=row, at=AT, fail=True)
    assert lines() == [("probe.both", "refused", "changed_meanwhile", str(row.pk))]
    assert published() == []
    with behind(SYSTEM):
        assert list(Message.objects.all()) == [row]
    assert stored(row).tries == 0


def test_several_acts_together_are_done_or_not(row, worker):
    with together(actor=worker, at=AT):
        poke(actor=worker, row=row, at=AT)
        poke(actor=worker, row=row, at=AT)
        assert lines() == []
    assert [name for name, *_ in lines()] == ["probe.poke", "probe.poke"]
    with pytest.raises(ZeroDivisionError), together(actor=worker, at=AT):
        poke(actor=worker, row=row, at=AT, then=lambda: 1 / 0)
    assert len(lines()) == 2
    assert stored(row).tries == 2
    assert len(published()) == 2


def test_who_may_not_is_refused_before_anything_happens(row):
    for actor in (anonymous(), make_actor("990101001", may=["probe.make"])):
        with pytest.raises(Refused) as caught:
            poke(actor=actor, row=row, at=AT)
        assert caught.value.refusal.reason == "not_allowed"
    assert lines() == [("probe.poke", "refused", "not_allowed", str(row.pk))] * 2
    assert stored(row).tries == 0
    assert published() == []


def test_a_capability_counts_where_the_thing_lies(row):
    elsewhere = make_actor("990101002", may=MAY)
    with pytest.raises(Refused) as caught:
        poke(actor=elsewhere, row=row, at=AT)
    assert caught.value.refusal.reason == "not_allowed"
    poke(actor=make_actor("990101", may=MAY), row=row, at=AT)


def test_a_nested_act_asks_for_its_own_capability(row):
    half = make_actor("990101001", may=["probe.both", "probe.poke"])
    with pytest.raises(Refused):
        both(actor=half, row=row, at=AT)
    assert lines() == [("probe.both", "refused", "not_allowed", str(row.pk))]
    assert stored(row).tries == 0


def test_an_act_takes_keywords_only_and_wants_to_know_who_and_when(row, worker):
    with pytest.raises(TypeError):
        poke(worker, row, AT)
    with pytest.raises(KeyError):
        poke(row=row, at=AT)
    with pytest.raises(KeyError):
        poke(actor=worker, row=row)
    assert lines() == []


def test_an_event_outside_an_act_is_a_mistake(real_db):
    with pytest.raises(RuntimeError):
        publish(Poked(row=UUID(int=1), at=AT))


def test_an_event_is_frozen():
    told = Poked(row=UUID(int=1), at=AT)
    with pytest.raises(FrozenInstanceError):
        told.at = None


def counts() -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM events_outbox),"
            " (SELECT seq FROM audit_head)"
        )
        return cursor.fetchone()


@pytest.mark.parametrize("table", ["audit_entry", "events_outbox"])
def test_an_act_whose_line_or_event_cannot_be_written_is_not_done(real_db, table):
    """The log fails closed: no line, no act."""
    worker = make_actor("990101001", may=MAY)
    with behind(SYSTEM):
        row = make_row("990101001")
    before = counts()

    class Full(Exception):
        pass

    def refuse_writes(execute, sql, params, many, context):
        if f'INSERT INTO "{table}"' in sql or f"INSERT INTO {table}" in sql:
            raise Full
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_writes), pytest.raises(Full):
        poke(actor=worker, row=row, at=AT)
    assert counts() == before
    assert stored(row).tries == 0
    poke(actor=worker, row=row, at=AT)
    assert stored(row).tries == 1


def test_line_event_and_change_are_there_with_the_commit_and_not_before(real_db):
    worker = make_actor("990101001", may=MAY)
    with behind(SYSTEM):
        row = make_row("990101001")
    with transaction.atomic():
        poke(actor=worker, row=row, at=AT)
        transaction.set_rollback(True)
    assert counts() == (0, 0, 0)
    assert stored(row).tries == 0
    poke(actor=worker, row=row, at=AT)
    assert counts() == (1, 1, 1)
