"""The machine in the hall, and pages that were opened the wrong way."""

import pytest
from django.test import Client


@pytest.fixture
def hall(db):
    return Client(headers={"accept-language": "zh"})


def test_the_kiosk_keeps_its_frame_on_public_pages_until_it_is_left(hall):
    assert "at-kiosk" not in hall.get("/help").content.decode()
    hall.get("/kiosk")
    inside = hall.get("/help").content.decode()
    assert "at-kiosk" in inside
    assert 'class="elder"' in inside
    assert 'data-idle="60"' in inside
    assert "doornav" not in inside
    hall.post("/kiosk")
    assert "at-kiosk" not in hall.get("/help").content.decode()


def test_the_next_person_finds_nothing_of_the_one_before(hall):
    hall.get("/kiosk")
    session = hall.session
    session["what_was_written"] = "mine"
    session.save()
    hall.cookies["sessionid"] = session.session_key
    assert hall.session["what_was_written"] == "mine"
    before = hall.get("/kiosk")
    assert "what_was_written" not in hall.session
    hall.cookies["django_language"] = "en"
    chosen = hall.get("/kiosk?lang=en")  # the next one, who reads English
    assert (chosen["Content-Language"], hall.cookies["django_language"].value) == ("en", "en")
    visits = [page.cookies["visit"].value for page in (before, chosen)]
    assert visits[0] != visits[1]
    assert f'data-visit="{visits[1]}"' in chosen.content.decode()
    assert f'data-visit="{visits[1]}"' in hall.get("/help").content.decode()
    assert hall.get("/help")["Cache-Control"] == "no-store"
    hall.post("/kiosk")
    assert "data-visit" not in hall.get("/help").content.decode()


def test_a_form_address_opened_as_a_page_says_what_to_do(hall):
    answer = hall.get("/elder")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "这一步没有完成" in answer.content.decode()


def test_no_code_of_a_reason_stands_on_a_refusal(hall):
    page = hall.get("/no-such-page").content.decode()
    assert "404" in page
    assert "not_found" not in page
