"""The residents' pages: what they do for people, and what they never tell."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from lifang.cases import actions, selectors
from lifang.cases.models import Case, Reporter, Tally
from lifang.cases.tests.make import HOUR, accepted, again, closed, handling, make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.grants import anonymous as nobody
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.orgs.tests.make import SOUTH, STEP, WEST, make_county
from lifang.registry.tests.make import make_place

pytestmark = pytest.mark.django_db

LON, LAT = WEST + STEP / 2, SOUTH + STEP / 2  # in the first grid
NOW = datetime.now(UTC)  # noqa: TID251 -- the pages under test read the real clock


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def browser(county):
    return Client()


def jpeg(colour=(200, 40, 40), place=None) -> SimpleUploadedFile:
    """A picture with something on it, and the camera's place in it."""
    picture = Image.new("RGB", (320, 240), colour)
    picture.paste((20, 200, 20), (40, 40, 160, 200))
    exif = Image.Exif()
    if place is not None:
        lon, lat = place
        exif.get_ifd(0x8825).update({1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)})
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def _degrees(value):
    whole = int(value)
    minutes = int((value - whole) * 60)
    return (float(whole), float(minutes), ((value - whole) * 60 - minutes) * 60)


def step(client, name, **data):
    return client.post(f"/report/{name}", data)


def report(client, *, photo=None, matter="06010", text="", phone="", lon=LON, lat=LAT, **more):
    """Walk the whole way and answer the last response."""
    step(client, "photo", photos=photo) if photo else step(client, "photo", skip="1")
    step(client, "place", lon=lon, lat=lat)
    following = step(client, "matter", matter=matter, text=text)
    if following.url.endswith("/near"):
        following = step(client, "near", join=more.pop("join", "none"))
    if following.url.endswith("/danger"):
        following = step(client, "danger", go=more.pop("go", "called"))
    assert following.url == "/report/review", following.url
    return client.post("/report/review", {"phone": phone, "second": "", **more})


def all_cases():
    with behind(SYSTEM):
        return list(Case.objects.order_by("opened_at", "pk"))


def reporters(case):
    with behind(SYSTEM):
        return list(Reporter.objects.filter(case=case).order_by("at", "pk"))


def page(response) -> str:
    return response.content.decode()


# -- the report -------------------------------------------------------------------------------------


@pytest.mark.covers("W-R1")
def test_a_report_takes_six_taps_and_no_typing(browser):
    desk = cast.street_dispatcher()
    make_place("和平小区", lon=LON + 0.0001, lat=LAT)
    assert browser.get("/report").url == "/report/photo"  # 1: the verb on the home page
    shown = step(browser, "photo", photos=jpeg(place=(LON, LAT)))  # 2, 3: a photo, go on
    assert shown.url == "/report/place"
    place = page(browser.get("/report/place"))
    assert "已按照片的拍摄地定位" in place
    assert 'id="id_lon"' in place
    assert 'name="lon" value="120.00' in place
    assert step(browser, "place", lon=LON, lat=LAT).url == "/report/matter"  # 4
    assert step(browser, "matter", matter="06010", text="").url == "/report/review"  # 5
    review = page(browser.get("/report/review"))
    assert "暴露垃圾" in review
    assert "和平小区" in review
    assert "大街街道" in review
    sent = browser.post("/report/review", {"phone": "", "second": ""})  # 6
    [case] = all_cases()
    [reporter] = reporters(case)
    assert sent.url == f"/r/{reporter.token}/sent"
    assert (case.matter, case.area, case.place) == ("06010", places.GRID, "和平小区")
    assert (case.source, case.text, case.desk) == ("resident_web", "", places.STREET)
    assert desk.actor.may("cases.accept", case.area)
    with behind(SYSTEM):
        [photo] = Attachment.objects.filter(subject=case.pk)
    assert (photo.kind, round(photo.lon, 4), round(photo.lat, 4)) == (
        "before",
        round(LON, 4),
        round(LAT, 4),
    )
    thanks = page(browser.get(sent.url))
    assert case.number in thanks
    assert "大街街道" in thanks
    assert "今天" in thanks or "明天" in thanks or "月" in thanks  # the promised time in words


