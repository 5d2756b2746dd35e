"""A photo beside a form of affairs: offered where something of it fits, nowhere else, never at a terminal."""

import pytest

from lifang.affairs.catalogue import GUIDES, QUESTIONS
from lifang.affairs.tests import make
from lifang.affairs.web.scanned import fills
from lifang.core.forms.models import Draft
from lifang.core.testing import cast


@pytest.mark.covers("S3-23")
def test_only_what_a_photo_can_say_is_offered():
    asked = [QUESTIONS[key].question for key in ("name", "spouse_name", "sex", "child_born", "delivery", "monthly_income")]  # fmt: skip
    assert fills(asked) == '"name": "id_name id_spouse_name", "sex": "id_sex", "birth": "id_child_born"'  # fmt: skip
    assert fills([QUESTIONS["delivery"].question]) == ""
    with_something = [one.key for one in GUIDES if fills(one.form.questions)]
    assert len(with_something) == len(list(GUIDES))  # each asks at least who it is


@pytest.mark.django_db
@pytest.mark.covers("S3-23", "S0-61")
def test_the_button_stands_at_the_counter_and_on_the_own_form_only_where_a_field_takes_it(at):
    she = cast.resident()
    make.known_person(she)
    she.post("affairs:beginning", "newborn-registration")
    draft = Draft.objects.get()
    page = she.get("affairs:apply_step", draft.pk, "all")
    assert 'data-island="scan"' in page.text
    assert "id_child_name" in page.text.split('data-island="scan"')[1][:400]
    delivery = she.get("affairs:apply_step", draft.pk, "delivery")
    assert delivery.status_code == 200
    assert 'data-island="scan"' not in delivery.text
    worker = make.window()
    assert '"identity": "id_who"' in worker.get("affairs:reception").text
    visit = make.make_intake(make.places.COMMUNITY, guides=["newborn-registration"])
    worker.get("affairs:record", visit.pk, "newborn-registration")
    page = worker.get("affairs:record_step", visit.pk, "newborn-registration", "all").text
    assert 'data-island="scan"' in page
