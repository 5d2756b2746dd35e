"""The restricted register at the desk: numbers for named viewers, records for a purpose and a piece of work, nothing anywhere else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.crypto.fields import clear
from lifang.core.testing import cast
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions, selectors
from lifang.registry.catalogue import RESTRICTED, policy
from lifang.registry.models import RestrictedLook, RestrictedRecord
from lifang.registry.tests.make import make_building, make_household, make_person, number
from lifang.registry.tests.test_acts import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S4-08")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)
NAME, GROUND, DETAIL = "欧秘密", "（2026）安帮字第7号", "每月十五日后上门"
SECRETS = (NAME, GROUND, DETAIL, number())


@pytest.fixture
def secretary():
    make_county()
    return cast.community_secretary()


@pytest.fixture
def house(secretary):
    with behind(SYSTEM):
        person = make_person(name=NAME, identity=number())
        return make_household(person), person


def enter(member, person, group="released", **more):
    with behind(member.actor):
        return actions.restrict(
            actor=member.actor, person=person, group=group, basis=GROUND, detail=DETAIL,
            viewers=more.pop("viewers", []), at=THEN, **more,
        )  # fmt: skip


def plan(home):
    with behind(SYSTEM):
        return actions.plan_visits(
            actor=SYSTEM, household=home, kind="household", at=THEN, due_on=NOW.date()
        )


def looks(member):
    with behind(member.actor):
        return list(RestrictedLook.objects.order_by("at", "id"))


def test_somebody_is_entered_on_a_named_ground_and_stands_on_no_other_page(secretary, house):
    home, person = house
    worker, other = cast.grid_worker(), cast.community_secretary()
    assert secretary.get("registry:restricted").status_code == 200
    told = {"group": "released", "basis": GROUND, "detail": DETAIL}
    page = "registry:restrict", person.pk
    assert "监狱法" in text_of(secretary.get(*page))
    for wrong in (
        {"basis": " "}, {"group": "noisy"}, {"viewers": f"account:{uuid4()}"}, {"viewers": cast.resident().holder},
        {"viewers": cast.county_leader().holder}, {"review_on": "2001-01-01"}, {"review_on": f"{NOW + timedelta(days=99):%Y-%m-%d}"},
    ):  # fmt: skip
        assert secretary.post(*page, data=told | wrong).status_code == 422, wrong
    day = f"{NOW + timedelta(days=20):%Y-%m-%d}"
    assert secretary.post(*page, data={**told, "viewers": worker.holder, "review_on": day}).status_code == 302  # fmt: skip
    assert secretary.post(*page, data=told).status_code == 422  # entered already
    with behind(secretary.actor):
        record = RestrictedRecord.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(r)::text FROM registry_restrictedrecord r")
            stored = cursor.fetchone()[0]
    assert (sorted(record.viewers), str(record.review_on)) == (sorted([secretary.holder, worker.holder]), day)  # fmt: skip
    assert GROUND not in stored, "the paper's number names somebody: sealed like the words"
    assert DETAIL not in stored
    # The person's pages, lists, search, spreadsheets: for a viewer as for anybody, nothing.
    for member in (secretary, worker, other):
        for url in (["registry:person", person.pk], ["registry:household", home.pk], ["registry:people"], ["registry:visits"]):  # fmt: skip
            body = member.get(*url).content.decode()
            assert not [one for one in (*SECRETS, "刑满释放") if one in body], url
        found = member.post("registry:people", data={"q": GROUND}).content.decode()
        assert "刑满释放" not in found
        assert DETAIL not in found
        assert GROUND not in member.client.get("/search", {"q": DETAIL}).content.decode()
    # Whoever is no viewer does not learn that there is somebody, and whoever names none not that there is a register.
    assert text_of(other.get("registry:restricted")).count("监狱法") == 1
    gone = other.get("registry:restricted_group", "released")
    assert gone.status_code == 404
    assert text_of(gone) == text_of(other.get("registry:restricted_group", "hiv"))
    stranger = cast.grid_worker()
    assert stranger.get("registry:restricted").status_code == 404
    assert stranger.get("registry:restricted_end", record.pk).status_code == 404
    assert "desk/registry/restricted" not in stranger.get("registry:people").content.decode()
    assert "desk/registry/restricted" in worker.get("registry:people").content.decode()


def test_a_group_opens_for_a_purpose_and_a_piece_of_work_and_each_look_is_kept(secretary, house):
    home, person = house
    with behind(SYSTEM):
        away = make_person(name="欧阳另")
        other_home = make_household(away, door=make_building()[4])
    enter(secretary, person)
    enter(secretary, away)
    page = "registry:restricted_group", "released"
    first = secretary.get(*page)
    assert first["Cache-Control"] == "no-store"
    assert not [one for one in (*SECRETS, "欧*", "欧阳") if one in text_of(first)]
    assert looks(secretary) == []
    visit = plan(home)
    for wrong in ({}, {"purpose": "visit"}, {"purpose": "duplicate"}, {"purpose": "visit", "work": str(uuid4())}, {"purpose": "case", "work": str(visit.pk)}):  # fmt: skip
        answer = secretary.post(*page, data=wrong)
        assert answer.status_code == 422, wrong
        assert not [one for one in SECRETS if one in answer.content.decode()]
    assert looks(secretary) == []
    answer = secretary.post(*page, data={"purpose": "visit", "work": str(visit.pk)})
    said = text_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert GROUND in said
    assert DETAIL in said
    assert NAME not in said  # the name stays masked here as everywhere
    assert f"people/{person.pk}" in answer.content.decode()
    assert f"people/{away.pk}" not in answer.content.decode()  # whom the work does not concern
    (look,) = looks(secretary)
    assert (look.purpose, look.work_kind, look.work, look.account_id) == ("visit", "visit", visit.pk, secretary.id)  # fmt: skip
    with behind(SYSTEM):
        line = Entry.objects.filter(action="registry.look_restricted").order_by("-seq").first()
    assert (line.outcome, line.reason) == ("seen", "visit")
    assert [one.account_id for one, *_rest in secretary.get(*page).context["looks"]] == [secretary.id]  # fmt: skip
    # Work that concerns nobody of the group shows nobody; an emergency shows all.
    with behind(SYSTEM):
        empty = make_household(make_person(name="无关人"), door=make_building()[5])
    answer = secretary.post(*page, data={"purpose": "visit", "work": str(plan(empty).pk)})
    assert GROUND not in answer.content.decode()
    answer = secretary.post(*page, data={"purpose": "emergency", "area": ""}).content.decode()
    assert f"people/{person.pk}" in answer
    assert f"people/{away.pk}" in answer
    assert len(looks(secretary)) == 3
    assert plan(other_home)


def test_looks_into_the_store_count_against_the_budget_of_the_day(secretary, monkeypatch):
    with behind(SYSTEM):
        people = [make_person(name=f"欧{n}某") for n in "一二三"]
    for one in people:
        enter(secretary, one)
    assert policy("unmask_a_day") == 30
    for where in ("actions", "web"):
        monkeypatch.setattr(f"lifang.registry.{where}.restricted.policy", lambda key: 5)
    page = "registry:restricted_group", "released"
    assert secretary.post(*page, data={"purpose": "emergency"}).status_code == 200
    with behind(secretary.actor):
        assert selectors.looks_today(secretary.actor, datetime.now(UTC)) == 3  # noqa: TID251 -- over the wire
    # Three more would be six: nothing is shown, not two of them.
    answer = secretary.post(*page, data={"purpose": "emergency"})
    assert answer.status_code == 422
    assert GROUND not in answer.content.decode()
    assert len(looks(secretary)) == 3


def test_a_record_is_reviewed_handed_over_and_ended_by_its_viewers_alone(secretary, house):
    _home, person = house
    other, worker = cast.community_secretary(), cast.grid_worker()
    record = enter(secretary, person, viewers=[worker.holder], review_on=(THEN + timedelta(days=2)).date())  # fmt: skip
    pages = ("registry:restricted_end", "registry:restricted_review", "registry:restricted_viewers")
    for name in pages:
        assert other.get(name, record.pk).status_code == 404
        assert other.post(name, record.pk, data={"viewers": other.holder}).status_code == 404
        assert worker.get(name, record.pk).status_code == 403  # a viewer, but not to decide
        body = secretary.get(name, record.pk).content.decode()
        assert not [one for one in (*SECRETS, str(person.pk)) if one in body]
    later = NOW + timedelta(days=80)
    for day in ("2001-01-01", f"{NOW + timedelta(days=99):%Y-%m-%d}", "soon"):
        assert secretary.post(pages[1], record.pk, data={"review_on": day}).status_code == 422
    assert secretary.post(pages[1], record.pk, data={"review_on": f"{later:%Y-%m-%d}"}).status_code == 302  # fmt: skip
    assert secretary.post(pages[2], record.pk, data={}).status_code == 422
    assert secretary.post(pages[2], record.pk, data={"viewers": other.holder}).status_code == 302
    # One's sight is over with being named; what was seen before stays written down.
    assert secretary.get("registry:restricted_group", "released").status_code == 404
    assert worker.get("registry:restricted").status_code == 404
    with behind(other.actor):
        handed = RestrictedRecord.objects.get(valid_to__isnull=True)
    assert (clear(handed, "basis"), str(handed.review_on)) == (GROUND, f"{later:%Y-%m-%d}")
    assert other.post(pages[0], handed.pk).status_code == 302
    assert other.post(pages[0], handed.pk).status_code == 404
    assert other.get("registry:restricted_group", "released").status_code == 404


def test_hostile_words_are_answered_and_nothing_of_them_comes_back(secretary, house):
    _home, person = house
    enter(secretary, person)
    words = [one.text for one in sample(12, "restricted")]
    for word in words:
        for url, data in (
            (("registry:restrict", person.pk), {"group": word, "basis": word, "viewers": word, "review_on": word, "detail": word}),
            (("registry:restricted_group", "released"), {"purpose": word, "work": word, "area": word}),
            (("registry:restricted_group", "released"), {"purpose": "visit", "work": word}),
        ):  # fmt: skip
            assert secretary.post(*url, data=data).status_code in (400, 422), word
    assert secretary.client.get("/desk/registry/restricted/..%2f").status_code == 404
    assert looks(secretary) == []


def test_the_register_costs_the_same_for_one_and_for_thirty(secretary):
    worker = cast.grid_worker()

    def more():
        with behind(SYSTEM):
            person = make_person(name="欧某")
            home = make_household(person)
        enter(secretary, person, viewers=[worker.holder])
        plan(home)
        with behind(worker.actor):
            RestrictedLook.objects.create(
                record=RestrictedRecord.objects.latest("valid_from"), viewers=[secretary.holder, worker.holder],
                purpose="visit", office=f"area:{secretary.area}", account=secretary.account, at=THEN,
            )  # fmt: skip

    grows(more, lambda: secretary.get("registry:restricted"))
    grows(more, lambda: worker.get("registry:restricted_group", "released"), many=8)
    assert sum(one.records for one in selectors_of(worker)) > 30


def selectors_of(member):
    with behind(member.actor):
        found = selectors.restricted_groups(member.actor, NOW.date())
    assert [one.key for one in found] == [one.key for one in RESTRICTED]
    return found