@pytest.mark.covers("W-R1")
def test_a_neighbour_joins_and_later_says_not_fixed(browser):
    unit = make_unit()
    case = handling(
        matter="09001",
        unit=unit,
        lon=LON,
        lat=LAT,
        at=NOW - timedelta(hours=6),
        text="王家门口很吵",
    )
    actions.join(actor=nobody(), case=case, at=NOW - timedelta(hours=4))
    neighbour = Client()
    step(neighbour, "photo", photos=jpeg(place=(LON, LAT)))
    step(neighbour, "place", lon=LON + 0.0003, lat=LAT)
    assert step(neighbour, "matter", matter="09001", text="").url == "/report/near"
    near = page(neighbour.get("/report/near"))
    assert "附近已有 2 位邻居反映" in near
    assert "距此 30 米" in near
    assert "正在处理" in near
    assert "王家" not in near
    assert step(neighbour, "near", join=str(case.pk)).url == "/report/review"
    review = page(neighbour.get("/report/review"))
    assert f"将附议到编号 {case.number}" in review
    sent = neighbour.post("/report/review", {"phone": "10012345678", "second": ""})
    assert [one.pk for one in all_cases()] == [case.pk]
    mine = reporters(case)[-1]
    assert (again(case).reports, mine.first, mine.phone) == (3, False, "10012345678")
    receipt = f"/r/{mine.token}"
    assert sent.url == f"{receipt}/sent"
    case = actions.feed_back(
        actor=cast.department_handler(unit.pk).actor, case=case, at=NOW - HOUR, note="已劝离"
    )
    actions.check(actor=cast.checker().actor, case=case, passed=True, at=NOW - HOUR / 2)
    shown = page(neighbour.get(receipt))
    assert "问题已经解决" in shown
    assert "已劝离" in shown
    assert "没有解决" in shown
    told = neighbour.post(f"{receipt}/unsolved", {"reason": "again", "text": "晚上又来了"})
    assert told.url == receipt
    case = again(case)
    assert (case.state, case.round) == ("awaiting_dispatch", 2)
    with behind(SYSTEM):
        story = selectors.story(SYSTEM, case)
    assert story[-1].note == "处理后又出现了。晚上又来了"
    assert "重新办理" in page(neighbour.get(receipt))


@pytest.mark.covers("W-R1")
def test_before_and_after_are_shown_to_whoever_sent_the_before(browser):
    report(browser, photo=jpeg(), matter="09001")
    [case] = all_cases()
    own, other = reporters(case)[0], actions.join(actor=nobody(), case=case, at=NOW)
    mine = page(browser.get(f"/r/{own.token}"))
    assert len(re.findall(r'src="/files/[^"]+/thumb\?until=', mine)) == 1
    assert len(re.findall(r"/files/\S+/middle\?until=\S+ 1280w", mine)) == 1  # for a telephone
    stranger = page(Client().get(f"/r/{other.token}"))
    assert "/thumb?until=" not in stranger
    picture = mine.split('href="/files/')[1].split('"')[0]
    assert Client().get("/files/" + picture.replace("&amp;", "&")).status_code == 200
    assert Client().get("/files/" + picture.split("?")[0]).status_code == 404


def test_going_back_and_reloading_loses_nothing(browser):
    step(browser, "photo", photos=jpeg())
    step(browser, "place", lon=LON, lat=LAT)
    assert browser.get("/report").url == "/report/matter"
    assert 'src="/report/photos/0"' in page(browser.get("/report/photo"))
    assert browser.get("/report/photos/0")["Content-Type"] == "image/jpeg"
    assert browser.get("/report/photos/1").status_code == 404
    assert Client().get("/report/photos/0").status_code == 404
    step(browser, "photo", photos=jpeg((9, 9, 200)))
    assert 'src="/report/photos/1"' in page(browser.get("/report/photo"))
    step(browser, "photo", remove="0")
    assert 'src="/report/photos/1"' not in page(browser.get("/report/photo"))
    step(browser, "matter", matter="06010", text="桶边")
    browser.post("/report/review", {"phone": "", "second": ""})
    [case] = all_cases()
    with behind(SYSTEM):
        assert Attachment.objects.filter(subject=case.pk).count() == 1


