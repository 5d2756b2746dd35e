"""Rates: every number opens exactly its cases; nothing of nothing is "not applicable"; papers say what the page says."""

import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from lifang.cases import actions
from lifang.cases.catalogue import INDICATORS
from lifang.cases.models import Case
from lifang.cases.selectors import figures, patterns
from lifang.cases.selectors.measures import MEASURES, Frame, measured
from lifang.cases.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    awaiting_check,
    closed,
    dispatched,
    handling,
    make_case,
    make_unit,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.testing import cast, places

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MONTH = Frame(places.COUNTY, datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC), MONDAY + 6 * DAY)  # fmt: skip
QUERY = "from=2026-11-01&to=2026-11-30"


def busy():
    """A little of everything in November, here and in the next street."""
    unit = make_unit()
    for area in (places.GRID, places.NEXT_GRID):
        make_case(area=area)
        accepted(area=area, source="grid_patrol")
        dispatched(area=area)
        handling(area=area)
        awaiting_check(area=area)
        closed(area=area)
    late = awaiting_check(area=places.GRID)
    actions.check(
        actor=cast.checker().actor, case=late, passed=False, at=MONDAY + 3 * HOUR, note="没有办好"
    )
    refused = make_case()
    desk = cast.street_dispatcher(places.STREET).actor
    actions.refuse(actor=desk, case=refused, at=MONDAY + HOUR, reason="outside", note="不在范围")
    back = dispatched()
    actions.return_(
        actor=cast.department_handler(unit.pk).actor, case=back, at=MONDAY + HOUR, reason="not_our_duty", note="不是我们的",
        suggested=make_unit(pk=new_id(), name="市政", kind="municipal_works").pk,
    )  # fmt: skip


def tianmen():
    """The published month: 996 opened, 972 due, 911 closed, 737 on time."""
    rows = []
    for n in range(996):
        opened = MONTH.start + timedelta(minutes=20 * n)
        promised = MONDAY + 20 * DAY if n >= 972 else opened + DAY
        done = n < 911
        handled = opened + (DAY / 2 if n < 737 else 1.5 * DAY) if done else None
        rows.append(
            Case(
                area=places.GRID, number=f"T{n:06d}", matter="06010", level="ordinary", source="grid_patrol",
                opened_at=opened, state_since=opened, desk=places.STREET, promised_at=promised,
                state="closed" if done else "handling", handled_at=handled, closed_at=handled, outcome="solved" if done else "",
            )
        )  # fmt: skip
    with behind(SYSTEM):
        Case.objects.bulk_create(rows)


def page(response):
    assert response.status_code == 200, response.content[:400]
    return response.content.decode()


def share_of(key, frame=MONTH):
    with behind(SYSTEM):
        return figures.rate(SYSTEM, frame, INDICATORS[key])


def test_every_indicator_names_counts_that_exist_and_every_count_serves_one():
    named = {one.measure for ind in INDICATORS for one in (ind.numerator, ind.denominator)}
    assert named == set(MEASURES)
    assert len(INDICATORS) == 24
    assert all("post" not in one.views for one in INDICATORS)


def test_the_published_month_of_tianmen_comes_out_to_the_hundredth(county_dispatcher):
    tianmen()
    with behind(SYSTEM):
        assert measured(SYSTEM, MONTH, "reported").count() == 996
    closing, on_time = share_of("closing_rate"), share_of("on_time_closing_rate")
    assert (closing.numerator, closing.denominator) == (911, 972)
    assert (on_time.numerator, on_time.denominator) == (737, 972)
    assert f"{closing.share:.2%}" == "93.72%"
    assert f"{on_time.share:.2%}" == "75.82%"
    html = page(county_dispatcher.get("cases:figures", query=dict(parse_qsl(QUERY))))
    assert "93.72%" in html
    assert "75.82%" in html


def test_nothing_of_nothing_is_not_applicable_and_nothing_of_something_is_nought(county_dispatcher):
    html = page(county_dispatcher.get("cases:figures", query=dict(parse_qsl(QUERY))))
    assert "不适用" in html
    assert not re.search(r"\b(0|100)(\.0+)?%", html)
    assert share_of("closing_rate").share is None
    with behind(SYSTEM):
        assert {one.share for one in figures.rates(SYSTEM, MONTH)} == {None}
    make_case(source="grid_patrol")
    assert share_of("acceptance_rate").share == 0.0


