"""After a search nobody finds a number in an address, a history, a log or a Referer."""

import logging
import re

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Session
from lifang.core.audit.models import Entry
from lifang.core.testing import cast
from lifang.registry.tests.make import make_person, number

pytestmark = pytest.mark.django_db
IDENTITY, TELEPHONE = number(), "10012345678"


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def addresses(response) -> list[str]:
    """Where the browser was sent, and everything the page could send it to: each is a Referer later."""
    body = response.content.decode()
    sent = [url for url, _ in response.redirect_chain]
    return [*sent, *re.findall(r'(?:href|action|hx-get|hx-post|src)="([^"]*)"', body)]


@pytest.mark.covers("S0-18", "S4-08")
@pytest.mark.parametrize("path", ["/desk/registry", "/desk/search"])
@pytest.mark.parametrize("text", [IDENTITY, TELEPHONE])
def test_a_number_that_was_searched_stands_in_no_address_and_no_line_of_a_log(path, text, caplog):
    person = make_person(identity=IDENTITY, telephone=TELEPHONE)
    make_person(name="别人")
    worker = cast.grid_worker()
    with caplog.at_level(logging.DEBUG):
        page = worker.client.post(path, {"q": text}, follow=True)
    assert str(person.pk) in page.content.decode()
    assert page.redirect_chain[0][0].startswith(f"{path}?q=~")
    assert not [url for url in addresses(page) if text in url]
    assert page.request["QUERY_STRING"].startswith("q=~")
    assert not [line for line in caplog.messages if text in line and "SELECT" not in line]
    assert not [line for line in Entry.objects.all() if text in str(line.__dict__)]
    assert not [row for row in Session.objects.all() if text.encode() in bytes(row.content)]


@pytest.mark.parametrize("path", ["/desk/registry", "/desk/search"])
def test_a_shared_search_finds_nobody_and_says_why(path):
    person = make_person(telephone=TELEPHONE)
    worker, colleague = cast.grid_worker(), cast.community_secretary()
    sent = worker.client.post(path, {"q": TELEPHONE})
    assert str(person.pk) in worker.client.get(sent.url).content.decode()
    page = colleague.client.get(sent.url, HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 200
    assert str(person.pk) not in page.content.decode()
    assert any(
        words in page.content.decode()
        for words in ("This search is no longer kept", "这次查找已不再保留")
    )


def test_a_search_by_the_list_itself_swaps_the_table_and_the_file_has_the_same_rows():
    person = make_person(name="欧秘密", telephone=TELEPHONE)
    make_person(name="别人")
    worker = cast.grid_worker()
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "people-table"}
    page = worker.client.post("/desk/registry", {"q": TELEPHONE, "sort": ""}, follow=True, **htmx)
    assert page.content.decode().lstrip().startswith("<section")
    assert str(person.pk) in page.content.decode()
    export = re.search(r'href="([^"]*export=csv[^"]*)"', page.content.decode())[1]
    file = b"".join(worker.client.get(export.replace("&amp;", "&"))).decode("utf-8-sig")
    assert len(file.strip().splitlines()) == 2
    assert "欧*" in file
    assert TELEPHONE not in file
