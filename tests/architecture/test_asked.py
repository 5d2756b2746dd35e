"""A question about what the register holds already is a decision that somebody wrote down."""

import pytest
from django import forms

from lifang.core.access import SYSTEM
from lifang.core.forms import FormSpec, Question
from lifang.core.forms import offered as offering
from lifang.core.forms.offered import offered
from lifang.core.i18n import text
from lifang.core.web.forms import Form
from lifang.registry import selectors
from lifang.registry.catalogue import repeats
from tests.access.walk import url_names

pytestmark = pytest.mark.covers("S3-07", "S0-12")


@pytest.fixture(scope="module", autouse=True)
def _every_page():
    url_names()  # so that every form is declared


def undecided(extra=()):
    found = selectors.asked(SYSTEM, extra=extra)
    again = selectors.asked_again(SYSTEM, found)
    return [one.key for places in again.values() for one in places if not one.home and not one.filled and not one.why]  # fmt: skip


def test_nothing_is_asked_twice_without_a_reason():
    assert undecided() == [], "say why in the context's data/repeats.yaml, or do not ask"


def test_every_reason_is_of_a_question_that_is_asked():
    asked = {one.key for one in selectors.asked(SYSTEM)}
    assert sorted(repeats().keys() - asked) == []


def test_every_question_of_a_form_as_data_is_a_data_element():
    assert len(list(offered())) > 40
    assert selectors.unbound(SYSTEM) == []


def test_a_question_without_an_element_is_found(monkeypatch):
    name = text("血型", "Blood group")
    asked = [Question(key="blood", name=name, kind="text"), Question(key="card", name=name, kind="photo")]  # fmt: skip
    monkeypatch.setitem(offering._SOURCES, "planted", lambda: [FormSpec(key="x", name=name, questions=asked)])  # fmt: skip
    assert selectors.unbound(SYSTEM) == ["planted:x.blood"]


def test_what_the_register_fills_in_is_no_question_asked_again():
    found = {one.key: one for one in selectors.asked(SYSTEM) if one.how == "matter"}
    assert found["person.identity@affairs.identity"].filled
    spouse = found["person.identity@affairs.spouse_identity"]
    assert not spouse.filled
    assert spouse.why
    assert spouse.forms > 1


def test_who_asks_is_named_in_words():
    for one in selectors.asked(SYSTEM):
        if one.how == "form":
            assert str(one.called) != one.place, f"{one.place} asks for {one.element.key}: `called`"


def test_a_new_question_is_found_by_its_words():
    class Planted(forms.Form):
        who = forms.CharField(label="申请人身份证号码")
        when = forms.DateField(label="出生日期")
        colour = forms.CharField(label="颜色")

    found = [key for key in undecided([Planted]) if "Planted" in key]
    assert [key.partition("@")[0] for key in found] == ["person.identity", "person.born"]


def test_a_field_can_say_that_it_is_about_nobody_or_about_something():
    class Office(Form):
        called = "x"
        elements = {"phone": "", "called_by": "person.name"}
        phone = forms.CharField(label="办公电话")
        called_by = forms.CharField(label="怎么称呼")

    mine = [one for one in selectors.asked(SYSTEM) if "Office" in one.place]
    assert [one.element.key for one in mine] == ["person.name"]
