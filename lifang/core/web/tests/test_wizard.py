import pytest
from django import forms
from django.http import Http404, HttpResponse
from django.urls import include, path
from django.utils import translation

from lifang.core.access import Refused
from lifang.core.web.forms import Form
from lifang.core.web.tests.make import request
from lifang.core.web.wizard import Step, Wizard


class Words(Form):
    words = forms.CharField()


class Place(Form):
    place = forms.CharField()


class Report(Wizard):
    name = "report"
    url_name = "step"
    steps = (
        Step("words", Words, "What?"),
        Step("danger", Words, "Who is hurt?"),
        Step("place", Place, "Where?", skip=True),
    )

    def wanted(self, step, answers):
        return step.key != "danger" or "hurt" in answers.get("words", {}).get("words", "")

    def done(self, request, answers):
        if answers["words"]["words"] == "refuse":
            raise Refused("not_allowed")
        return HttpResponse(str(answers))


urlpatterns = [
    path("report/<slug:step>", Report.view, name="step"),
    path("", include("lifang.core.web.urls")),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def send(session, step, **data):
    posted = request(f"/report/{step}", method="post", **data)
    posted.session = session
    return Report.view(posted, step)


def look(session, step):
    got = request(f"/report/{step}")
    got.session = session
    return Report.view(got, step)


def test_answers_lead_from_step_to_step_to_the_review_and_are_then_forgotten():
    session = {}
    assert send(session, "words", words="lamp dark").url == "/report/place"
    assert send(session, "place", place="gate 2").url == "/report/review"
    page = look(session, "review").content.decode()
    assert "lamp dark" in page
    assert "gate 2" in page
    assert "lamp dark" in send(session, "review").content.decode()
    assert session == {}


def test_an_answer_can_open_a_question():
    session = {}
    assert send(session, "words", words="somebody hurt").url == "/report/danger"
    with pytest.raises(Http404):
        look({}, "danger")


def test_back_shows_what_was_written_and_changing_it_returns_to_the_review():
    session = {}
    send(session, "words", words="lamp dark")
    send(session, "place", place="gate 2")
    assert 'value="lamp dark"' in look(session, "words").content.decode()
    assert send(session, "words", words="lamp broken").url == "/report/review"
    assert session["wizard:report"]["place"] == {"place": "gate 2"}


def test_a_mistake_keeps_the_page_and_says_it():
    session = {}
    response = send(session, "words", words="")
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert session == {}


def test_a_step_may_be_skipped_only_where_it_says_so():
    session = {}
    assert send(session, "words", skip="1").status_code == 422
    send(session, "words", words="lamp dark")
    assert send(session, "place", skip="1").url == "/report/review"


def test_the_review_sends_back_to_what_is_still_open():
    assert look({}, "review").url == "/report/words"
    assert send({}, "review").url == "/report/words"


def test_a_refusal_at_the_end_keeps_the_answers():
    session = {}
    send(session, "words", words="refuse")
    send(session, "place", skip="1")
    with pytest.raises(Refused):
        send(session, "review")
    assert session["wizard:report"]["words"] == {"words": "refuse"}
