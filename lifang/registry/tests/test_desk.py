"""The desk's pages of the register: masked by default, settled by whoever may, nobody else's business."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.flow.lines import told
from lifang.core.flow.models import Todo
from lifang.core.flow.shape import FLOWS
from lifang.core.ids import new_id
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows
from lifang.registry import actions, selectors
from lifang.registry.models import Correction, Look, MissedVisit, Visit
from lifang.registry.tests.make import (
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)
from lifang.registry.web import shown

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)
NAME, TELEPHONE, NEW = "欧秘密", "10012345678", "10087654321"
IDENTITY = number()
SECRETS = (NAME, TELEPHONE, NEW, IDENTITY, "1990-03-07")


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def text_of(response) -> str:
    """What a reader sees: no tags, no attributes."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def somebody(resident=None, **more):
    facts = {"name": NAME, "identity": IDENTITY, "telephone": TELEPHONE, **more}
    return make_linked(resident, **facts) if resident else make_person(**facts)


def asked(resident, person) -> Correction:
    me = resident.actor
    return actions.ask_correction(
        actor=me, person=person, element="person.telephone", value=NEW, at=THEN, note="换号了"
    )


def missed(person=None) -> MissedVisit:
    home = make_household(person or make_person(name="赵秘密"))
    long_ago = NOW - timedelta(days=300)
    actions.plan_visits(actor=SYSTEM, household=home, kind="household", at=long_ago, due_on=(NOW - timedelta(days=30)).date())  # fmt: skip
    actions.tell_missed(actor=SYSTEM, at=THEN)
    return MissedVisit.objects.get(plan__household=home)


# -- the one to-do list -----------------------------------------------------------------------------


@pytest.mark.covers("S0-08", "S1-07", "S3-06")
def test_the_one_list_shows_corrections_and_missed_visits_with_links_that_work():
    resident, worker = cast.resident(), cast.grid_worker()
    correction = asked(resident, somebody(resident))
    late = missed()
    page = worker.get("cases:inbox")
    said = text_of(page)
    assert "资料更正" in said
    assert "逾期未走访" in said
    assert "欧* 的联系电话" in said or "联系电话" in said
    assert not any(secret in page.content.decode() for secret in (*SECRETS, "赵秘密"))
    for path in (f"/desk/registry/corrections/{correction.pk}", f"/desk/registry/missed/{late.pk}"):
        assert f'href="{path}"' in page.content.decode()
        assert worker.get(path).status_code == 200
    only = text_of(worker.get("cases:inbox", query={"flow": "missed"}))
    assert "普通住户走访" in only
    assert "联系电话" not in only
    assert '<span class="count">2</span>' in page.content.decode()  # the rail counts them too
    assert "资料更正" not in text_of(cast.stranger().get("cases:inbox"))


def test_the_day_begins_with_what_waits_even_without_a_case():
    missed()
    home = text_of(cast.grid_worker().get("web:desk"))
    assert "普通住户走访" in home
    assert "没有需要您处理的事" not in home


def test_a_to_do_of_a_flow_that_nobody_tells_of_has_its_title():
    resident = cast.resident()
    asked(resident, somebody(resident))
    (due,) = told(cast.grid_worker().actor, Todo.objects.filter(flow="correction"))
    assert due.url.endswith(str(due.todo.subject))
    assert due.flow.key == "correction"


@pytest.mark.parametrize("name", ["correction", "missed"])
def test_the_inbox_costs_the_same_for_one_and_thirty(name):
    worker = cast.grid_worker()

    def more():
        if name == "missed":
            missed(make_person(name="钱某"))
        else:
            resident = cast.resident()
            asked(resident, make_linked(resident, telephone=TELEPHONE))

    grows(more, lambda: worker.get("cases:inbox"), many=12)


def test_every_flow_names_a_page_that_takes_its_subject():
    """A to-do without a page would be a dead end in everybody's list."""
    pages = {key: reverse(flow().page, args=[new_id()]) for key, flow in FLOWS.items()}
    assert {"correction", "missed"} <= pages.keys()
    # A shop works behind a door of its own.
    assert all(path.startswith(("/desk/", "/trade/")) for path in pages.values()), pages


# -- corrections ------------------------------------------------------------------------------------