def test_the_same_button_pressed_twice_makes_one_case(browser):
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    step(browser, "matter", matter="06010", text="")
    draft = dict(browser.session["wizard:report"])
    browser.post("/report/review", {"phone": "", "second": ""})
    session = browser.session
    session["wizard:report"] = draft
    session.save()
    assert browser.post("/report/review", {"phone": "", "second": ""}).url == "/r"
    assert len(all_cases()) == 1


def test_without_map_photo_or_words_a_community_and_a_tap_are_enough(browser):
    step(browser, "photo", skip="1")
    assert step(browser, "place", area=places.COMMUNITY).url == "/report/matter"
    step(browser, "matter", matter="06010", text="")
    browser.post("/report/review", {"phone": "", "second": ""})
    [case] = all_cases()
    assert (case.area, case.lon, case.text) == (places.COMMUNITY, None, "暴露垃圾")


def test_a_place_of_the_register_is_chosen_by_name(browser):
    place = make_place("光明里", lon=LON, lat=LAT)
    step(browser, "photo", skip="1")
    assert "光明里" in page(browser.post("/report/place", {"q": "guangming", "find": "1"}))
    assert step(browser, "place", chosen=str(place.pk)).url == "/report/matter"
    step(browser, "matter", matter="06010", text="")
    browser.post("/report/review", {"phone": "", "second": ""})
    assert [case.place for case in all_cases()] == ["光明里"]


def test_a_map_nobody_moved_is_no_answer(browser):
    step(browser, "photo", skip="1")
    middle = step(browser, "place", lon=WEST + 2 * STEP, lat=SOUTH + STEP)
    assert middle.status_code == 422
    assert "请移动地图" in page(middle)
    step(browser, "photo", photos=jpeg(place=(WEST + 2 * STEP, SOUTH + STEP)))
    assert step(browser, "place", lon=WEST + 2 * STEP, lat=SOUTH + STEP).status_code == 302
    outside = step(browser, "place", lon=10.0, lat=10.0)
    assert outside.status_code == 422
    assert "不在本平台服务的范围内" in page(outside)


def test_a_photo_from_elsewhere_is_said_before_it_is_sent(browser):
    step(browser, "photo", photos=jpeg(place=(LON, LAT)))
    here = browser.get("/report/here", {"lon": LON + STEP, "lat": LAT})
    assert "照片拍摄地离这里" in page(here)
    assert "第2网格" in page(here)
    assert "照片拍摄地离这里" not in page(browser.get("/report/here", {"lon": LON, "lat": LAT}))
    step(browser, "place", lon=LON + STEP, lat=LAT)
    step(browser, "matter", matter="06010", text="")
    assert "拍摄地离所选地点" in page(browser.get("/report/review"))


def test_words_propose_the_matter_and_its_doubles(browser):
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    shown = page(browser.post("/report/matter", {"text": "路灯不亮", "find": "1"}))
    assert shown.index('value="01037"') < shown.index('value="01038"')
    assert "街上照路的灯" in shown  # the hint that tells them apart
    found = step(browser, "matter", text="路灯不亮", find="1")
    assert found.status_code == 200
    assert "用您自己的话说" in page(found)
    part = page(
        browser.post(
            "/report/matter",
            {"text": "路灯不亮"},
            headers={"HX-Request": "true", "HX-Target": "proposals"},
        )
    )
    assert part.lstrip().startswith('<div id="proposals"')


