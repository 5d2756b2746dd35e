"""Words that are nobody else's: posted, kept in the browser's session, told by a ticket that means nothing elsewhere."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from lifang.core.web import private
from lifang.core.web.tables import Choice, Column, ListTable
from lifang.core.web.tests.make import NOW, request, things

SECRET = "99010119900307123X"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


class People(ListTable):
    name = Column("Name", sort="name")
    state = Column("State", shown=False)
    key = "people"
    search = ("name",)
    private = True
    per_page = 10
    filters = (Choice("state", "State", {"open": "Open", "late": "Late"}),)


def after(made, response, **more):
    """The request that the browser sends next, with its session."""
    onward = request(
        **{**{k: v[0] for k, v in parse_qs(urlsplit(response.url).query).items()}, **more}
    )
    onward.session = made.session
    return onward


def posted(**data):
    made = request(method="post", **data)
    return made, People(made, things(30)).response("web/table.html")


def test_posted_words_leave_an_address_with_a_ticket_and_the_filters():
    made, answer = posted(q="thing 0", state="late", cols="name", csrfmiddlewaretoken="x", sort="")
    asked = parse_qs(urlsplit(answer.url).query)
    assert answer.status_code == 302
    assert set(asked) == {"q", "state"}
    assert asked["q"][0].startswith("~")
    table = People(after(made, answer), things(30))
    assert table.text == "thing 0"
    assert {row.name for row in table.page.rows} == {"thing 02", "thing 05", "thing 08", "thing 20"}


def test_paging_sorting_and_the_file_go_on_under_the_ticket_and_never_name_the_words():
    made, answer = posted(q="thing")
    table = People(after(made, answer), things(30))
    addresses = [
        *table.export_urls.values(),
        table.next_url,
        table.dense_url,
        *(url for _, url in table.page_links),
    ]
    assert all("q=~" in url and "thing" not in url.partition("?")[2] for url in addresses)
    second = People(after(made, answer, page="2"), things(30))
    assert next(row.name for row in second.page.rows) == "thing 11"
    file = People(after(made, answer, export="csv"), things(30)).response("web/table.html")
    assert b"thing 30" in b"".join(file)


def test_words_that_stand_in_an_address_all_the_same_are_taken_out_of_it():
    made = request(q=SECRET, state="late")
    answer = People(made, things(3)).response("web/table.html")
    assert answer.status_code == 302
    assert SECRET not in answer.url
    assert People(after(made, answer), things(3)).text == SECRET


@pytest.mark.parametrize("ticket", ["~elsewhere", "~", "~\x00", "~" * 400])
def test_a_ticket_of_another_browser_finds_nothing_and_exports_nothing(ticket):
    table = People(request(q=ticket), things(3))
    assert table.lost
    assert list(table.page.rows) == []
    file = People(request(q=ticket, export="csv"), things(3)).response("web/table.html")
    assert b"thing" not in b"".join(file)


def test_a_ticket_is_forgotten_after_half_an_hour_and_after_a_dozen_others():
    made = request()
    first = private.keep(made, "one")
    assert private.words(made, first) == "one"
    made.at = NOW + private.LIFE
    assert private.words(made, first) is None
    made.at = NOW
    tickets = [private.keep(made, f"word {n}") for n in range(private.MOST)]
    assert private.words(made, first) is None
    assert private.words(made, tickets[0]) == "word 0"
    assert len(made.session[private.KEPT]) == private.MOST


def test_asking_the_same_again_begins_its_half_hour_anew():
    made = request()
    private.keep(made, "one")
    made.at = NOW + timedelta(minutes=20)
    again = private.keep(made, "one")
    made.at = NOW + timedelta(minutes=40)
    assert private.words(made, again) == "one"
    assert list(made.session[private.KEPT]) == [again]


def test_a_table_that_is_not_private_keeps_its_words_in_the_address():
    class Open(People):
        private = False

    answer = Open(request(q="~thing"), things(3))
    assert not answer.lost
    assert answer.text == "~thing"