@pytest.mark.covers("S3-06", "W-R5")
def test_a_correction_is_read_for_a_purpose_and_verified():
    resident, worker = cast.resident(), cast.grid_worker()
    person = somebody(resident)
    correction = asked(resident, person)
    page = worker.get("registry:correction", correction.pk).content.decode()
    assert not any(secret in page for secret in SECRETS)
    assert "100****4321" in page
    assert "换号了" in page
    read = worker.post("registry:correction_reading", correction.pk)
    assert TELEPHONE in text_of(read)
    assert NEW in text_of(read)
    assert read["Cache-Control"] == "no-store"
    (look,) = Look.objects.all()
    assert (look.purpose, look.work_kind, look.subject) == ("correction", "todo", person.pk)
    done = worker.post("registry:correction_verification", correction.pk)
    assert done.status_code == 302
    person.refresh_from_db()
    assert clear(person, "telephone") == NEW
    assert "已更正" in text_of(worker.get("registry:correction", correction.pk))
    assert not Todo.objects.filter(subject=correction.pk, done_at__isnull=True).exists()


def test_a_correction_is_refused_only_with_a_reason_that_the_resident_reads():
    resident, worker = cast.resident(), cast.grid_worker()
    correction = asked(resident, somebody(resident))
    empty = worker.post("registry:correction_refusal", correction.pk, data={"note": " "})
    assert empty.status_code == 422
    correction.refresh_from_db()
    assert correction.state == "asked"
    worker.post("registry:correction_refusal", correction.pk, data={"note": "号码打不通"})
    correction.refresh_from_db()
    assert (correction.state, correction.answer) == ("refused", "号码打不通")
    assert "号码打不通" in text_of(resident.get("registry:record"))
    again = worker.post("registry:correction_verification", correction.pk)
    assert again.status_code == 409


def test_who_may_not_verify_reads_no_more_than_the_mask():
    resident = cast.resident()
    correction = asked(resident, somebody(resident))
    leader = cast.county_leader()
    page = leader.get("registry:correction", correction.pk)
    assert not any(secret in page.content.decode() for secret in SECRETS)
    assert leader.post("registry:correction_reading", correction.pk).status_code == 403
    assert leader.post("registry:correction_verification", correction.pk).status_code == 403
    assert cast.stranger().post("registry:correction_reading", correction.pk).status_code == 404
    assert Look.objects.count() == 0


# -- missed visits ----------------------------------------------------------------------------------


@pytest.mark.covers("S1-07", "S3-17")
def test_a_missed_visit_is_made_up_at_the_door():
    late, worker = missed(), cast.grid_worker()
    page = worker.get("registry:missed", late.pk)
    assert "赵*" in text_of(page)
    assert "赵秘密" not in page.content.decode()
    path = f"/desk/registry/missed/{late.pk}/visit"
    assert path in page.content.decode()
    assert worker.client.post(path, {"outcome": "met", "note": "一切都好"}).status_code == 302
    late.refresh_from_db()
    assert late.state == "visited"
    home = text_of(worker.get("registry:household", late.plan.household_id))
    assert "见到本人" in home
    assert "一切都好" not in home


def test_a_missed_visit_is_explained_with_a_reason():
    late, worker = missed(), cast.grid_worker()
    assert worker.post("registry:missed_reason", late.pk, data={"note": ""}).status_code == 422
    assert worker.post("registry:missed_reason", late.pk, data={"note": "住院"}).status_code == 302
    late.refresh_from_db()
    assert late.state == "excused"
    assert "住院" in text_of(worker.get("registry:missed", late.pk))
    assert worker.post("registry:missed_reason", late.pk, data={"note": "住院"}).status_code == 409


def test_a_to_do_opens_beside_the_list():
    late = missed()
    part = cast.grid_worker().get("registry:missed", late.pk, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="peek")  # fmt: skip
    assert "<html" not in part.content.decode()
    assert "说明原因" in part.content.decode()


# -- people -----------------------------------------------------------------------------------------


@pytest.mark.covers("S1-06", "S0-18")
@pytest.mark.parametrize("text", ["欧秘密", "omm", "oumimi", IDENTITY, TELEPHONE, "1单元101"])
def test_people_are_found_by_name_sound_number_and_door_and_shown_masked(text):
    person = somebody(born=None)
    make_household(person)
    make_person(name="李别人")
    page = cast.grid_worker().post("registry:people", data={"q": text}, follow=True)
    assert str(person.pk) in page.content.decode()
    assert "李*" not in text_of(page)
    body = page.content.decode().replace(f'value="{text}"', "")  # the reader's own words
    body = re.sub(r"q=[^\"&]*", "", body).replace(f"“{text}”", "")
    table = body.partition("<tbody")[2].partition("</tbody>")[0]
    assert "欧*" in table
    assert not any(secret in table for secret in SECRETS)
    assert str(person.pk) not in cast.stranger().post("registry:people", data={"q": text}, follow=True).content.decode()  # fmt: skip


