import io
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import translation
from python_calamine import CalamineWorkbook

from lifang.core.accounts.models import Account
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Flag, ListTable, Period, Table
from lifang.core.web.tables.export import safe
from lifang.core.web.tables.paging import keyset
from lifang.core.web.tests.make import NOW, officer, request, things

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


class Things(ListTable):
    name = Column("Name", sort="name", link=lambda row: f"/things/{row.pk}")
    state = Column("State")
    due = Column("Due", cell="clock", sort="due")
    size = Column("Size", cell="number", sort="size", shown=False)

    key = "things"
    search = ("name",)
    filters = (
        Choice("state", "State", {"open": "Open", "late": "Late"}),
        Period("due", "Due"),
        Flag("huge", "Huge", lambda rows: rows),
    )
    order = "name"
    per_page = 10
    bulk = (Bulk("close", "Close", "/things/closures", capability="things.close"),)
    empty = Empty("Nothing stands here.", "It comes by itself.", act=("Make one", "/things/new"))


def shown(table):
    return [row.name for row in table.page.rows]


def test_search_filters_and_sort_live_in_the_url():
    table = Things(request(q="thing 0", state="late", sort="-due"), things(30))
    assert shown(table) == ["thing 20", "thing 08", "thing 05", "thing 02"]
    assert [str(removal.words) for removal, _ in table.removals] == ["Late"]


def test_a_filter_is_removed_by_its_own_link_and_nothing_else_is_lost():
    table = Things(request(q="thing", state=["late", "open"], sort="-name", page="2"), things(30))
    urls = {str(removal.words): QueryDict(url.split("?")[1]) for removal, url in table.removals}
    assert urls["Late"].getlist("state") == ["open"]
    assert urls["Late"]["q"] == "thing"
    assert urls["Late"]["sort"] == "-name"
    assert "page" not in urls["Late"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"sort": "password"},
        {"sort": "-pk__gt"},
        {"page": "-1"},
        {"page": "x"},
        {"state": "'; drop"},
        {"due_from": "2026-99-99"},
        {"cols": "nothing"},
        {"q": "\x00"},
    ],
)
def test_a_mangled_address_shows_the_plain_list(hostile):
    assert shown(Things(request(**hostile), things(12))) == [f"thing {n:02d}" for n in range(1, 11)]


def test_the_last_page_is_shown_for_a_page_too_far():
    assert shown(Things(request(page="99"), things(12))) == ["thing 11", "thing 12"]


def test_rows_without_a_value_come_last_both_ways():
    rows = things(3)
    rows[1].due = None
    assert shown(Things(request(sort="due"), rows))[-1] == "thing 02"
    assert shown(Things(request(sort="-due"), rows))[-1] == "thing 02"


def test_chosen_columns_are_shown_and_exported():
    table = Things(request(cols="name,size"), things(2))
    assert [column.name for column in table.columns] == ["name", "size"]
    lines = b"".join(table.export("csv")).decode("utf-8-sig").splitlines()
    assert lines == ["Name,Size", "thing 01,1000", "thing 02,2000"]


