"""Somebody goes to a home: ordered, phoned, made with an authority; what was applied for is read aloud and confirmed."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from lifang.affairs import actions, selectors
from lifang.affairs.models import Application, Confirmation, HomeVisit, Mandate, Point
from lifang.affairs.rules import day_of
from lifang.affairs.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    again,
    first_slot,
    known_person,
    make_home_visit,
    make_point,
    make_unit,
    window,
)
from lifang.affairs.tests.test_mandates import daughter_of
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.flow import clocks
from lifang.core.flow.models import Todo
from lifang.core.flow.selectors import steps
from lifang.core.notify.models import Message
from lifang.core.retention import actions as retention
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import deliver

pytestmark = pytest.mark.django_db
PHONE = "10000009988"
MATTER = "minimum-living-allowance"
DAY = timedelta(days=1)


def mark():
    """A thumb on the glass, as the page sends it."""
    made = Image.new("RGB", (1200, 600), "white")
    ImageDraw.Draw(made).ellipse((500, 200, 640, 400), fill="#7a1f16")
    kept = io.BytesIO()
    made.save(kept, "PNG")
    kept.name = "mark.png"
    kept.seek(0)
    return kept


def order(actor, person, **more):
    slot = more.pop("slot_at", None) or first_slot(person)
    told = {"guides": [MATTER], "slot_at": slot, "telephone": PHONE, "note": "卧床", "at": MONDAY, **more}  # fmt: skip
    return actions.order_home_visit(actor=actor, **told)


@pytest.mark.covers("S2-17", "S0-94", "S0-64")
def test_a_visit_is_ordered_named_phoned_made_and_closed(resident):
    make_point(places.COMMUNITY, visits=1)
    person = known_person(resident)
    worker, stranger, other = window(), cast.stranger(), cast.resident()
    page = resident.get("affairs:home_visit_ordering", query={"matter": MATTER}).content.decode()
    assert "10000007788" in page  # one's own telephone stands there
    slot = first_slot(person, timezone.now())  # noqa: TID251 -- pages are read today
    told = {"guides": [MATTER], "slot": slot.isoformat(), "telephone": PHONE, "note": "卧床"}
    assert resident.post("affairs:home_visit_ordering", data=told).status_code == 302
    with behind(SYSTEM):
        row = HomeVisit.objects.get()
        assert [one.turn for one in Todo.objects.filter(subject=row.pk)] == [f"desk:{places.COMMUNITY}"]  # fmt: skip
    assert other.get("affairs:own_home_visit", row.pk).status_code == 404
    assert stranger.get("affairs:home_visit", row.pk).status_code == 404
    shown = worker.get("affairs:home_visit", row.pk).content.decode()
    assert PHONE not in shown
    assert "和平路" not in shown  # masked until somebody asks, with a line
    read = worker.post("affairs:home_visit_act", row.pk, "reading").content.decode()
    assert PHONE in read
    assert "卧床" in read
    named = {"worker": worker.id}
    assert worker.post("affairs:home_visit_act", row.pk, "assignment", data={"worker": other.id}).status_code == 422  # fmt: skip
    assert worker.post("affairs:home_visit_act", row.pk, "assignment", data=named).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        assert Message.objects.filter(template="affairs.home_visit_set").count() == 1
        assert [one.turn for one in Todo.objects.filter(subject=row.pk, done_at=None)] == [f"account:{worker.id}"]  # fmt: skip
    assert worker.post("affairs:home_visit_act", row.pk, "phoning", data={"reached": "yes", "note": "在家"}).status_code == 302  # fmt: skip
    begun = worker.post("affairs:home_visit_act", row.pk, "arrival")
    again_begun = worker.post("affairs:home_visit_act", row.pk, "arrival")
    assert begun["Location"] == again_begun["Location"]  # one intake, however often it is pressed
    assert worker.post("affairs:home_visit_act", row.pk, "ending", data={"outcome": "done", "note": "已代为申请"}).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        row = HomeVisit.objects.get()
        assert (row.state, row.intake.channel, row.intake.guides, row.phoned_at is not None) == ("done", "visit", [MATTER], True)  # fmt: skip
    assert "已代为申请" in resident.get("affairs:own_home_visit", row.pk).content.decode()
    with behind(SYSTEM):
        retention.work(system=SYSTEM, at=MONDAY + timedelta(days=900))
        row = HomeVisit.objects.get()
        assert (row.state, row.person_id, str(row.home)) == ("done", None, "—")
        assert not [one for one in row.holders if one.startswith("account:")]


@pytest.mark.covers("S2-17")
def test_a_hall_gives_no_time_twice_and_says_why_not(resident):
    make_point(places.COMMUNITY, visits=1)
    person = known_person(resident)
    with refused("home_visit_of_nothing"):
        order(resident.actor, person, guides=[])
    with refused("not_at_home"):
        order(resident.actor, person, guides=["residence-permit"])
    with refused("telephone_missing"):
        order(resident.actor, person, telephone="nothing")
    with refused("slot_unknown"):
        order(resident.actor, person, slot_at=MONDAY + timedelta(minutes=1))
    slot = first_slot(person)
    row = order(resident.actor, person)
    with refused("visited_already"):
        order(resident.actor, person)
    with behind(SYSTEM):
        neighbour = known_person(area=places.GRID, identity="", name="张三", despite="walk")
    worker = window()
    with refused("slot_full"):
        actions.record_home_visit(actor=worker.actor, person=neighbour, guides=[MATTER], slot_at=slot, telephone=PHONE, at=MONDAY)  # fmt: skip
    assert cast.resident().post("affairs:home_visit_calling_off", row.pk).status_code == 404
    assert resident.post("affairs:home_visit_calling_off", row.pk).status_code == 302
    made = actions.record_home_visit(actor=worker.actor, person=neighbour, guides=[MATTER], slot_at=slot, telephone=PHONE, at=MONDAY)  # fmt: skip
    assert (made.ordered_by, made.slot_at) == ("staff", slot)
    with behind(SYSTEM):
        Point.objects.update(visits=0)
    with refused("nobody_visits"):
        order(resident.actor, person, slot_at=slot)


@pytest.mark.covers("S2-17", "S0-93", "W-R3")
def test_a_daughter_orders_for_her_mother_what_was_agreed():
    make_point(places.COMMUNITY)
    daughter = daughter_of()
    with behind(SYSTEM):
        mother = known_person(area=places.GRID, despite="walk")
        row = actions.record_mandate(actor=SYSTEM, principal=mother, name="李小梅", telephone="10000005555", guides=[MATTER], until=day_of(MONDAY) + 30 * DAY, way="voice", at=MONDAY)  # fmt: skip
    page = daughter.get("affairs:home_visit_ordering", query={"for": row.pk}).content.decode()
    assert 'value="elderly-card"' not in page
    assert daughter.get("affairs:home_visit_ordering", query={"for": mother.pk}).status_code == 404
    made = order(daughter.actor, mother, mandate=row)
    assert (made.ordered_by, made.person_id) == ("family", mother.pk)
    with refused("mandate_not_for"):
        order(daughter.actor, mother, mandate=row, guides=["elderly-card"])
    assert [one.pk for one in selectors.own_home_visits(daughter.actor)] == [made.pk]


@pytest.mark.covers("S0-64", "W-C2")
def test_the_window_acts_under_an_authority_and_not_without():
    worker = window()
    with behind(SYSTEM):
        man = known_person(area=places.GRID, despite="walk")
    told = {"actor": worker.actor, "person": man, "guides": ["elderly-card"], "area": man.area, "at": MONDAY}  # fmt: skip
    with refused("authority_missing"):
        actions.receive(**told, channel="agent")
    posted = {"who": "window", "guides": ["elderly-card"], "until": "2026-12-31", "way": "photo", "proof": mark()}  # fmt: skip
    answer = worker.post("affairs:mandates_of", man.pk, data=posted)
    assert answer.status_code == 302, answer.content.decode()
    with behind(SYSTEM):
        row = Mandate.objects.get()
    assert (row.agent_id, row.account_id, row.desk) == (None, None, places.COMMUNITY)
    assert worker.get("affairs:mandates_of", man.pk).status_code == 200
    visit = actions.receive(**told, channel="agent")
    from lifang.affairs.tests.make import passed  # noqa: PLC0415 -- only here
    from lifang.core.forms import actions as forms  # noqa: PLC0415 -- only here

    guide = visit.guides and selectors.guide(worker.actor, "elderly-card")
    known = selectors.given(worker.actor, man, day_of(MONDAY), "window")
    draft = forms.begin(actor=worker.actor, form=guide.form, subject=f"affairs:{visit.pk}:elderly-card", given=known, answers={"delivery": "window", **passed(guide)}, at=MONDAY)  # fmt: skip
    made = actions.record(actor=worker.actor, intake=visit, draft=draft, guide=guide, at=MONDAY)
    assert again(made).mandate_id == row.pk
    assert worker.get("affairs:application", made.pk).status_code == 200


@pytest.mark.covers("S0-64", "W-C2", "S0-93")
def test_it_is_read_aloud_confirmed_with_a_thumb_and_handed_over_with_it():
    make_unit("civil_affairs")
    worker, stranger = window(), cast.stranger()
    row = accepted(places.GRID)
    shown = worker.get("affairs:aloud", row.pk, "form").content.decode()
    assert "王秀英" not in shown  # nothing in the clear before it is asked for
    read = worker.post("affairs:aloud", row.pk, "form").content.decode()
    assert "王秀英" in read
    told = {"way": "mark", "present": "本人和女儿"}
    assert worker.post("affairs:confirming", row.pk, "form", data=told).status_code == 422
    assert worker.post("affairs:confirming", row.pk, "form", data={**told, "way": "words"}).status_code == 422  # fmt: skip
    assert worker.post("affairs:confirming", row.pk, "form", data={**told, "mark": io.BytesIO(b"no picture")}).status_code == 422  # fmt: skip
    assert worker.post("affairs:confirming", row.pk, "form", data={**told, "mark": mark()}).status_code == 302  # fmt: skip
    assert worker.post("affairs:confirming", row.pk, "form", data={"way": "words", "present": "本人", "witness": "李大山"}).status_code == 302  # fmt: skip
    with refused("nothing_to_read"):
        actions.confirm_aloud(actor=worker.actor, application=row, of="result", way="words", witness="李大山", present="本人", at=MONDAY + HOUR)  # fmt: skip
    actions.decide(actor=worker.actor, application=row, granted=True, at=MONDAY + 2 * HOUR)
    assert worker.post("affairs:confirming", row.pk, "result", data={**told, "mark": mark()}).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        assert Application.objects.get(pk=row.pk).state == "done"
        marked, witnessed, result = Confirmation.objects.order_by("at", "pk")
    assert "王秀英" in str(marked.words)
    assert (witnessed.file, str(witnessed.witness)) == (None, "李*")
    assert "老年人优待证" in str(result.words)
    assert worker.get("files:file", marked.file).status_code == 200
    assert stranger.get("files:file", marked.file).status_code == 404
    page = worker.get("affairs:application", row.pk, query={"lang": "en"}).content.decode()
    assert "a thumb on the glass" in page
    assert "李大山" not in page
    with behind(SYSTEM):
        retention.work(system=SYSTEM, at=MONDAY + timedelta(days=366 * 6))
        assert {(one.file, str(one.present), str(one.words)) for one in Confirmation.objects.all()} == {(None, "—", "—")}  # fmt: skip
    assert worker.get("files:file", marked.file).status_code == 404


@pytest.mark.covers("S2-17")
def test_the_list_costs_the_same_for_one_and_for_many(grows):
    worker = window()
    make_point(places.COMMUNITY, visits=40)
    grows(lambda: make_home_visit(places.GRID), lambda: worker.get("affairs:home_visits"))


@pytest.mark.covers("S2-17")
def test_a_visit_past_its_time_comes_back_to_whoever_names_who_goes(resident):
    make_point(places.COMMUNITY, visits=2)
    person = known_person(resident)
    worker = window()
    visit = order(resident.actor, person)
    with behind(SYSTEM):
        sent = actions.assign_home_visit(actor=worker.actor, visit=visit, worker=worker.account.pk, at=MONDAY)  # fmt: skip
    ends = sent.slot_at + timedelta(minutes=90)
    assert ends <= sent.due_at < ends + timedelta(minutes=1)

    def turns():
        with behind(SYSTEM):
            return sorted(Todo.objects.filter(subject=visit.pk, done_at=None).values_list("turn", flat=True))  # fmt: skip

    def look(at):
        with together(actor=SYSTEM, at=at):
            clocks.tell_overdue(at)
        deliver(at)

    mine, lead = f"account:{worker.account.pk}", f"desk:{places.COMMUNITY}"
    look(ends - timedelta(minutes=5))
    assert turns() == [mine]
    for minutes in (2, 30):  # told once
        look(ends + timedelta(minutes=minutes))
        assert turns() == [mine, lead]
    with behind(SYSTEM):
        row = HomeVisit.objects.get(pk=visit.pk)
        assert row.late_at == ends + timedelta(minutes=2)
        assert [one.move for one in steps(SYSTEM, visit.pk)].count("late") == 1
    page = worker.get("affairs:home_visits", query={"lang": "en", "time": "late"}).content.decode()
    assert "Past its time" in page
    assert "past its time" not in cast.stranger().get("affairs:home_visits", query={"lang": "en"}).content.decode().lower()  # fmt: skip
    # Somebody else goes at once: it is their turn alone, and their time is short.
    with behind(SYSTEM):
        other = window()
        late = ends + HOUR
        actions.assign_home_visit(actor=worker.actor, visit=visit, worker=other.account.pk, at=late)
    assert turns() == [f"account:{other.account.pk}"]
    look(late + timedelta(minutes=5))
    assert turns() == [f"account:{other.account.pk}", lead]
    with behind(SYSTEM):
        actions.end_home_visit(actor=other.actor, visit=visit, outcome="done", note="已办", at=late + HOUR)  # fmt: skip
    assert turns() == []
    look(late + DAY)
    assert turns() == []