def test_what_is_frequent_in_the_community_is_offered_first(browser):
    for minutes in range(3):
        accepted(
            matter="10984",
            text="积水",
            lon=LON,
            lat=LAT,
            at=NOW - timedelta(days=2, minutes=minutes),
        )
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    shown = page(browser.get("/report/matter"))
    assert shown.index('value="10984"') < shown.index('value="06010"')


# -- danger -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matter", "text", "number"),
    [
        ("10999", "", "119"),
        ("06010", "楼道里有煤气味", "119"),
        ("06010", "someone is unconscious", "120"),
    ],
)
def test_danger_stops_the_form_with_a_number_and_still_takes_the_report(
    browser, matter, text, number
):
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    assert step(browser, "matter", matter=matter, text=text).url == "/report/danger"
    stop = page(browser.get("/report/danger"))
    assert f'href="tel:{number}"' in stop
    assert "已打电话，同时上报" in stop
    assert browser.get("/report/review").url == "/report/danger"  # nobody slips past it
    assert step(browser, "danger", go="called").url == "/report/review"
    browser.post("/report/review", {"phone": "", "second": ""})
    [case] = all_cases()
    assert case.level == "life"


def test_what_only_sounded_dangerous_goes_on_as_it_was(browser):
    report(browser, matter="06020", text="烧树叶冒烟", go="calm")
    assert [case.matter for case in all_cases()] == ["06020"]


def test_a_matter_of_life_cannot_be_waved_through(browser):
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    step(browser, "matter", matter="10998", text="")
    assert step(browser, "danger", go="calm").status_code == 422
    assert browser.get("/report/review").url == "/report/danger"


def test_other_words_ask_about_danger_anew(browser):
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    step(browser, "matter", matter="06010", text="着火了")
    step(browser, "danger", go="called")
    assert step(browser, "matter", matter="06010", text="有人晕倒").url == "/report/danger"
    assert step(browser, "matter", matter="06010", text="有垃圾").url == "/report/review"


# -- limits and machines ----------------------------------------------------------------------------


def test_a_source_that_reports_too_often_waits_and_keeps_its_draft(browser):
    for _ in range(10):
        assert report(browser, join="none").status_code == 302
    eleventh = report(browser, join="none")
    assert eleventh.status_code == 409
    assert "太频繁" in page(eleventh)
    assert len(all_cases()) == 10
    assert browser.get("/report").url == "/report/review"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert report(elsewhere, join="none").status_code == 302


def test_no_address_is_kept(browser):
    report(browser)
    for tally in Tally.objects.all():
        assert b"127.0.0.1" not in bytes(tally.key)
        assert len(bytes(tally.key)) == 32


def test_a_machine_that_fills_everything_is_told_and_a_person_can_mend_it(browser):
    caught = report(browser, second="http://spam.invalid")
    assert caught.status_code == 422
    assert "必须留空" in page(caught)
    assert all_cases() == []
    assert browser.post("/report/review", {"phone": "", "second": ""}).status_code == 302
    assert len(all_cases()) == 1


def test_a_wrong_telephone_number_is_told_and_the_draft_is_kept(browser):
    wrong = report(browser, phone="call me")
    assert wrong.status_code == 422
    assert "电话号码不对" in page(wrong)
    assert all_cases() == []


def test_nobody_joins_a_case_that_was_not_offered(browser):
    far = handling(
        matter="06010", area=places.FAR_GRID, at=NOW - HOUR, lon=WEST + 3.5 * STEP, lat=LAT
    )
    near = accepted(matter="06010", lon=LON, lat=LAT, at=NOW - HOUR)
    step(browser, "photo", skip="1")
    step(browser, "place", lon=LON, lat=LAT)
    assert step(browser, "matter", matter="06010", text="").url == "/report/near"
    assert step(browser, "near", join=str(far.pk)).status_code == 422
    assert step(browser, "near", join="'; drop table").status_code == 422
    assert (again(far).reports, again(near).reports) == (1, 1)