@pytest.mark.covers("S0-07", "S0-35", "W-S3")
def test_every_number_of_the_page_opens_exactly_its_cases(county_dispatcher):
    busy()
    html = page(county_dispatcher.get("cases:figures", query=dict(parse_qsl(QUERY))))
    found = re.findall(
        r'<a href="(/desk/figures/cases/[^"]+)"[^>]*>(?:[^<]*<span class="num">)?([\d,]+)<', html
    )
    assert len(found) > 60
    some = 0
    for url, number in dict.fromkeys(found):
        listed = page(county_dispatcher.client.get(url.replace("&amp;", "&")))
        rows = set(re.findall(r"/desk/cases/([0-9a-f-]{36})", listed))
        assert len(rows) == int(number), (url, number)
        some += bool(rows)
    assert some > 20


def test_a_numerator_lies_within_its_denominator():
    busy()
    with behind(SYSTEM):
        for one in INDICATORS:
            inner = set(measured(SYSTEM, MONTH, one.numerator.measure).values_list("pk", flat=True))
            outer = set(
                measured(SYSTEM, MONTH, one.denominator.measure).values_list("pk", flat=True)
            )
            assert inner <= outer, one.key


def test_the_parts_of_a_comparison_add_up_to_the_whole():
    busy()
    with behind(SYSTEM):
        for one in INDICATORS:
            whole = figures.rate(SYSTEM, MONTH, one)
            for ask in (figures.by_part, figures.by_matter, figures.by_source):
                parts = ask(SYSTEM, MONTH, one)
                assert sum(part.numerator for part in parts) == whole.numerator, (one.key, ask)
                assert sum(part.denominator for part in parts) == whole.denominator, (one.key, ask)
            for key in [part.key for part in figures.by_unit(SYSTEM, MONTH, one)]:
                narrow = figures.rate(SYSTEM, MONTH.narrowed(unit=key), one)
                part = next(part for part in figures.by_unit(SYSTEM, MONTH, one) if part.key == key)
                assert (part.numerator, part.denominator) == (
                    narrow.numerator,
                    narrow.denominator,
                ), one.key


def test_what_came_after_the_period_does_not_change_it():
    busy()
    early = MONTH.narrowed(end=MONDAY + 2 * HOUR)
    assert share_of("closing_rate", early).numerator == 0
    assert share_of("rework_rate", early).denominator == 0
    assert share_of("rework_rate").numerator == 1
    assert share_of("return_rate").numerator == 1
    assert (
        share_of("right_dispatch_rate").numerator == share_of("right_dispatch_rate").denominator - 1
    )


def test_nobody_is_shown_figures_of_an_area_that_is_not_theirs(stranger, street_dispatcher):
    busy()
    html = page(
        stranger.get("cases:figures", query=dict(parse_qsl(f"{QUERY}&place={places.STREET}")))
    )
    asked = set(re.findall(r"/desk/figures/cases/\w+\?place=(\d+)", html))
    assert asked == {places.NEXT_STREET}
    listed = page(
        stranger.get(
            "cases:figure_cases",
            "reported",
            query=dict(parse_qsl(f"{QUERY}&place={places.STREET}")),
        )
    )
    with behind(SYSTEM):
        ours = Case.objects.filter(area__startswith=places.STREET).values_list("pk", flat=True)
        assert not any(str(pk) in listed for pk in ours)
    assert street_dispatcher.get("cases:figure_cases", "nonsense").status_code == 404


@pytest.mark.parametrize("query", ["from=9999-99-99", "from=0001-01-01&to=9999-12-31", "place=%00", "cell=1e9&about=x&office=y", "from=2026-12-01&to=2026-01-01"])  # fmt: skip
def test_a_wrong_address_is_as_if_it_were_not_there(county_dispatcher, query):
    for name in ("cases:figures", "cases:patterns", "cases:steps", "cases:bulletin"):
        assert county_dispatcher.get(name, query=dict(parse_qsl(query))).status_code in (
            200,
            400,
        ), name


def test_no_page_of_figures_names_a_person(county_dispatcher):
    busy()
    for name in ("cases:figures", "cases:patterns", "cases:steps", "cases:bulletin"):
        html = page(county_dispatcher.get(name, query=dict(parse_qsl(QUERY)))).split('id="main"')[1]
        told = re.sub(r"<[^>]+>", " ", html)
        for who in (
            cast.checker(),
            cast.department_handler(cast.UNIT),
            cast.street_dispatcher(places.STREET),
        ):
            assert who.account.name not in told


@pytest.mark.parametrize("name", ["cases:patterns", "cases:steps", "cases:bulletin"])
def test_more_cases_cost_no_more_questions(county_dispatcher, name, grows):
    make_unit()
    grows(closed, lambda: county_dispatcher.get(name, query=dict(parse_qsl(QUERY))))