@pytest.mark.covers("S1-06")
def test_a_person_page_says_where_each_value_is_from_and_shows_none_in_full():
    person = somebody(ethnicity="01")
    home = make_household(person)
    actions.change(actor=SYSTEM, row=person, element="person.telephone", value=NEW, source="visit", at=THEN)  # fmt: skip
    page = cast.grid_worker().get("registry:person", person.pk)
    body, said = page.content.decode(), text_of(page)
    assert not any(secret in body for secret in SECRETS)
    assert "100****4321" in said
    assert "1990-**-**" in said
    assert "入户走访" in said
    assert f"/desk/registry/households/{home.pk}" in body
    past = cast.grid_worker().get("registry:history", "people", person.pk, "person.telephone")
    assert "100****5678" in text_of(past)
    assert not any(secret in past.content.decode() for secret in SECRETS)


@pytest.mark.covers("S4-08")
def test_a_field_is_seen_in_full_only_with_work_and_the_person_reads_it():
    resident, worker = cast.resident(), cast.grid_worker()
    person = somebody(resident)
    home = make_household(person)
    plan = actions.plan_visits(actor=SYSTEM, household=home, kind="household", at=THEN)
    path = ("registry:look", "people", person.pk, "person.telephone")
    form = worker.get(*path)
    assert TELEPHONE not in form.content.decode()
    assert str(plan.pk) in form.content.decode()
    without = worker.post(*path, data={"purpose": "visit", "work": ""})
    assert without.status_code == 422
    assert TELEPHONE not in without.content.decode()
    shown_ = worker.post(*path, data={"purpose": "visit", "work": str(plan.pk)})
    assert TELEPHONE in text_of(shown_)
    assert shown_["Cache-Control"] == "no-store"
    assert Look.objects.count() == 1
    assert "为了上门走访联系您" in text_of(resident.get("registry:record"))
    foreign = worker.post(*path, data={"purpose": "visit", "work": str(uuid4())})
    assert foreign.status_code == 422
    assert worker.get("registry:look", "people", person.pk, "person.nothing").status_code == 404
    assert cast.county_leader().get(*path).status_code == 403


# -- homes ------------------------------------------------------------------------------------------


@pytest.mark.covers("S1-06", "S1-07")
def test_the_picture_of_a_building_has_a_cell_for_each_door_with_its_state_in_words():
    estate, building, stair, *doors = make_building(floors=3, doors=2)
    home = make_household(somebody(), door=doors[0])
    late = make_household(make_person(name="赵某"), door=doors[1])
    actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=THEN)
    actions.plan_visits(actor=SYSTEM, household=late, kind="household", at=THEN, due_on=(NOW - timedelta(days=2)).date())  # fmt: skip
    worker = cast.grid_worker()
    page = worker.get("registry:place", building.pk)
    body, said = page.content.decode(), text_of(page)
    assert body.count('class="doorcell') == 6
    assert body.index("第 3 层") < body.index("第 1 层")
    assert "走访已逾期" in said
    assert "已走访" in said
    assert said.count("无人登记") >= 4
    assert NAME not in body
    for door in doors:
        assert f'href="/desk/registry/places/{door.pk}"' in body
    behind_door = text_of(worker.get("registry:place", doors[0].pk))
    assert "欧*" in behind_door
    assert building.name in text_of(worker.get("registry:place", estate.pk))
    assert worker.get("registry:place", stair.pk).status_code == 200
    assert cast.stranger().get("registry:place", building.pk).status_code == 404
    with behind(worker.actor):
        picture = shown.picture(worker.actor, building, NOW.date())
    assert {one["state"]: one["count"] for one in picture["key"]} == {"late": 1, "seen": 1, "empty": 4}  # fmt: skip


@pytest.mark.covers("S1-06", "S3-08")
def test_a_household_names_its_members_masked_with_their_relation():
    home = make_household(somebody(), make_person(name="李秘密"))
    page = cast.grid_worker().get("registry:household", home.pk)
    assert "户主" in text_of(page)
    assert "李*" in text_of(page)
    assert "李秘密" not in page.content.decode()
    assert NAME not in page.content.decode()