@pytest.mark.parametrize(
    "name", ["photo", "place", "matter", "danger", "near", "review", "nothing"]
)
def test_hostile_texts_in_every_field_break_nothing(browser, name):
    for hostile in sample(25, f"report-{name}"):
        for field in (
            "lat",
            "lon",
            "taken_at",
            "chosen",
            "area",
            "text",
            "matter",
            "go",
            "join",
            "phone",
            "second",
            "remove",
        ):
            answer = browser.post(f"/report/{name}", {field: hostile.text, "matter": "06010"})
            assert answer.status_code in (200, 302, 404, 422), (field, hostile)
        assert browser.get(
            f"/report/{name}", {"q": hostile.text, "text": hostile.text}
        ).status_code in (200, 302, 404)
    assert all_cases() == []


@pytest.mark.parametrize(
    "path", ["/r", "/cases", "/cases/points", "/report/here", "/report", "/search", "/"]
)
def test_hostile_questions_are_answered_calmly(browser, path):
    for hostile in sample(30, f"query-{path}"):
        query = {"q": hostile.text, "lon": hostile.text, "lat": "1", "area": hostile.text, "state": hostile.text, "major": hostile.text,
                 "street": hostile.text, "opened_at_from": hostile.text, "page": hostile.text, "sort": hostile.text, "matter": hostile.text}  # fmt: skip
        assert browser.get(path, query).status_code in (200, 302), hostile