def test_the_papers_say_what_the_page_says(county_dispatcher):
    from pypdf import PdfReader  # noqa: PLC0415 -- only here

    tianmen()
    html = page(county_dispatcher.get("cases:bulletin", query=dict(parse_qsl(QUERY))))
    told = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]
    assert "93.72%" in told
    files = {
        kind: county_dispatcher.get(
            "cases:bulletin", query=dict(parse_qsl(f"{QUERY}&as={kind}"))
        ).content
        for kind in ("xlsx", "docx", "pdf")
    }
    cells = [
        cell for row in CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"])).get_sheet_by_index(0).to_python()
        for cell in row if cell != ""
    ]  # fmt: skip
    assert all(
        _numeral(cell)
        in {_numeral(str(one)) for one in cells} | {_numeral(_percent(one)) for one in cells}
        for cell in told
    )
    words = [
        cell.text
        for table in Document(io.BytesIO(files["docx"])).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert [cell for cell in told if cell not in words] == []
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
    flat = re.sub(r"\s", "", text)
    assert [cell for cell in told if cell and re.sub(r"\s", "", cell) not in flat] == []


def _percent(value):
    return f"{value:.2%}" if isinstance(value, float) else str(value)


def _numeral(text):
    return text.replace(",", "").removeprefix("+").removesuffix(".0")


def test_a_place_and_a_matter_that_come_again_are_found_and_open_their_cases(county_dispatcher):
    for n in range(4):
        make_case(lon=118.05, lat=36.85, area=places.GRID, at=MONDAY + n * HOUR)
    make_case(lon=118.09, lat=36.85, area=places.GRID)
    with behind(SYSTEM):
        spots = patterns.repeat_places(SYSTEM, MONTH)
        assert [(spot.cases, spot.matter) for spot in spots] == [(4, "06010")]
        assert (
            measured(SYSTEM, MONTH.narrowed(cell=spots[0].cell, matter="06010"), "reported").count()
            == 4
        )
        (rise,) = patterns.rising(SYSTEM, MONTH)
        assert (rise.now, rise.before, rise.more) == (5, 0, 5)


def test_topics_of_fewer_than_three_people_are_not_told():
    for n in range(2):
        for _ in range(2):
            make_case(phone=f"1991234560{n}")
    with behind(SYSTEM):
        assert patterns.topics(SYSTEM, MONTH) == []
    for _ in range(3):
        make_case(phone="19912345609")
    with behind(SYSTEM):
        assert patterns.topics(SYSTEM, MONTH) == [("06010", 3, 7)]


def test_a_chain_names_the_units_a_case_went_through(county_dispatcher):
    unit, other = make_unit(), make_unit(pk=new_id(), name="市政", kind="municipal_works")
    case = dispatched(unit=unit)
    actions.return_(actor=cast.department_handler(unit.pk).actor, case=case, at=MONDAY + HOUR, reason="not_our_duty", note="不是", suggested=other.pk)  # fmt: skip
    actions.dispatch(
        actor=cast.street_dispatcher(places.STREET).actor,
        case=case,
        at=MONDAY + 2 * HOUR,
        lead=other.pk,
    )
    with behind(SYSTEM):
        (chain,) = patterns.chains(SYSTEM, MONTH)
    assert chain.units == (str(unit.pk), str(other.pk))
    assert "环卫 → 市政" in page(
        county_dispatcher.get("cases:patterns", query=dict(parse_qsl(QUERY)))
    )


@pytest.mark.covers("S0-07")
def test_the_time_of_each_step_is_measured_and_a_step_that_changes_nothing_is_proposed(
    county_dispatcher,
):
    make_unit()
    for _ in range(30):
        closed()
    with behind(SYSTEM):
        spent = {one.state: one for one in patterns.step_times(SYSTEM, MONTH)}
        facts = patterns.step_facts(SYSTEM, MONTH)
    assert spent["awaiting_acceptance"].median == HOUR / 4
    assert spent["handling"].median == spent["handling"].p90 == HOUR
    assert (spent["awaiting_check"].count, spent["handling"].working) == (30, True)
    offered = [one.facts.step for one in patterns.proposals([*spent.values()], facts)]
    assert offered[0] == "check"
    assert "call_back" not in offered
    told = page(county_dispatcher.get("cases:steps", query=dict(parse_qsl(QUERY))))
    assert "随机抽" in told
    picture = told.partition('class="flow"')[2].partition("</svg>")[0]
    assert "15 分钟" in picture, "the measured time stands in the picture"
    assert (
        patterns.proposals([*spent.values()], [patterns.Facts("check", "awaiting_check", 100, 6)])
        == []
    )
