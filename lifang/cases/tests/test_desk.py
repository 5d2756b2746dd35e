"""The desk's pages: what they show, what they let people do, and what they keep from everybody else."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lifang.cases import actions, selectors
from lifang.cases.models import Case, Delay, Handling, Reporter, SavedView
from lifang.cases.tests.make import (
    HOUR,
    accepted,
    again,
    awaiting_check,
    closed,
    dispatched,
    handling,
    make_case,
    make_photo,
    make_unit,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.flow.models import Step
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.orgs.tests.make import SOUTH, STEP, WEST, make_county

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - 6 * HOUR
LON, LAT = WEST + STEP / 2, SOUTH + STEP / 2  # in the first grid
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def made(make=make_case, **facts) -> Case:
    with behind(SYSTEM):
        return make(**{"at": THEN, **facts})


def jpeg(look=1) -> SimpleUploadedFile:
    picture = Image.new("RGB", (320, 240), (200, 40 + look % 200, 40))
    picture.paste((20, 200, look % 256), (20 + look * 7 % 120, 20 + look * 13 % 90, 200, 200))
    out = BytesIO()
    picture.save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def text_of(response) -> str:
    """What a reader sees: no tags, no attributes."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


# -- the inbox --------------------------------------------------------------------------------------


@pytest.mark.covers("S0-08", "S1-01", "S4-02")
def test_the_inbox_begins_with_three_and_says_why_each(street_dispatcher, county_leader):
    plain = [made() for _ in range(3)]
    life, pressed = made(matter="10979", text="电"), made()
    actions.press(actor=county_leader.actor, case=pressed, note="今天办", at=NOW - HOUR)
    page = street_dispatcher.get("cases:inbox")
    first = page.content.decode().partition('class="group first"')[2].partition("</section>")[0]
    assert first.count('class="task"') == 3
    order = [first.find(str(case.pk)) for case in (life, pressed)]
    assert 0 < order[0] < order[1]
    assert "危及生命" in first
    assert "领导督办" in first
    shown = text_of(page)
    assert all(
        case.number not in shown for case in plain
    )  # places and matters, not numbers, lead the eye
    assert "待受理" in shown


def test_the_inbox_groups_the_rest_by_what_to_do_with_counts(street_dispatcher):
    for _ in range(4):
        made()
    for _ in range(2):
        made(accepted)
    page = street_dispatcher.get("cases:inbox").content.decode()
    assert 'id="group-accept"' in page or 'id="group-dispatch"' in page
    assert re.search(r"待受理<span class=\"count num\">4</span>", page)
    assert re.search(r"待派遣<span class=\"count num\">2</span>", page)
    narrowed = street_dispatcher.get("cases:inbox", query={"task": "dispatch"}).content.decode()
    assert narrowed.count('class="task"') == 2
    assert 'class="group first"' not in narrowed


def test_the_inbox_is_empty_for_whom_nothing_waits(stranger):
    made()
    assert "没有需要您处理的事" in text_of(stranger.get("cases:inbox"))


def test_the_live_list_is_swapped_without_the_page(street_dispatcher):
    made()
    part = street_dispatcher.get(
        "cases:inbox", HTTP_HX_TARGET="inbox-list", **HTMX
    ).content.decode()
    assert "<html" not in part
    assert 'id="inbox-list"' in part
    assert "live:case from:body" in part


@pytest.mark.parametrize("who", ["resident", "anonymous"])
@pytest.mark.parametrize(
    "name", ["inbox", "list", "board", "map", "points", "desk_report", "matters"]
)
def test_the_desk_is_for_staff(who, name, request):
    answer = request.getfixturevalue(who).get(f"cases:{name}")
    assert answer.status_code == (302 if who == "anonymous" else 403)


@pytest.mark.parametrize("name", ["inbox", "list", "board", "map", "points"])
def test_a_list_costs_the_same_for_one_and_for_thirty(name, grows, street_dispatcher):
    makers = iter([make_case, accepted, dispatched, handling] * 10)
    make_unit()
    grows(
        lambda: made(next(makers), lon=LON, lat=LAT, matter="09001"),
        lambda: street_dispatcher.get(f"cases:{name}"),
    )


def test_a_case_costs_the_same_with_one_neighbour_and_with_thirty(grows, street_dispatcher):
    case = made(handling, lon=LON, lat=LAT, phone="10012345678")

    def another() -> None:
        made(lon=LON, lat=LAT)
        actions.join(
            actor=cast.resident().actor, case=case, at=NOW - HOUR, said="我也看到了", photos=[]
        )

    grows(another, lambda: street_dispatcher.get("cases:case", case.pk), ones=2, many=12)


# -- lists ------------------------------------------------------------------------------------------


def numbers(response) -> set[str]:
    return set(re.findall(r'data-label="编号"><a [^>]*>([^<]+)</a>', response.content.decode()))


