"""Conditions that the register knows for certain are checked: a way out for the resident, a word from the worker."""

from datetime import date

import msgspec
import pytest

from lifang.affairs import actions, rules, selectors
from lifang.affairs.actions import paper
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application
from lifang.affairs.tests.make import (
    HOUR,
    MONDAY,
    known_person,
    make_application,
    make_unit,
    passed,
    window,
)
from lifang.affairs.web.guides import drawn
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.config import config
from lifang.core.flow import selectors as flow
from lifang.core.forms import actions as forms
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.registry.tests.make import number

CARD, PERMIT = GUIDES["elderly-card"], GUIDES["residence-permit"]
CHILD = {"born": date(2018, 6, 1), "identity": number("20180601", 224), "name": "王小童"}


@pytest.mark.parametrize(
    ("guide", "born", "residence", "reason"),
    [
        (CARD, date(1966, 11, 23), "", None),  # the sixtieth birthday
        (CARD, date(1966, 11, 24), "", "too_young"),
        (CARD, None, "", None),  # nobody knows: the window judges
        (CARD, date(2018, 6, 1), "registered", "too_young"),
        (PERMIT, None, "floating", None),
        (PERMIT, None, "", None),
        (PERMIT, None, "overseas", "residence_unfit"),
        (GUIDES["floating-certificate"], None, "floating", "residence_unfit"),
        (GUIDES["floating-certificate"], date(2010, 1, 1), "registered", "too_young"),
    ],
)
def test_what_is_known_is_held_against_the_conditions(guide, born, residence, reason):
    found = rules.fits(guide, rules.Known(born, residence), MONDAY.date())
    assert (found.reason if found else None) == reason


def test_who_was_born_on_a_leap_day_is_sixty_on_the_first_of_march():
    born = rules.Known(date(1964, 2, 29))
    assert rules.fits(GUIDES["health-check-65"], born, date(2029, 2, 28))
    assert not rules.fits(GUIDES["health-check-65"], born, date(2029, 3, 1))


def test_a_matter_for_elders_says_so_as_data():
    told = {one.key for one in GUIDES if any("年满60周岁" in text.zh for text in one.conditions)}
    assert told <= {one.key for one in GUIDES if one.who.age_from >= 60}


@pytest.mark.django_db
def test_a_child_gets_no_elderly_card_online_and_reads_why(resident):
    known_person(resident, **CHILD)
    page = resident.post("affairs:beginning", "elderly-card", QUERY_STRING="lang=en")
    assert page.status_code == 409
    assert "is for those who are 60 or older" in page.content.decode()
    with refused("too_young"):
        actions.begin(actor=resident.actor, guide=CARD, at=MONDAY)
    begun = forms.begin(actor=resident.actor, form=CARD.form, subject="affairs:elderly-card", given=selectors.given(SYSTEM, known(), MONDAY.date()), answers={"delivery": "online", **passed(CARD)}, at=MONDAY)  # fmt: skip
    with refused("too_young"):  # a form that was begun otherwise is not sent either
        actions.apply(actor=resident.actor, draft=begun, guide=CARD, at=MONDAY)
    with behind(SYSTEM):
        assert not Application.objects.exists()


def known():
    """Somebody old enough, whose facts a forged draft would carry."""
    return known_person(area=places.GRID, despite="walk", identity=number("19550601", 333))


