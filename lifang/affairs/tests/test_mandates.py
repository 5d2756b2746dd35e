"""A daughter acts for her mother: only what was agreed, only so long, and either ends it."""

from datetime import timedelta

import pytest

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application, Mandate
from lifang.affairs.rules import day_of
from lifang.affairs.tests.make import MONDAY, again, known_person, number, passed, window
from lifang.affairs.tests.test_applications import picture
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.forms import actions as forms
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused

pytestmark = pytest.mark.django_db
UNTIL = day_of(MONDAY) + timedelta(days=30)
CARD = GUIDES["elderly-card"]


def daughter_of(area=places.FAR_GRID):
    member = cast.resident()
    known_person(member, area=area, name="李小梅", identity=number("19800601", 444), telephone="10000005555", despite="walk")  # fmt: skip
    return member


def entrust(mother, **more):
    told = {"name": "李小梅", "telephone": "10000005555", "guides": ["elderly-card"], "until": UNTIL, "at": MONDAY, **more}  # fmt: skip
    return actions.entrust(actor=mother.actor, **told)


def begin(helper, row, key="elderly-card", at=MONDAY):
    guide = GUIDES[key]
    draft = actions.begin(actor=helper.actor, guide=guide, mandate=row, at=at)
    return forms.answer(actor=helper.actor, draft=draft, form=guide.form, answers=passed(guide), at=at)  # fmt: skip


@pytest.mark.covers("W-R3", "S0-64", "S0-93")
def test_a_daughter_applies_for_what_was_agreed_and_for_nothing_else(resident):
    known_person(resident)
    daughter, other = daughter_of(), cast.resident()
    row = entrust(resident)
    draft = begin(daughter, row)
    page = daughter.get("affairs:apply_step", draft.pk, "review").content.decode()
    assert "王秀英" not in page  # masked
    assert "王*" in page
    made = actions.apply(actor=daughter.actor, draft=draft, guide=CARD, mandate=row, at=MONDAY)
    assert (made.mandate_id, str(again(made).name)) == (row.pk, "王*")
    for one in (resident, daughter):
        assert one.get("affairs:own", made.pk).status_code == 200
    assert other.get("affairs:own", made.pk).status_code == 404
    hands = window().get("affairs:application", made.pk, query={"lang": "en"}).content.decode()
    assert "李*" in hands
    with refused("mandate_not_for"):
        actions.begin(actor=daughter.actor, guide=GUIDES["old-age-allowance"], mandate=row, at=MONDAY)  # fmt: skip
    with refused("not_found"):
        actions.begin(actor=other.actor, guide=CARD, mandate=row, at=MONDAY)
    with refused("mandate_over"):
        actions.begin(actor=daughter.actor, guide=CARD, mandate=row, at=MONDAY + timedelta(days=31))
    with refused("helper_already"):
        entrust(resident)


@pytest.mark.covers("S0-64")
def test_either_ends_it_and_nothing_goes_on_under_it(resident):
    known_person(resident)
    daughter, stranger = daughter_of(), cast.resident()
    row = entrust(resident)
    draft = begin(daughter, row)
    assert stranger.post("affairs:mandate_ending", row.pk).status_code == 404
    assert resident.post("affairs:mandate_ending", row.pk).status_code == 302
    with refused("mandate_over"):
        actions.apply(actor=daughter.actor, draft=draft, guide=CARD, mandate=row, at=MONDAY)
    anew = entrust(resident)
    assert daughter.post("affairs:mandate_ending", anew.pk).status_code == 302
    with behind(SYSTEM):
        assert list(Mandate.objects.order_by("pk").values_list("ended_by", flat=True)) == ["principal", "agent"]  # fmt: skip
        assert not Application.objects.exists()
    wrong = {"name": {"name": "李小红"}, "telephone": {"telephone": "10000005556"}}
    for told in wrong.values():
        with refused("helper_unknown"):
            entrust(resident, **told)
    for told, why in (({"guides": []}, "mandate_of_nothing"), ({"guides": ["nothing"]}, "mandate_of_nothing"), ({"until": UNTIL.replace(year=2031)}, "mandate_until"), ({"until": day_of(MONDAY) - timedelta(days=1)}, "mandate_until")):  # fmt: skip
        with refused(why):
            entrust(resident, **told)


@pytest.mark.covers("S0-64", "W-R3")
def test_the_window_records_it_with_a_photo_or_the_word_that_was_said():
    worker, stranger, daughter = window(), cast.stranger(), daughter_of()
    with behind(SYSTEM):
        mother = known_person(area=places.GRID, despite="walk")
    told = {"name": "李小梅", "telephone": "10000005555", "guides": ["elderly-card"], "until": UNTIL.replace(year=2026, month=12, day=31).isoformat(), "way": "written"}  # fmt: skip
    assert worker.post("affairs:mandates_of", mother.pk, data=told).status_code == 422  # no proof
    assert worker.post("affairs:mandates_of", mother.pk, data={**told, "proof": picture()}).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        row = Mandate.objects.get()
    assert row.proof
    assert row.recorded_by_id == worker.id
    assert worker.get("files:file", row.proof).status_code == 200
    assert stranger.get("files:file", row.proof).status_code == 404
    assert stranger.get("affairs:mandates_of", mother.pk).status_code == 404
    shown = worker.get("affairs:mandates_of", mother.pk).content.decode()
    assert ("李*" in shown, "李小梅" in shown) == (
        True,
        False,
    )  # who lives elsewhere has a name too
    assert [one.pk for one in selectors.own_mandates(daughter.actor)] == [row.pk]
    page = daughter.get("affairs:mandates").content.decode()
    assert "王秀英" not in page
    begun = daughter.post("affairs:beginning", "elderly-card", data={"mandate": row.pk})
    assert begun.status_code == 302, begun.content.decode()[:2000]
    assert daughter.post("affairs:beginning", "old-age-allowance", data={"mandate": row.pk}).status_code == 409  # fmt: skip
    assert daughter.post("affairs:beginning", "elderly-card", data={"mandate": "nonsense"}).status_code == 404  # fmt: skip