def test_the_list_is_narrowed_by_its_address(street_dispatcher, county_leader):
    new, done = made(), made(closed)
    pressed = made(accepted, matter="01037")
    actions.press(actor=county_leader.actor, case=pressed, note="请抓紧", at=NOW)

    def found(**query: Any) -> set[str]:
        return numbers(street_dispatcher.get("cases:list", query=query))

    assert found() == {new.number, done.number, pressed.number}
    assert found(show="open") == {new.number, pressed.number}
    assert found(state="closed") == {done.number}
    assert found(show="pressed") == {pressed.number}
    assert found(major="01") == {pressed.number}
    assert found(unit=str(done.lead_id)) == {done.number}
    assert found(area=places.NEXT_STREET) == set()
    assert found(area=places.STREET, show=["open", "pressed"]) == {pressed.number}
    assert found(opened_at_from=f"{NOW + timedelta(days=2):%Y-%m-%d}") == set()


@pytest.mark.parametrize("words", ["门口", "和平路", "heping", "baolu laji", "exposed", "hpl"])
def test_a_case_is_found_by_its_words_its_place_and_how_they_sound(words, street_dispatcher):
    case = made(lon=LON, lat=LAT)
    made(text="噪音很大", place="东门", matter="06028", lon=LON, lat=LAT)
    for way in ("cases:list", "cases:board"):
        sent = street_dispatcher.post(way, data={"q": words})
        assert words not in sent["Location"]
        assert str(case.pk) in street_dispatcher.get(sent["Location"]).content.decode()
    ticket = sent["Location"].split("?")[1]
    assert street_dispatcher.get(f"/desk/cases/points?{ticket}").json()["total"] == 1
    listed = street_dispatcher.post("cases:list", data={"q": words}, follow=True)
    assert numbers(listed) == {case.number}


def test_a_case_is_found_by_its_number_from_anywhere(street_dispatcher, stranger):
    case = made()
    assert (
        str(case.pk)
        in street_dispatcher.post(
            "/desk/search", data={"q": case.number}, follow=True
        ).content.decode()
    )
    assert (
        str(case.pk)
        not in stranger.post("/desk/search", data={"q": case.number}, follow=True).content.decode()
    )


def test_nobody_sees_a_case_of_the_next_street_in_any_list(stranger):
    case = made(lon=LON, lat=LAT)
    for name in ("inbox", "list", "board", "map", "points"):
        body = stranger.get(f"cases:{name}").content.decode()
        assert str(case.pk) not in body
        assert case.number not in body
    assert stranger.get("cases:case", case.pk).status_code == 404


def test_what_is_shown_is_what_is_exported(street_dispatcher):
    make_county()
    kept, other = made(), made(matter="01037")
    sheet = street_dispatcher.get("cases:list", query={"major": "06", "export": "csv"})
    body = b"".join(sheet.streaming_content).decode()
    assert kept.number in body
    assert other.number not in body
    assert "暴露垃圾" in body
    assert places.GRID not in body


def test_the_board_has_a_column_for_each_open_state_with_its_whole_count(
    street_dispatcher, monkeypatch
):
    monkeypatch.setattr(selectors.desk.board, "__defaults__", (2,))
    for _ in range(3):
        made()
    page = street_dispatcher.get("cases:board").content.decode()
    assert page.count('<section class="pile') == 9
    assert page.count('class="task"') == 2
    assert "还有 1 件" in page
    assert "state=awaiting_acceptance" in page


@pytest.mark.covers("S3-01")
def test_the_map_shows_the_points_of_the_same_filter(street_dispatcher):
    here, dry = made(lon=LON, lat=LAT), made()
    late = made(lon=LON, lat=LAT, at=NOW - timedelta(days=9))
    shape = street_dispatcher.get("cases:points", query={"show": "open"}).json()
    assert {one["id"] for one in shape["features"]} == {str(here.pk), str(late.pk)}
    assert shape["total"] == 2
    first = shape["features"][0]
    assert first["id"] == str(late.pk)
    assert first["properties"]["state"] == "late"
    assert first["properties"]["url"] == f"/desk/cases/{late.pk}"
    page = text_of(street_dispatcher.get("cases:map", query={"show": "open"}))
    assert "1 件没有地图位置" in page
    assert street_dispatcher.get("cases:points", query={"state": "closed"}).json()["features"] == []
    assert dry.lon is None


def test_a_map_says_what_it_leaves_out(street_dispatcher, monkeypatch):
    from lifang.cases.web import lists  # noqa: PLC0415 -- its limit is lowered here

    monkeypatch.setattr(lists, "ON_MAP", 1)
    made(lon=LON, lat=LAT), made(lon=LON, lat=LAT)
    shape = street_dispatcher.get("cases:points").json()
    assert (len(shape["features"]), shape["total"]) == (1, 2)
    assert "共 2 件" in text_of(street_dispatcher.get("cases:map"))


def test_a_view_is_kept_without_the_words_that_were_searched_for(street_dispatcher):
    made()
    page = street_dispatcher.post(
        "cases:list", data={"q": "王秘密", "show": "pressed"}, follow=True
    )
    whole = page.content.decode()
    assert re.search(r'<input[^>]*name="query"[^>]*value="show=pressed"', whole)
    sent = street_dispatcher.post(
        "cases:save_view", data={"name": "早会", "query": "q=王秘密&show=overdue"}
    )
    assert sent["Location"] == "/desk/cases?show=overdue"
    assert SavedView.objects.get().query == "show=overdue"