def test_the_export_holds_all_pages_of_what_is_shown_and_no_more():
    table = Things(request(state="late", export="xlsx"), things(60))
    response = table.response("unused.html")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(response.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0] == ["Name", "State", "Due"]
    assert len(rows) - 1 == 20 > Things.per_page
    assert {row[1] for row in rows[1:]} == {"late"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_an_export_is_a_formula(text):
    assert safe(text) == f"'{text}"
    rows = things(1)
    rows[0].name = text
    response = Things(request(export="xlsx", cols="name"), rows).response("unused.html")
    sheet = (
        CalamineWorkbook.from_filelike(io.BytesIO(response.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert sheet[1][0].strip() == text.strip()
    assert b"<f>" not in response.content


def test_numbers_stay_numbers_in_an_export():
    assert [safe(-3), safe(2.5), safe(None)] == [-3, 2.5, ""]


def test_htmx_gets_the_table_alone():
    response = Things(request(htmx="things-table"), things(2)).response("unused.html")
    html = response.content.decode()
    assert "<html" not in html
    assert html.count("<tr") == 3
    assert "HX-Target" in response["Vary"]


def test_filters_lie_folded_behind_one_button_that_says_how_many_are_in_force():
    plain = Things(request(htmx="things-table"), things(9)).response("x.html").content.decode()
    fold = plain.split('class="allfilters"')[1].split("</summary>")[0]
    assert "count" not in fold
    narrowed = Things(request(htmx="things-table", state="late", huge="1"), things(9))
    fold = narrowed.response("x.html").content.decode().split('class="allfilters"')[1]
    assert fold.startswith("><summary")  # not open
    assert '<span class="count">2</span></summary>' in fold


class Roomy(Things):
    note = Column("Note", value="name", wide=True, narrow=False)
    key = "roomy"


def test_a_column_may_be_left_out_of_the_cards_of_a_telephone_and_stays_in_the_table_and_its_export():
    html = Roomy(request(htmx="roomy-table"), things(1)).response("x.html").content.decode()
    assert '<td class="wide roomy" data-label="Note">' in html
    exported = b"".join(
        Roomy(request(export="csv"), things(1)).response("x.html").streaming_content
    )
    assert "Note" in exported.decode()


def test_the_empty_list_says_why_and_what_to_do():
    empty = Things(request(htmx="things-table"), []).response("unused.html").content.decode()
    assert "Nothing stands here." in empty
    assert 'href="/things/new"' in empty
    narrowed = (
        Things(request(htmx="things-table", q="zzz"), things(3))
        .response("unused.html")
        .content.decode()
    )
    assert "Nothing matches." in narrowed
    assert "Nothing stands here." not in narrowed


def test_a_bulk_act_is_there_for_those_who_may():
    assert [act.key for act in Things(request(actor=officer("things.close")), []).acts] == ["close"]
    assert Things(request(actor=officer("things.see")), []).acts == []


def test_words_of_people_are_escaped():
    rows = things(1)
    rows[0].name = "<script>alert(1)</script>"
    html = Things(request(htmx="things-table"), rows).response("unused.html").content.decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_two_tables_on_one_page_do_not_hear_each_other():
    seen = request(**{"a-q": "01", "b-sort": "-name"})
    assert shown(Things(seen, things(3), prefix="a-")) == ["thing 01"]
    assert shown(Things(seen, things(3), prefix="b-")) == ["thing 03", "thing 02", "thing 01"]


class Accounts(Table):
    name = Column("Name", sort="name")
    key = "accounts"
    search = ("name",)
    order = "name"
    per_page = 3
    paging = "more"


@pytest.fixture
def accounts(db):
    return [
        Account.objects.create(
            login=f"person-{n}", name=f"person {n % 4}", opened_at=NOW, password="!"
        )
        for n in range(10)
    ]


def test_keyset_pages_show_every_row_once_though_names_repeat(accounts):
    seen, after, pages = [], "", 0
    while pages < 10:
        page = keyset(Account.objects.filter(login__startswith="person-"), 3, "name", after)
        seen += [row.login for row in page.rows]
        pages, after = pages + 1, page.after
        if not after:
            break
    assert sorted(seen) == sorted(row.login for row in accounts)
    assert pages == 4


def test_a_mangled_mark_shows_the_first_page(accounts):
    rows = Account.objects.filter(login__startswith="person-")
    first = [row.pk for row in keyset(rows, 3, "-name", "").rows]
    for mark in ("x", "e30", "bm8", "WyJ0IiwgIngiLCAieSJd", "WyJ2IiwgMSwgInkiXQ"):
        assert [row.pk for row in keyset(rows, 3, "-name", mark).rows] == first


def test_a_bulk_post_means_ticked_rows_within_what_may_be_seen(accounts):
    visible = Account.objects.filter(login__in=["person-0", "person-1", "person-2"])
    post = request(method="post", row=[str(accounts[0].pk), str(accounts[9].pk), "nonsense"])
    assert [row.login for row in Accounts.selected(post, visible)] == ["person-0"]


def test_all_that_match_means_the_search_that_was_shown(accounts):
    visible = Account.objects.filter(login__startswith="person-")
    post = request(method="post", all="1", query="q=person+1")
    assert {row.login for row in Accounts.selected(post, visible)} == {
        "person-1",
        "person-5",
        "person-9",
    }


def test_a_period_counts_both_its_days_in_local_time():
    day = NOW + timedelta(hours=8)
    rows = things(1)
    rows[0].due = NOW
    inside = Things(request(due_from=f"{day:%Y-%m-%d}", due_to=f"{day:%Y-%m-%d}"), rows)
    outside = Things(request(due_from=f"{day + timedelta(days=1):%Y-%m-%d}"), rows)
    assert (len(shown(inside)), len(shown(outside))) == (1, 0)


def test_a_column_may_not_take_the_place_of_a_part_of_the_table():
    with pytest.raises(TypeError, match="body"):
        type("Letters", (Table,), {"body": Column("Text")})
