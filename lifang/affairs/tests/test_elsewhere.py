"""Any window takes any matter: it goes where the applicant lives; the ticket stays with the visit; what nobody closes ends."""

from datetime import timedelta

import pytest

from lifang.affairs import actions
from lifang.affairs.catalogue import GUIDES, policy
from lifang.affairs.models import Application, Intake, Ticket
from lifang.affairs.tests.make import (
    MONDAY,
    accepted,
    again,
    granted,
    make_application,
    make_intake,
    make_point,
    make_terminal,
    window,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import places
from lifang.orgs.models import Division

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
THERE = places.FAR_GRID[:12]
VISITOR = {"name": "刘远山", "telephone": "10000009911", "channel": "window", "guides": ["legal-aid"], "home": THERE}  # fmt: skip


@pytest.fixture
def county():
    for code in (places.COUNTY, places.STREET, places.COMMUNITY, THERE[:9], THERE):
        parent = next((code[:n] for n in (9, 6) if n < len(code)), None)
        Division.objects.create(code=code, name=code, level=len(code), parent_id=parent, valid_from="2020-01-01", kind={9: "street", 12: "urban_community"}.get(len(code), ""))  # fmt: skip


@pytest.mark.covers("S0-66", "S0-63")
def test_a_matter_of_another_street_is_taken_here_and_lies_at_the_window_there(county):
    worker, there, third = window(), window(THERE), window(places.NEXT_COMMUNITY)
    point = make_point(counters=1)
    with behind(SYSTEM):
        actions.take_ticket(actor=SYSTEM, point=point, guides=["legal-aid"], at=MONDAY)
    assert worker.post("affairs:seat", point.pk, data={"number": 1}).status_code == 302
    actions.call_next(actor=worker.actor, point=point, at=MONDAY)
    page = worker.get("affairs:elsewhere").content.decode()
    assert 'value="legal-aid" id="id_guides' in page.replace("'", '"')
    assert worker.post("affairs:elsewhere", data={**VISITOR, "home": "110101001001"}).status_code == 422  # fmt: skip
    assert worker.post("affairs:elsewhere", data={**VISITOR, "name": ""}).status_code == 422
    gone = worker.post("affairs:elsewhere", data=VISITOR)
    assert gone.status_code == 302, gone.content.decode()
    with behind(SYSTEM):
        visit = Intake.objects.get()
        assert (visit.area, visit.home, visit.ticket) == (places.COMMUNITY, THERE, Ticket.objects.get())  # fmt: skip
    assert "A001" in worker.get("affairs:intake", visit.pk).content.decode()

    worker.get("affairs:record", visit.pk, "legal-aid")
    form = {one.key: "" for one in GUIDES["legal-aid"].form.questions} | {
        one.key: {"choice": one.options[0].key if one.options else "", "yes": "yes", "name": "刘远山", "telephone": "10000009911", "identity": "", "date": "1970-01-01", "number": "2", "money": "900", "address": "北街5号", "long": "需要帮助", "text": "需要"}.get(one.kind, "")
        for one in GUIDES["legal-aid"].form.questions
        if one.kind not in ("photo", "paper")
    }  # fmt: skip
    form["identity"] = "99010119700101" + "001" + _check("99010119700101001")
    kept = worker.post("affairs:record_step", visit.pk, "legal-aid", "all", data=form)
    assert kept.status_code == 302, kept.content.decode()
    done = worker.post("affairs:record_step", visit.pk, "legal-aid", "review", data={})
    assert done.status_code == 302, done.content.decode()
    with behind(SYSTEM):
        row = Application.objects.get()
    assert (row.area, worker.holder in row.holders, row.taken_by_id) == (THERE, True, worker.id)
    listed = there.get("affairs:applications").content.decode()
    assert row.number in listed
    assert there.get("affairs:application", row.pk).status_code == 200
    assert worker.get("affairs:application", row.pk).status_code == 200  # keeps sight of it
    assert worker.post("affairs:act", row.pk, "acceptance", data={}).status_code in (403, 404)
    assert third.get("affairs:application", row.pk).status_code == 404
    assert row.number in worker.get("affairs:intake", visit.pk).content.decode()


def _check(number):
    from lifang.core.crypto.numbers import identity_check  # noqa: PLC0415 -- only here

    return identity_check(number)


@pytest.mark.covers("S0-62")
def test_what_nobody_ever_closed_ends_by_itself_after_a_reminder_and_not_a_day_before():
    asked = make_application(places.COMMUNITY)
    asked = actions.ask_supplement(actor=SYSTEM, application=asked, wanted=["photo_two_inch"], note="请补照片", at=MONDAY)  # fmt: skip
    ready, working = granted(places.COMMUNITY), accepted(places.COMMUNITY)
    unfinished = make_intake(places.COMMUNITY)
    days = policy("supplement_days")

    def run(at):
        with behind(SYSTEM):
            return actions.end_overdue(actor=SYSTEM, at=at)

    assert run(MONDAY + timedelta(hours=3)) == {"reminded": 0, "lapsed": 0, "shelved": 0, "visits": 0}  # fmt: skip
    near = MONDAY + (days - 2) * DAY
    assert run(near) == {"reminded": 1, "lapsed": 0, "shelved": 0, "visits": 1}
    run(near + DAY)
    with behind(SYSTEM):
        sent = Message.objects.filter(template="affairs.supplement_soon").count()
        assert sent == 1  # of two runs
        assert Intake.objects.get(pk=unfinished.pk).ended_at == near
    over = run(MONDAY + (days + 1) * DAY)
    assert (over["lapsed"], over["shelved"]) == (1, 0)
    run(MONDAY + (policy("collect_days") + 1) * DAY)
    assert [(again(one).state, again(one).outcome) for one in (asked, ready, working)] == [
        ("withdrawn", "lapsed"), ("done", "granted"), (working.state, ""),
    ]  # fmt: skip
    with behind(SYSTEM):
        assert again(ready).result.revoked_at is None  # the paper holds


@pytest.mark.covers("S0-68", "S0-64")
def test_terminals_of_a_matter_are_those_where_it_can_be_applied_for_and_matters_are_folded(anonymous, resident):  # fmt: skip
    make_terminal(services=["ticket"], name_zh="只取号机", name_en="Tickets only")
    make_terminal(services=["apply"], name_zh="能申请机", name_en="Applies")
    page = anonymous.get("affairs:halls", query={"matter": "elderly-card"}).content.decode()
    assert ("能申请机" in page, "只取号机" in page) == (True, False)
    assert "只取号机" in anonymous.get("affairs:halls").content.decode()
    from lifang.affairs.tests.make import known_person  # noqa: PLC0415 -- only here
    from lifang.core.access.errands import ERRANDS  # noqa: PLC0415 -- only here

    known_person(resident)
    page = resident.get("affairs:mandates").content.decode()
    assert page.count("<details") >= 5
    assert page.count('name="guides"') == sum(one.agent for one in GUIDES) + len(ERRANDS)
    bad = resident.post("affairs:mandates", data={"guides": ["elderly-card"]}).content.decode()
    assert bad.count("<details open>") == 1