def test_a_view_is_kept_under_a_name_and_is_nobody_elses(street_dispatcher, stranger):
    query = "show=overdue&major=06"
    answer = street_dispatcher.post("cases:save_view", data={"name": "早会", "query": query})
    assert answer["Location"] == f"/desk/cases?{query}"
    view = SavedView.objects.get()
    assert (view.account_id, view.name, view.query) == (street_dispatcher.id, "早会", query)
    assert "早会" in text_of(street_dispatcher.get("cases:board"))
    assert "早会" not in text_of(stranger.get("cases:list"))
    assert stranger.post("cases:drop_view", view.pk).status_code == 404
    again_ = street_dispatcher.post(
        "cases:save_view", data={"name": "早会", "query": ""}, follow=True
    )
    assert "同名" in text_of(again_)
    street_dispatcher.post("cases:drop_view", view.pk)
    assert not SavedView.objects.exists()


# -- the page of a case -----------------------------------------------------------------------------


def test_a_case_says_whose_turn_it_is_until_when_and_what_comes_next(street_dispatcher):
    make_county()
    case = made()
    page = street_dispatcher.get("cases:case", case.pk)
    shown = text_of(page)
    assert "暴露垃圾" in shown
    assert "和平路 1 号" in shown
    assert "时限2个工作小时" in shown
    assert page.content.decode().count('data-key="a"') == 1
    assert f'action="/desk/cases/{case.pk}/acceptance"' in page.content.decode()
    assert places.GRID not in shown
    assert "06010" not in shown


@pytest.mark.parametrize(
    ("make", "who", "noun"),
    [
        (accepted, "street_dispatcher", "dispatch"),
        (dispatched, "department_handler", "signature"),
        (handling, "department_handler", "feedback"),
        (awaiting_check, "checker", "check"),
    ],
)
def test_the_one_filled_button_is_the_next_sensible_act(make, who, noun, request):
    member = request.getfixturevalue(who)
    case = made(make)
    page = member.get("cases:case", case.pk).content.decode()
    filled = re.findall(r'class="button primary"[^>]*', page)
    assert len(filled) == 1
    assert (
        f"/desk/cases/{case.pk}/{noun}"
        in page.partition('data-key="a"')[0][-300:] + page.partition('data-key="a"')[2][:200]
    )


def test_nothing_is_offered_to_who_may_only_look(county_leader):
    case = made()
    page = county_leader.get("cases:case", case.pk).content.decode()
    assert "/acceptance" not in page
    assert "/pressing" in page


@pytest.mark.covers("S0-91")
def test_a_reporter_is_masked_until_a_purpose_is_given(street_dispatcher):
    case = made(phone="10012345678", name="张三丰")
    page = street_dispatcher.get("cases:case", case.pk)
    assert "10012345678" not in page.content.decode()
    assert "100****5678" in text_of(page)
    assert street_dispatcher.post("cases:contact", case.pk).status_code == 422
    assert (
        street_dispatcher.post("cases:contact", case.pk, data={"reason": "curious"}).status_code
        == 422
    )
    assert not Entry.objects.filter(action="cases.contact").exists()
    shown = street_dispatcher.post("cases:contact", case.pk, data={"reason": "look_facts"})
    assert "10012345678" in text_of(shown)
    assert "张三丰" in text_of(shown)
    assert shown["Cache-Control"] == "no-store"
    line = Entry.objects.get(action="cases.contact")
    assert (line.outcome, line.reason, line.subject, line.changes, line.account) == (
        "seen",
        "look_facts",
        str(case.pk),
        {},
        street_dispatcher.id,
    )


def test_who_has_no_business_with_it_reaches_no_reporter(checker, stranger):
    case = made(phone="10012345678")
    assert checker.get("cases:contact", case.pk).status_code == 403
    assert checker.post("cases:contact", case.pk, data={"reason": "look_facts"}).status_code == 403
    assert stranger.post("cases:contact", case.pk, data={"reason": "look_facts"}).status_code == 404
    assert "10012345678" not in checker.get("cases:case", case.pk).content.decode()


def test_photos_before_and_after_stand_side_by_side(department_handler, street_dispatcher):
    case = made(photos=[make_photo(3)])
    case = actions.accept(actor=street_dispatcher.actor, case=case, at=THEN + HOUR)
    case = actions.dispatch(
        actor=street_dispatcher.actor, case=case, at=THEN + HOUR, lead=make_unit().pk
    )
    actions.sign(actor=department_handler.actor, case=case, at=THEN + 2 * HOUR)
    actions.feed_back(
        actor=department_handler.actor,
        case=again(case),
        note="清了",
        photos=[make_photo(77)],
        at=THEN + 3 * HOUR,
    )
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    photos = page.partition('class="photos"')[2].partition("</div>")[0]
    assert len(re.findall(r'src="/files/[^"]+/thumb"', photos)) == 2
    assert "清了" in page


