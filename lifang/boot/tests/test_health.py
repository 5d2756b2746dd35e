"""What is answered while something is broken: to machines in their shape, to people as a page."""

import pytest
from django.db import OperationalError
from django.test import Client

from lifang.core.accounts import middleware


def answered(monkeypatch, raised, path):
    def fails(*_):
        raise raised

    monkeypatch.setattr(middleware, "_actor", fails)
    return Client(raise_request_exception=False).get(path)


@pytest.mark.django_db
def test_while_the_database_is_away_a_machine_hears_when_to_come_again(monkeypatch):
    response = answered(monkeypatch, OperationalError("gone"), "/api/v1/cases/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["reason"] == "away"
    assert "gone" not in response.content.decode()


@pytest.mark.django_db
def test_while_the_database_is_away_people_see_a_page_that_says_so(monkeypatch):
    response = answered(monkeypatch, OperationalError("gone"), "/desk/cases")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "<h1>" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind"), [("/api/v1/cases/", "json"), ("/", "html")])
def test_a_fault_of_ours_is_none_of_the_database(monkeypatch, path, kind):
    response = answered(monkeypatch, RuntimeError("ours"), path)
    assert response.status_code == 500
    assert kind in response["Content-Type"]
    assert "Retry-After" not in response