def test_hostile_words_are_shown_as_words(browser):
    report(browser, text="<script>alert(1)</script>{{7*7}}")
    [case] = all_cases()
    shown = page(browser.get(f"/r/{reporters(case)[0].token}"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in shown
    assert "<script>alert" not in shown


# -- the receipt ------------------------------------------------------------------------------------


def test_a_code_is_looked_up_without_standing_in_an_address(browser):
    case = make_case()
    code = reporters(case)[0].token
    found = browser.post("/r", {"q": f"{code[:4]}-{code[4:8]} {code[8:].lower()}"})
    assert (found.status_code, found.url) == (302, f"/r/{code}")
    unknown = browser.post("/r", {"q": "3" * 15 + "A"})
    assert unknown.status_code == 200
    assert "3" * 15 + "A" in page(unknown), "who mistyped it sees what"
    assert browser.get("/r", {"q": code}).status_code == 200, "an address with a code leads nowhere"
    assert 'method="post"' in page(browser.get("/r")).partition("id_q")[0].rpartition("<form")[2]
    sent = browser.post("/search", {"q": code})
    assert sent.url.startswith("/search?q=~")


def test_a_receipt_nobody_holds_looks_like_any_wrong_address(browser):
    case = make_case()
    right = reporters(case)[0].token
    wrong = [
        "3" * 16,
        right[:-1] + ("4" if right[-1] != "4" else "3"),
        right.lower(),
        "x",
        "'--",
        "%00",
    ]
    pages = {page(browser.get(f"/r/{word}")).replace(word, "") for word in wrong[:2]}
    assert len({text.split("<main")[1] for text in pages}) == 1
    missing = page(browser.get("/nothing/here")).split("<main")[1].split("</main>")[0]
    for word in wrong:
        for tail in (
            "",
            "/sent",
            "/sheet",
            "/more",
            "/unsolved",
            "/rating",
            "/withdrawal",
            "/code.svg",
        ):
            answer = browser.get(f"/r/{word}{tail}")
            assert answer.status_code == 404, (word, tail)
            assert page(answer).split("<main")[1].split("</main>")[0] == missing
    assert browser.get(f"/r/{right}").status_code == 200


def test_a_receipt_is_neither_kept_by_caches_nor_found_by_search_engines(browser):
    answer = browser.get(f"/r/{reporters(make_case())[0].token}")
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_receipt_tells_no_neighbours_words_number_or_name(browser):
    case = make_case(text="李家的狗", phone="10012345678", name="张三", lon=LON, lat=LAT)
    other = actions.join(actor=nobody(), case=case, at=NOW, said="我也听见")
    shown = page(browser.get(f"/r/{other.token}"))
    assert "我也听见" in shown
    for secret in ("李家的狗", "10012345678", "张三"):
        assert secret not in shown


def test_more_is_told_with_words_or_a_photo(browser):
    case = accepted(at=NOW - HOUR)
    token = reporters(case)[0].token
    assert browser.post(f"/r/{token}/more", {"text": ""}).status_code == 422
    assert (
        browser.post(f"/r/{token}/more", {"text": "在桶后面", "photos": jpeg()}).url
        == f"/r/{token}"
    )
    with behind(SYSTEM):
        assert Attachment.objects.filter(subject=case.pk).count() == 1
        assert [told.note for told in selectors.story(SYSTEM, case)][-1] == "在桶后面"
    assert "在桶后面" not in page(browser.get(f"/cases/{case.number}"))


def test_stars_are_given_once_with_words(browser):
    case = closed(at=NOW - timedelta(hours=5), phone="10012345678")
    token = reporters(case)[0].token
    assert "非常满意" in page(browser.get(f"/r/{token}/rating"))
    assert browser.post(f"/r/{token}/rating", {"stars": "9"}).status_code == 422
    assert browser.post(f"/r/{token}/rating", {"stars": "4", "text": "很快"}).url == f"/r/{token}"
    assert reporters(case)[0].stars == 4
    assert browser.post(f"/r/{token}/rating", {"stars": "1"}).status_code == 422
    assert reporters(case)[0].stars == 4
    assert "您评了 4 星" in page(browser.get(f"/r/{token}"))


def test_when_the_window_is_over_the_way_out_is_shown(browser):
    case = closed(at=NOW - timedelta(days=40))
    token = reporters(case)[0].token
    shown = page(browser.get(f"/r/{token}/unsolved"))
    assert "结案已超过 15 天" in shown
    assert f'href="/report?matter={case.matter}"' in shown
    assert browser.post(f"/r/{token}/unsolved", {"reason": "again"}).status_code == 422
    assert again(case).state in ("closed", "awaiting_callback")


def test_taking_back_asks_first_and_counts_once(browser):
    case = accepted(at=NOW - HOUR)
    other = actions.join(actor=nobody(), case=case, at=NOW)
    actions.join(actor=nobody(), case=case, at=NOW)
    assert "还有邻居反映同一件事" in page(browser.get(f"/r/{other.token}/withdrawal"))
    assert again(case).reports == 3
    assert browser.post(f"/r/{other.token}/withdrawal").status_code == 302
    assert browser.post(f"/r/{other.token}/withdrawal").status_code == 409
    assert again(case).reports == 2
    alone = accepted(at=NOW - HOUR)
    browser.post(f"/r/{reporters(alone)[0].token}/withdrawal")
    assert again(alone).state == "void"


def test_my_reports_are_known_to_this_browser_until_it_forgets_them(browser):
    report(browser)
    [case] = all_cases()
    token = reporters(case)[0].token
    assert f"/r/{token}" in page(browser.get("/r"))
    assert token not in page(Client().get("/r"))
    assert browser.post(f"/r/{token}/hiding").url == "/r"
    assert token not in page(browser.get("/r"))
    assert browser.get(f"/r/{token}").status_code == 200


def test_a_code_opens_the_receipt_and_a_number_only_public_facts(browser):
    case = make_case()
    token = reporters(case)[0].token
    assert browser.post("/r", {"q": f"{token[:4].lower()} {token[4:]}"}).url == f"/r/{token}"
    hidden = browser.post("/r", {"q": case.number})
    unknown = browser.post("/r", {"q": "260101999999"})
    assert "没有查到" in page(hidden)
    assert page(hidden).count("没有查到") == page(unknown).count("没有查到")
    case = actions.accept(actor=cast.street_dispatcher().actor, case=case, at=case.opened_at + HOUR)
    assert browser.post("/r", {"q": case.number}).url == f"/cases/{case.number}"


def test_the_sheet_and_the_code_say_the_same_address(browser):
    token = reporters(make_case())[0].token
    assert f"http://testserver/r/{token}" in page(browser.get(f"/r/{token}/sheet"))
    drawn = browser.get(f"/r/{token}/code.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn.content.startswith(b"<svg")


# -- what everybody may see -------------------------------------------------------------------------


def test_the_public_pages_show_facts_and_nobody(browser):
    case = handling(
        at=NOW - timedelta(hours=9),
        text="刘大爷家门口",
        phone="10012345678",
        name="刘大爷",
        lon=LON,
        lat=LAT,
    )
    for path in (
        "/cases",
        f"/cases/{case.number}",
        "/cases/points",
        "/",
        f"/areas/{places.COMMUNITY}",
        "/cases?export=csv",
    ):
        shown = page(browser.get(path))
        assert "暴露垃圾" in shown, path
        for secret in ("刘大爷", "10012345678", reporters(case)[0].token):
            assert secret not in shown, path
    for found in (browser.post("/cases", {"q": "刘大爷"}), browser.get("/cases", {"q": "刘大爷"})):
        assert found.status_code == 302  # posted, or typed into the address all the same
        assert "刘" not in unquote(found.url)
        listed = page(browser.get(found.url))
        assert "刘大爷" not in listed.replace('value="刘大爷"', "")
        assert case.number not in listed
    by_number = browser.post("/cases", {"q": case.number}, follow=True)
    assert case.number not in by_number.redirect_chain[0][0]
    assert "暴露垃圾" in page(by_number)
    assert case.number not in page(
        Client().get(by_number.redirect_chain[0][0])
    )  # another browser's


@pytest.mark.parametrize("kind", ["unread", "refused", "life", "kept_back", "withdrawn"])
def test_what_is_not_public_is_nowhere(browser, kind):
    at = NOW - timedelta(hours=9)
    desk = cast.street_dispatcher().actor
    case = make_case(
        at=at, lon=LON, lat=LAT, place="某某路",
        actor=SYSTEM if kind == "kept_back" else None,
        matter={"life": "10999", "kept_back": "10988"}.get(kind, "06010"),
    )  # fmt: skip
    if kind == "refused":
        actions.refuse(actor=desk, case=case, at=at + HOUR, reason="no_fact", note="")
    if kind in ("life", "kept_back"):
        actions.accept(actor=desk, case=case, at=at + HOUR)
    if kind == "withdrawn":
        actions.withdraw(actor=nobody(), case=case, reporter=reporters(case)[0], at=at + HOUR)
    for path in ("/cases", "/cases/points", "/", f"/areas/{places.COMMUNITY}", "/search?q=某某路"):
        shown = page(browser.get(path, follow=True))
        assert case.number not in shown, path
        assert "某某路" not in shown.replace('value="某某路"', "").replace("搜索：某某路", ""), path
    assert browser.get(f"/cases/{case.number}").status_code == 404


def test_a_reporters_reason_for_opening_again_is_not_public(browser):
    case = closed(at=NOW - timedelta(hours=9))
    browser.post(
        f"/r/{reporters(case)[0].token}/unsolved", {"reason": "partly", "text": "我家302漏水"}
    )
    shown = page(browser.get(f"/cases/{case.number}"))
    assert "重新办理" in shown
    assert "302" not in shown


def test_the_list_narrows_by_state_kind_street_and_period(browser):
    ours = handling(at=NOW - timedelta(days=2))
    theirs = accepted(area=places.FAR_GRID, matter="09001", at=NOW - timedelta(days=20))

    def shown(**query):
        text = page(browser.get("/cases", query))
        return {case.pk for case in (ours, theirs) if f"/cases/{case.number}" in text}

    both = {ours.pk, theirs.pk}
    assert shown() == both
    assert shown(state="open") == both
    assert shown(state="closed") == set()
    assert shown(major="09") == {theirs.pk}
    assert shown(street=places.NEXT_STREET) == {theirs.pk}
    assert shown(area=places.COMMUNITY) == {ours.pk}
    assert shown(opened_at_from=(NOW - timedelta(days=5)).date().isoformat()) == {ours.pk}


def test_the_public_lists_do_not_grow(grows, browser):
    def make():
        accepted(at=NOW - HOUR, lon=LON, lat=LAT)

    grows(make, lambda: browser.get("/cases"), many=20)
    grows(make, lambda: browser.get("/cases/points"), many=20)
    grows(make, lambda: browser.get("/"), many=20)
    grows(make, lambda: browser.get(f"/areas/{places.COMMUNITY}"), many=20)


# -- signed in --------------------------------------------------------------------------------------


def test_a_resident_sees_the_own_reports_and_what_waits_for_stars(resident, county):
    mine = closed(actor=resident.actor, at=NOW - timedelta(hours=9))
    make_case(at=NOW)
    shown = page(resident.get("cases:mine"))
    assert "等您说一句" in shown
    assert f"/r/{reporters(mine)[0].token}" in shown
    assert shown.count("<tr") == 2  # the head and one row
    assert "解决了吗" in page(resident.get("web:my"))
    assert f"/r/{reporters(mine)[0].token}" not in page(
        resident.get("cases:mine", query={"show": "open"})
    )
    assert f"/r/{reporters(mine)[0].token}" in page(
        resident.get("cases:mine", query={"show": "waiting"})
    )


def test_nobody_else_sees_them(resident, anonymous, grid_worker, county):
    make_case(actor=resident.actor, at=NOW)
    assert anonymous.get("cases:mine").status_code == 302
    assert grid_worker.get("cases:mine").status_code == 403
    other = cast.resident()
    assert "您还没有上报过" in page(other.get("cases:mine"))


def test_my_list_does_not_grow(grows, resident, county):
    hours = count(1)  # nobody reports so much in one

    def make() -> None:
        make_case(actor=resident.actor, at=NOW - timedelta(hours=next(hours)))

    grows(make, lambda: resident.get("cases:mine"), many=20)
    grows(make, lambda: resident.get("web:my"), many=20)


def test_a_resident_is_told_in_the_inbox_and_not_asked_for_a_number(resident, county):
    client = resident.client
    step(client, "photo", skip="1")
    step(client, "place", lon=LON, lat=LAT)
    step(client, "matter", matter="06010", text="")
    review = page(client.get("/report/review"))
    assert 'name="phone"' not in review
    client.post("/report/review", {"second": ""})
    [case] = all_cases()
    assert reporters(case)[0].account_id == resident.id


# -- every page -------------------------------------------------------------------------------------


def paths(case):
    token = reporters(case)[0].token
    tails = ("", "/sent", "/sheet", "/more", "/unsolved", "/rating", "/withdrawal")
    return [f"/r/{token}{tail}" for tail in tails] + [
        f"/cases/{case.number}",
        "/cases",
        "/r",
        "/",
        "/report/photo",
    ]


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_page_speaks_one_language_and_says_how_to_reach_a_person(browser, lang):
    case = closed(at=NOW - timedelta(hours=9), lon=LON, lat=LAT)
    for path in paths(case):
        answer = browser.get(path, {"lang": lang})
        shown = page(answer)
        assert answer.status_code == 200, path
        assert 'href="tel:10000012345"' in shown or "10000012345" in shown, path
        if lang == "en":
            assert "您" not in shown, path
        else:
            assert "Report" not in shown.split("<main")[1].split("</main>")[0], path


@pytest.mark.parametrize("path", ["/", "/report/photo", "/cases", "/r"])
def test_elder_mode_holds_on_every_page(browser, path):
    browser.cookies["elder"] = "1"
    assert 'class="elder"' in page(browser.get(path))


def test_no_page_needs_script_or_style_of_its_own(browser):
    case = closed(at=NOW - timedelta(hours=9), lon=LON, lat=LAT)
    for path in paths(case):
        shown = page(browser.get(path))
        assert " style=" not in shown, path
        assert "onclick" not in shown, path
        assert "<script>" not in shown, path