@pytest.mark.django_db
def test_at_the_window_it_takes_a_word_which_stays_with_it():
    worker, child = window(), known_person(**CHILD)
    chosen = {"channel": "window", "guides": ["elderly-card"]}
    asked = worker.post("affairs:reception_of", child.pk, data=chosen)
    assert asked.status_code == 422
    assert 'name="despite"' in asked.content.decode()
    with refused("unfit"):
        actions.receive(actor=worker.actor, person=child, guides=["elderly-card"], area=child.area, despite="  ", at=MONDAY)  # fmt: skip
    word = "登记的出生日期有误，已看身份证"
    made = worker.post("affairs:reception_of", child.pk, data={**chosen, "despite": word})
    intake = selectors.intake(worker.actor, made["Location"].rpartition("/")[2])
    assert intake.despite == word
    worker.get("affairs:record", intake.pk, "elderly-card")
    worker.post(
        "affairs:record_step", intake.pk, "elderly-card", "all", data={"delivery": "window"}
    )
    assert worker.post("affairs:record_step", intake.pk, "elderly-card", "review").status_code == 302  # fmt: skip
    with behind(SYSTEM):
        row = Application.objects.get(intake=intake)
    assert word in worker.get("affairs:application", row.pk).content.decode()
    fits = known_person(identity=number("19550601", 225), despite="walk")
    plain = actions.receive(actor=worker.actor, person=fits, guides=["elderly-card"], area=fits.area, despite=word, at=MONDAY)  # fmt: skip
    assert plain.despite == ""


@pytest.mark.django_db
def test_what_the_register_does_not_know_is_judged_by_what_was_answered():
    worker, child = window(), known_person(name="王小童", born=None, identity="")
    intake = actions.receive(actor=worker.actor, person=child, guides=["elderly-card"], area=child.area, at=MONDAY)  # fmt: skip
    worker.get("affairs:record", intake.pk, "elderly-card")
    told = {"identity": number("20180601", 224), "born": "2018-06-01", "delivery": "window"}
    filled = worker.post("affairs:record_step", intake.pk, "elderly-card", "all", data=told)
    assert filled["Location"].endswith("/review"), filled.content.decode()
    assert 'name="despite"' in worker.get("affairs:record_step", intake.pk, "elderly-card", "review").content.decode()  # fmt: skip
    assert worker.post("affairs:record_step", intake.pk, "elderly-card", "review").status_code == 409  # fmt: skip
    sent = worker.post("affairs:record_step", intake.pk, "elderly-card", "review", data={"despite": "户口簿写错"})  # fmt: skip
    assert sent.status_code == 302
    assert selectors.intake(worker.actor, intake.pk).despite == "户口簿写错"


@pytest.mark.django_db
def test_where_no_unit_of_the_kind_serves_the_street_office_has_the_part():
    told = {"arrived_on": "2026-03-01", "work_place": "里坊中学"}
    row = make_application(places.GRID, "temporary-residence", answers=told)
    seen = [one.key for one in row.matter.materials]
    with refused("nobody_serves"):
        actions.accept(actor=SYSTEM, application=row, seen=seen, at=MONDAY)
    make_unit("public_security", area=places.NEXT_STREET)  # another street's
    office = make_unit("street_office", area=places.STREET)
    actions.accept(actor=SYSTEM, application=row, seen=seen, at=MONDAY)
    member = cast.department_handler(office.pk, places.STREET)
    with behind(SYSTEM):
        assert row.parts.get().unit == office
    with behind(member.actor):
        assert flow.todos(member.actor).filter(subject=row.pk).exists()
    actions.opine(actor=member.actor, application=row, agrees=True, note="属实", at=MONDAY + HOUR)


@pytest.mark.django_db
def test_codes_and_papers_carry_the_public_address_and_not_the_browsers(monkeypatch):
    ours = msgspec.structs.replace(config(), public_url="https://lifang.example/")
    monkeypatch.setattr("lifang.affairs.web.guides.config", lambda: ours)
    row = make_application(places.GRID)
    worker, make, printed = window(), paper.made, []
    monkeypatch.setattr(paper, "made", lambda told, url: printed.append(url) or make(told, url))
    actions.accept(actor=worker.actor, application=row, seen=[one.key for one in row.matter.materials], at=MONDAY)  # fmt: skip
    assert worker.post("affairs:act", row.pk, "grant", data={}).status_code == 302
    with behind(SYSTEM):
        number_, token = row.result.number, row.intake.token
    assert printed == [f"https://lifang.example/verify/{number_}"]
    code = cast.anonymous().get("affairs:visit_code", token).content
    assert code == drawn(f"https://lifang.example/a/visits/{token}").content