def test_the_work_order_is_one_sheet_whose_code_opens_the_case(street_dispatcher, stranger):
    case = made(handling, text="<b>门口</b>")
    sheet = street_dispatcher.get("cases:work_order", case.pk).content.decode()
    assert "<svg" in sheet
    assert case.number in sheet
    assert "&lt;b&gt;门口" in sheet
    assert 'class="rail"' not in sheet
    assert stranger.get("cases:work_order", case.pk).status_code == 404


def test_merged_and_split_cases_point_to_one_another(street_dispatcher):
    first, second = made(), made()
    actions.merge(actor=street_dispatcher.actor, case=second, into=first, at=NOW - HOUR)
    other = actions.split(
        actor=street_dispatcher.actor, case=again(first), matter="09009", text="车", at=NOW - HOUR
    )
    page = street_dispatcher.get("cases:case", first.pk).content.decode()
    assert second.number in page
    assert other.number in page
    assert first.number in street_dispatcher.get("cases:case", second.pk).content.decode()


# -- acts -------------------------------------------------------------------------------------------


def suspended(**facts) -> Case:
    case = handling(**facts)
    desk = cast.street_dispatcher().actor
    return actions.suspend(
        actor=desk, case=case, reason="flood_ban", note="停工", at=THEN + 2 * HOUR
    )


def delayed(**facts) -> Case:
    case = handling(**facts)
    actions.ask_delay(
        actor=cast.department_handler().actor,
        case=case,
        amount=2,
        reason="weather",
        note="雨",
        at=THEN + 2 * HOUR,
    )
    return again(case)


def verified(**facts) -> Case:
    case = make_case(**facts)
    return actions.ask_verification(actor=cast.street_dispatcher().actor, case=case, at=THEN + HOUR)


def disputed(**facts) -> Case:
    case = dispatched(**facts)
    handler, desk = cast.department_handler().actor, cast.street_dispatcher().actor
    other = make_unit(cast.FIRM, "城管", "urban_management")
    for turn in range(3):
        at = THEN + (turn + 1) * HOUR
        case = actions.return_(
            actor=handler, case=case, reason="not_our_duty", note="不是", suggested=other.pk, at=at
        )
        if turn < 2:
            case = actions.dispatch(actor=desk, case=case, lead=cast.UNIT, at=at)
    return case


def called(**facts) -> Case:
    return closed(**{**facts, "phone": "10012345678"})


def twin(case: Case) -> str:
    return str(made(lon=LON, lat=LAT).pk)


# noun: how the case stands, who does it, what is sent, where it stands afterwards
ACTS: dict[str, tuple[Any, str, Any, str]] = {
    "acceptance": (make_case, "street_dispatcher", {}, "awaiting_dispatch"),
    "refusal": (make_case, "street_dispatcher", {"reason": "court"}, "refused"),
    "verification-request": (make_case, "street_dispatcher", {"note": "看看"}, "awaiting_verification"),
    "verification": (verified, "grid_worker", {"found": "1", "note": "属实"}, "awaiting_acceptance"),
    "correction": (make_case, "street_dispatcher", {"other": "06042", "place": "东门"}, "awaiting_acceptance"),
    "dispatch": (accepted, "street_dispatcher", {"lead": str(cast.UNIT)}, "awaiting_signing"),
    "arbitration": (disputed, "county_dispatcher", {"lead": str(cast.FIRM), "note": "按规定"}, "awaiting_signing"),
    "signature": (dispatched, "department_handler", {}, "handling"),
    "return": (dispatched, "department_handler", {"reason": "not_found", "note": "没有"}, "awaiting_dispatch"),
    "feedback": (handling, "department_handler", {"note": "清了"}, "awaiting_check"),
    "delay": (handling, "department_handler", {"amount": "2", "reason": "weather", "note": "雨"}, "handling"),
    "delay-decision": (delayed, "street_dispatcher", {"amount": "1"}, "handling"),
    "suspension": (handling, "street_dispatcher", {"reason": "flood_ban", "note": "停工"}, "suspended"),
    "resumption": (suspended, "street_dispatcher", {}, "handling"),
    "pressing": (make_case, "county_leader", {"note": "今天办"}, "awaiting_acceptance"),
    "escalation": (accepted, "street_dispatcher", {"note": "要县里协调"}, "awaiting_dispatch"),
    "split": (accepted, "street_dispatcher", {"other": "09009", "text": "车挡着"}, "awaiting_dispatch"),
    "merge": (make_case, "street_dispatcher", {"into": twin}, "merged"),
    "check": (awaiting_check, "checker", {"passed": "1", "outcome": "solved"}, "closed"),
    "callback": (called, "community_secretary", {"answer": "solved", "stars": "5"}, "closed"),
    "reopening": (closed, "street_dispatcher", {"note": "又有了"}, "awaiting_dispatch"),
    "archive": (closed, "street_dispatcher", {}, "archived"),
    "answer": (handling, "street_dispatcher", {"text": "正在处理"}, "handling"),
    "addition": (handling, "department_handler", {"text": "路滑"}, "handling"),
}  # fmt: skip