@pytest.mark.covers("S1-07", "S3-17")
def test_the_plan_says_who_is_to_be_visited_by_when():
    home = make_household(somebody())
    due = (NOW - timedelta(days=2)).date()
    actions.plan_visits(actor=SYSTEM, household=home, kind="alone", at=THEN, due_on=due)
    actions.plan_visits(actor=SYSTEM, household=home, kind="restricted", at=THEN, due_on=due)
    page = cast.grid_worker().get("registry:visits")
    said = text_of(page)
    assert "独居老人探访" in said
    assert "重点人员走访" not in said
    assert due.isoformat() in said
    assert "欧*" in said
    assert NAME not in page.content.decode()
    assert "独居老人探访" not in page_rows(cast.grid_worker().get("registry:visits", query={"kind": "elder"}))  # fmt: skip
    assert "重点人员走访" not in text_of(cast.grid_worker().get("registry:household", home.pk))


def page_rows(response) -> str:
    return response.content.decode().partition("<tbody")[2].partition("</tbody>")[0]


def test_a_visit_needs_an_outcome_and_a_sensible_next_day():
    home, worker = make_household(somebody()), cast.grid_worker()
    path = ("registry:visit", home.pk)
    assert worker.post(*path, data={"kind": "household"}).status_code == 422
    wrong = {"kind": "household", "outcome": "met", "next_on": "2019-01-01"}
    assert worker.post(*path, data=wrong).status_code == 422
    assert worker.post(*path, data={"kind": "restricted", "outcome": "met"}).status_code == 422
    assert Visit.objects.count() == 0
    assert cast.county_leader().get(*path).status_code == 403


# -- for all ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["people", "places", "visits"])
def test_lists_cost_the_same_for_one_and_thirty(name):
    worker, made = cast.grid_worker(), iter(range(100))

    def more():
        person = make_person(name="钱某", identity=number(sequence=next(made) + 200))
        home = make_household(person)
        actions.plan_visits(actor=SYSTEM, household=home, kind="household", at=THEN)

    grows(more, lambda: worker.get(f"registry:{name}"), many=15)


def test_pages_of_one_row_cost_the_same_whatever_there_is():
    worker = cast.grid_worker()
    _estate, building, _stair, *doors = make_building(floors=8, doors=2)
    person, free, made = somebody(), iter(doors), iter(range(100))
    home = make_household(person, door=next(free))

    def more():
        other = make_person(name="钱某", identity=number(sequence=next(made) + 200))
        actions.move_in(actor=SYSTEM, household=home, person=other, relation="other_kin", at=THEN)
        make_household(make_person(name="孙某"), door=next(free))
        actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=THEN)

    for path in (("registry:place", building.pk), ("registry:household", home.pk)):
        grows(more, lambda path=path: worker.get(*path), many=6)


@pytest.mark.parametrize("name", ["people", "places", "visits"])
def test_lists_answer_anything_with_a_page(name):
    worker = cast.grid_worker()
    somebody()
    for one in sample(25, f"registry {name}"):
        for key in ("q", "area", "due", "kind", "tag", "after", "sort", "cols"):
            response = worker.get(f"registry:{name}", query={key: one.text}, follow=True)
            assert response.status_code == 200, (one.kind, key)


def test_forms_answer_anything_with_a_page():
    resident, worker = cast.resident(), cast.grid_worker()
    person = somebody(resident)
    home, correction = make_household(person), asked(resident, person)
    for one in sample(15, "registry forms"):
        facts = dict.fromkeys(["kind", "outcome", "note", "next_on", "purpose", "work", "value"], one.text)  # fmt: skip
        for path in (
            ("registry:visit", home.pk),
            ("registry:look", "people", person.pk, "person.telephone"),
        ):
            assert worker.post(*path, data=facts).status_code == 422, one.kind
        ask = resident.post("registry:wish", "person.born", data=facts)
        assert ask.status_code in (302, 422), one.kind
    assert worker.get("registry:person", new_id()).status_code == 404
    assert correction.state == "asked"
    assert selectors.looks_today(worker.actor, NOW) == 0


def test_areas_of_the_cast_are_those_of_the_makers():
    assert make_person().area == places.GRID