def standing(noun: str) -> tuple[Case, Any]:
    make, _who, data, _after = ACTS[noun]
    make_unit()
    case = made(make, matter="09001") if make in (handling, delayed) else made(make)
    return case, {key: value(case) if callable(value) else value for key, value in data.items()}


@pytest.mark.covers("W-S1", "W-S2", "W-D1", "W-D2")
@pytest.mark.parametrize("noun", ACTS)
def test_each_act_has_a_form_does_its_one_thing_and_comes_back_to_the_case(noun, request):
    _make, who, _data, after = ACTS[noun]
    member = request.getfixturevalue(who)
    case, data = standing(noun)
    url = f"/desk/cases/{case.pk}/{noun}"
    form = member.get(url)
    assert form.status_code == 200, text_of(form)
    assert f'action="{url}"' in form.content.decode()
    steps = Step.objects.filter(subject=case.pk).count()
    answer = member.post(url, data=data)
    assert answer.status_code == 302, text_of(answer)
    assert answer["Location"] == f"/desk/cases/{case.pk}"
    assert again(case).state == after
    assert Step.objects.filter(subject=case.pk).count() > steps


@pytest.mark.parametrize("noun", ACTS)
def test_a_stranger_meets_nothing_at_any_act(noun, stranger):
    case, data = standing(noun)
    url = f"/desk/cases/{case.pk}/{noun}"
    before = again(case).state
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, data=data).status_code == 404
    assert again(case).state == before


@pytest.mark.parametrize("noun", [noun for noun in ACTS if noun != "addition"])
def test_who_sees_it_without_the_post_is_told_so(noun, request):
    case, data = standing(noun)
    other = request.getfixturevalue("county_leader" if noun != "pressing" else "checker")
    answer = other.post(f"/desk/cases/{case.pk}/{noun}", data=data)
    assert answer.status_code == 403
    assert "没有任何改动" in text_of(answer)


@pytest.mark.parametrize(
    ("noun", "make"),
    [
        ("acceptance", accepted),
        ("dispatch", make_case),
        ("archive", handling),
        ("resumption", handling),
    ],
)
def test_an_act_out_of_its_turn_is_refused_in_words(noun, make, street_dispatcher):
    case = made(make)
    data = {"lead": str(make_unit().pk)} if noun == "dispatch" else {}
    for answer in (
        street_dispatcher.get(f"/desk/cases/{case.pk}/{noun}"),
        street_dispatcher.post(f"/desk/cases/{case.pk}/{noun}", data=data),
    ):
        assert answer.status_code == 409
        assert f"现在是“{case.stage.name.zh}”" in text_of(answer)


def test_an_act_in_place_answers_with_the_case_and_wakes_the_lists(street_dispatcher):
    case = made()
    form = street_dispatcher.get(f"/desk/cases/{case.pk}/refusal", HTTP_HX_TARGET="act", **HTMX)
    assert "<html" not in form.content.decode()
    assert 'hx-target="#case"' in form.content.decode()
    bad = street_dispatcher.post(f"/desk/cases/{case.pk}/refusal", HTTP_HX_TARGET="case", **HTMX)
    assert (bad.status_code, bad["HX-Retarget"]) == (422, "#act")
    assert again(case).state == "awaiting_acceptance"
    good = street_dispatcher.post(
        f"/desk/cases/{case.pk}/acceptance", HTTP_HX_TARGET="case", **HTMX
    )
    body = good.content.decode()
    assert good["HX-Trigger"] == "live:case"
    assert 'id="case"' in body
    assert "<html" not in body
    assert "/dispatch" in body
    assert 'hx-swap-oob="beforeend"' in body


def test_a_refusal_in_place_is_a_toast_and_keeps_what_was_written(street_dispatcher):
    case = made(accepted)
    answer = street_dispatcher.post(
        f"/desk/cases/{case.pk}/acceptance", HTTP_HX_TARGET="case", **HTMX
    )
    assert (answer.status_code, answer["HX-Reswap"]) == (409, "none")
    assert "data-toast" in answer.content.decode()


@pytest.mark.covers("W-S1")
def test_dispatch_proposes_units_with_the_reason_and_shows_the_limits_before_sending(
    street_dispatcher,
):
    unit = make_unit()
    make_unit(cast.FIRM, "绿城物业", "property_company", places.COMMUNITY)
    case = made(accepted)
    page = street_dispatcher.get("cases:dispatch", case.pk)
    body, shown = page.content.decode(), text_of(page)
    assert f'name="lead" value="{unit.pk}" checked' in body
    assert "最迟签收" in shown
    assert "最迟办结" in shown
    assert "所以截止时间是" in shown
    assert "绿城物业" not in shown or "assists" in body
    found = street_dispatcher.post(
        "cases:units", case.pk, data={"unit_q": "绿城", "lead": str(unit.pk)}
    )
    lines = found.content.decode()
    assert "绿城物业" in lines
    assert f'value="{unit.pk}" checked' in lines
    sent = street_dispatcher.post(
        "cases:dispatch",
        case.pk,
        data={"lead": str(unit.pk), "assists": [str(cast.FIRM), str(unit.pk)]},
    )
    assert sent.status_code == 302
    roles = set(Handling.objects.filter(case=case).values_list("unit", "role"))
    assert roles == {(unit.pk, "lead"), (cast.FIRM, "assist")}


@pytest.mark.parametrize("lead", ["", "nonsense", "00000000-0000-7000-8000-0000000000ff"])
def test_dispatch_to_nobody_is_said_in_the_form(lead, street_dispatcher):
    case = made(accepted)
    answer = street_dispatcher.post("cases:dispatch", case.pk, data={"lead": lead})
    assert answer.status_code == 422
    assert again(case).state == "awaiting_dispatch"


def test_looking_for_a_unit_without_scripts_sends_nothing(street_dispatcher):
    unit, case = make_unit(name="绿城环卫"), made(accepted)
    answer = street_dispatcher.post("cases:dispatch", case.pk, data={"unit_q": "绿城", "look": "1"})
    assert answer.status_code == 200
    assert str(unit.pk) in answer.content.decode()
    assert again(case).state == "awaiting_dispatch"


@pytest.mark.covers("W-D1")
def test_the_third_disputed_return_is_announced_before_it_happens(
    department_handler, street_dispatcher
):
    unit, other = make_unit(), make_unit(cast.FIRM, "城管", "urban_management")
    case = made(dispatched, unit=unit)
    for turn in range(2):
        assert "连续第 3 次" not in text_of(department_handler.get(f"/desk/cases/{case.pk}/return"))
        data = {"reason": "not_our_duty", "note": "不属于", "suggested": str(other.pk)}
        assert (
            department_handler.post(f"/desk/cases/{case.pk}/return", data=data).status_code == 302
        )
        again_ = again(case)
        assert (again_.returns, again_.state) == (turn + 1, "awaiting_dispatch")
        actions.dispatch(actor=street_dispatcher.actor, case=again_, lead=unit.pk, at=NOW)
    page = text_of(department_handler.get(f"/desk/cases/{case.pk}/return"))
    assert "连续第 3 次" in page
    department_handler.post(f"/desk/cases/{case.pk}/return", data=data)
    assert again(case).state == "awaiting_arbitration"


def test_a_return_without_the_owner_it_asks_for_keeps_the_words(department_handler):
    case = made(dispatched)
    answer = department_handler.post(
        f"/desk/cases/{case.pk}/return",
        data={"reason": "not_our_duty", "note": "按三定方案第 4 条"},
    )
    assert answer.status_code == 422
    assert "按三定方案第 4 条" in answer.content.decode()
    assert "请建议应由哪个单位处理" in text_of(answer)


@pytest.mark.covers("W-D2")
def test_feedback_wants_a_photo_where_the_matter_does_and_refuses_a_used_one(department_handler):
    first, second = made(handling), made(handling)
    url = f"/desk/cases/{first.pk}/feedback"
    bare = department_handler.post(url, data={"note": "清了"})
    assert bare.status_code == 422
    assert "请附上处理后的照片" in text_of(bare)
    assert department_handler.post(url, data={"note": "清了", "photos": jpeg(5)}).status_code == 302
    used = department_handler.post(
        f"/desk/cases/{second.pk}/feedback", data={"note": "清了", "photos": jpeg(5)}
    )
    assert used.status_code == 422
    assert first.number in text_of(used)
    assert again(second).state == "handling"


@pytest.mark.covers("W-S2")
def test_more_time_is_asked_for_with_a_photo_and_granted_in_part(
    department_handler, street_dispatcher
):
    case = made(handling)
    before = case.due_at
    ask = department_handler.get(f"/desk/cases/{case.pk}/delay")
    assert "届时截止" in text_of(ask)
    data = {"amount": "2", "reason": "weather", "note": "下雨", "photos": jpeg(9)}
    assert department_handler.post(f"/desk/cases/{case.pk}/delay", data=data).status_code == 302
    assert Delay.objects.get().asked == 2
    page = text_of(street_dispatcher.get(f"/desk/cases/{case.pk}/delay-decision"))
    assert "下雨" in page
    denied = street_dispatcher.post(f"/desk/cases/{case.pk}/delay-decision", data={"amount": "0"})
    assert denied.status_code == 422
    street_dispatcher.post(f"/desk/cases/{case.pk}/delay-decision", data={"amount": "1"})
    assert Delay.objects.get().granted == 1
    assert again(case).due_at > before


@pytest.mark.parametrize("amount", ["-1", "NaN", "1e400", "0", "abc", "", "99999999999"])
def test_a_length_that_is_none_is_said_in_the_form(amount, department_handler):
    case = made(handling)
    data = {"amount": "other", "other": amount, "reason": "weather", "note": "雨"}
    answer = department_handler.post(f"/desk/cases/{case.pk}/delay", data=data)
    assert answer.status_code == 422
    assert not Delay.objects.exists()


def test_a_check_that_fails_says_what_is_still_to_do(checker):
    case = made(awaiting_check)
    bare = checker.post(f"/desk/cases/{case.pk}/check", data={"passed": "0"})
    assert bare.status_code == 422
    checker.post(f"/desk/cases/{case.pk}/check", data={"passed": "0", "note": "还有"})
    assert again(case).state == "handling"


def test_the_doer_is_not_offered_the_check(department_handler):
    case = made(awaiting_check)
    cast.give(department_handler.account, "checker", places.COUNTY)
    assert "/check" not in department_handler.get("cases:case", case.pk).content.decode()
    answer = department_handler.post(
        f"/desk/cases/{case.pk}/check", data={"passed": "1", "outcome": "solved"}
    )
    assert answer.status_code in (409, 422)
    assert "不能自己核查" in text_of(answer)
    assert again(case).state == "awaiting_check"


def test_not_solved_says_the_reporter_on_the_telephone_and_it_opens_again(community_secretary):
    case = made(called)
    data = {"answer": "unsolved", "note": "还在"}
    community_secretary.post(f"/desk/cases/{case.pk}/callback", data=data)
    assert (again(case).state, again(case).round) == ("awaiting_dispatch", 2)


@pytest.mark.covers("S3-15")
def test_a_helper_signs_although_the_lead_has_signed(property_handler):
    lead, firm = make_unit(), make_unit(cast.FIRM, "物业", "property_company", places.COMMUNITY)
    case = made(handling, unit=lead, assists=[firm])
    assert "/signature" in property_handler.get("cases:case", case.pk).content.decode()
    assert property_handler.post(f"/desk/cases/{case.pk}/signature").status_code == 302
    assert Handling.objects.get(case=case, unit=firm).signed_at is not None


def test_merge_offers_what_lies_near_with_its_distance(street_dispatcher):
    case, near = made(lon=LON, lat=LAT), made(lon=LON + 0.0005, lat=LAT)
    far = made(lon=LON + STEP, lat=LAT)
    page = street_dispatcher.get("cases:merge", case.pk)
    assert near.number in text_of(page)
    assert far.number not in text_of(page)
    assert "相距 50 米" in text_of(page)
    look = {"case_q": far.number, "look": "1"}
    assert far.number in text_of(street_dispatcher.post("cases:merge", case.pk, data=look))
    bad = street_dispatcher.post("cases:merge", case.pk, data={"into": str(case.pk)})
    assert bad.status_code == 422
    assert "不能与自己合并" in text_of(bad)


def test_several_are_accepted_at_once_and_what_was_refused_is_counted(street_dispatcher):
    cases = [made(), made(), made(accepted)]
    answer = street_dispatcher.post(
        "cases:bulk_acceptance",
        data={"row": [str(case.pk) for case in cases], "back": "inbox"},
        follow=True,
    )
    shown = text_of(answer)
    assert "完成 2 件" in shown
    assert "1 件没有完成" in shown
    assert cases[2].number in shown
    assert [again(case).state for case in cases] == ["awaiting_dispatch"] * 3


def test_a_bulk_act_never_reaches_beyond_ones_own(stranger):
    case = made()
    answer = stranger.post("cases:bulk_acceptance", data={"row": [str(case.pk)]}, follow=True)
    assert "没有选中" in text_of(answer)
    assert again(case).state == "awaiting_acceptance"


# -- reporting --------------------------------------------------------------------------------------


@pytest.mark.covers("W-G2", "S0-34")
def test_what_a_grid_worker_solves_on_the_spot_is_closed_in_one_form(grid_worker):
    make_county()
    page = grid_worker.get("cases:desk_report")
    assert 'name="solved"' in page.content.decode()
    data = {
        "photos": jpeg(1), "after": jpeg(60), "matter": "06035", "solved": "on", "source": "grid_patrol",
        "area": places.GRID,
    }  # fmt: skip
    answer = grid_worker.post("cases:desk_report", data=data)
    case = Case.objects.get()
    assert answer["Location"] == f"/desk/cases/{case.pk}"
    assert (case.state, case.self_handled, case.area, case.source) == (
        "closed",
        True,
        places.GRID,
        "grid_patrol",
    )
    missing = grid_worker.post("cases:desk_report", data={**data, "photos": jpeg(2), "after": ""})
    assert missing.status_code == 422
    assert Case.objects.count() == 1


@pytest.mark.covers("W-G3")
def test_gas_that_smells_goes_to_the_top_of_the_desk(grid_worker, street_dispatcher):
    make_county()
    matters = grid_worker.post("cases:matters", data={"text": "闻到燃气味"}).content.decode()
    offered = re.findall(r'name="matter" value="(\d+)"', matters)
    assert offered
    data = {
        "matter": offered[0],
        "text": "闻到燃气味",
        "source": "grid_patrol",
        "lon": LON + STEP / 4,
        "lat": LAT,
    }
    grid_worker.post("cases:desk_report", data=data)
    case = Case.objects.get()
    assert (case.area, case.level) == (places.GRID, "life")
    more = grid_worker.post(
        f"/desk/cases/{case.pk}/addition", data={"text": "已疏散", "photos": jpeg(3)}
    )
    assert more.status_code == 302
    first = (
        street_dispatcher.get("cases:inbox").content.decode().partition('class="group first"')[2]
    )
    assert str(case.pk) in first.partition("</section>")[0]


@pytest.mark.covers("S4-10", "S0-36")
@pytest.mark.parametrize("who", ["checker", "county_leader", "department_handler"])
def test_who_does_not_record_is_told_so(who, request):
    member = request.getfixturevalue(who)
    assert member.get("cases:desk_report").status_code == 403
    assert 'href="/desk/report"' not in member.get("cases:inbox").content.decode()


def test_a_telephone_call_is_written_down_with_its_source_and_its_caller(street_dispatcher):
    make_county()
    data = {
        "matter": "06028", "text": "太吵", "source": "phone", "name": "李四", "phone": "10012345678",
        "area": places.COMMUNITY,
    }  # fmt: skip
    assert street_dispatcher.post("cases:desk_report", data=data).status_code == 302
    case = Case.objects.get()
    assert (case.source, case.area) == ("phone", places.COMMUNITY)
    assert str(Reporter.objects.get().phone) == "10012345678"


@pytest.mark.parametrize(
    "wrong",
    [
        {"matter": ""},
        {"matter": "99999"},
        {"area": ""},
        {"source": "resident_web"},
        {"phone": "abc"},
        {"lon": "1e999", "area": ""},
    ],
)
def test_a_report_that_lacks_something_keeps_the_rest(wrong, street_dispatcher):
    make_county()
    data = {
        "matter": "06028",
        "text": "太吵了睡不着",
        "source": "phone",
        "area": places.COMMUNITY,
        **wrong,
    }
    answer = street_dispatcher.post("cases:desk_report", data=data)
    assert answer.status_code == 422
    assert "太吵了睡不着" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_map_nobody_moved_is_no_place(street_dispatcher):
    county = make_county()
    street = county.streets[0]
    middle = {"lon": (street.west + street.east) / 2, "lat": (street.south + street.north) / 2}
    data = {"matter": "06028", "text": "吵", "source": "phone", **middle}
    assert street_dispatcher.post("cases:desk_report", data=data).status_code == 422
    street_dispatcher.post("cases:desk_report", data={**data, "area": places.COMMUNITY})
    assert Case.objects.get().lon is None


def test_a_correction_moves_the_place_only_when_the_map_was_moved(street_dispatcher):
    county = make_county()
    placed, bare = made(lon=LON, lat=LAT), made()
    there = {"lat": f"{LAT:.6f}", "lon": f"{LON:.6f}", "matter": placed.matter}
    street_dispatcher.post(f"/desk/cases/{placed.pk}/correction", data=there)
    assert (again(placed).lon, again(placed).area) == (LON, places.GRID)
    street_dispatcher.post(
        f"/desk/cases/{bare.pk}/correction", data=there
    )  # the middle of its grid: untouched
    assert again(bare).lon is None
    lon, lat = county.inside(places.NEXT_GRID)
    street_dispatcher.post(
        f"/desk/cases/{bare.pk}/correction", data={**there, "lon": lon, "lat": lat}
    )
    assert (again(bare).lon, again(bare).area) == (lon, places.NEXT_GRID)


# -- home, and hostile words -------------------------------------------------------------------------


def test_the_desks_home_counts_and_begins_the_day(street_dispatcher):
    made()
    page = street_dispatcher.get("/desk").content.decode()
    assert 'href="/desk/cases?show=open"' in page
    assert 'class="group first"' in page


def test_hostile_words_are_shown_as_words(street_dispatcher):
    for one in sample(18, "desk"):
        said = f"空{one.text}".replace("\x00", "")[:900]
        case = made(text=said, place=said[:150].replace("\n", " "), lon=LON, lat=LAT)
        for name, args in (
            ("case", [case.pk]),
            ("merge", [case.pk]),
            ("work_order", [case.pk]),
            ("list", []),
            ("board", []),
            ("inbox", []),
            ("map", []),
        ):
            page = street_dispatcher.get(f"cases:{name}", *args)
            assert page.status_code == 200
            body = page.content.decode()
            for tag in re.findall(
                r"<(?:script|img|svg|iframe|object|math|video|body|input|details|a|style)[^>]*(?:on\w+\s*=|javascript:)[^>]*>",
                said,
            ):
                assert tag not in body, (name, tag)


def test_hostile_addresses_are_answered_calmly(street_dispatcher):
    made()
    for one in sample(60, "desk-query"):
        for name in ("list", "board", "map", "points", "inbox"):
            query = {
                "q": one.text,
                "show": one.text,
                "area": one.text,
                "state": one.text,
                "sort": one.text,
                "task": one.text,
            }
            answer = street_dispatcher.get(f"cases:{name}", query=query, follow=True)
            assert answer.status_code == 200
