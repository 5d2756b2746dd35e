"""Open311 GeoReport v2 over the wire: the standard's own list of what a server must do, in both formats."""

import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lifang.cases import actions
from lifang.cases.catalogue import MATTERS, questions_of
from lifang.cases.models import Case, Reporter
from lifang.cases.tests.make import HOUR, accepted, again, closed, make_case, make_unit
from lifang.cases.tests.test_public import LAT, LON, jpeg
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.api.models import ApiKey
from lifang.core.api.tests.make import make_account_key
from lifang.core.notify import outbound
from lifang.core.notify.terms import Undeliverable
from lifang.core.site import site
from lifang.core.testing import cast, curl, places
from lifang.core.testing.hostile import sample
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-05")]

NOW = datetime.now(UTC)  # noqa: TID251 -- the calls under test read the real clock
V2 = "/open311/v2"
SHAPES = ("json", "xml")
FORM = {
    "service_code": "06010",
    "lat": str(LAT),
    "long": str(LON),
    "description": "门口有垃圾 <b>!",
}


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def client(county):
    return Client()


@pytest.fixture
def key(county) -> str:
    return machine_key().token


def machine_key(capabilities=("cases.report", "cases.join")) -> ApiKey:
    made = make_account_key(cast.account("machine"))
    token = made.token
    if not token:
        made = reissue(made)
    ApiKey.objects.filter(pk=made.pk).update(capabilities=list(capabilities))
    return made


def reissue(made: ApiKey) -> ApiKey:
    from lifang.core.api.secret import new_token  # noqa: PLC0415 -- only here

    token = new_token()
    made.prefix, made.digest = token.prefix, token.digest()
    made.expires_at = NOW + timedelta(days=30)
    made.save()
    made.token = str(token)
    return made


def tree(response):
    """An answer of either format as plain values: XML lists become lists, by the Spark convention."""
    if "json" in response["Content-Type"]:
        return json.loads(response.content)
    return spark(ElementTree.fromstring(response.content))


LISTS = {"services", "service_requests", "errors", "attributes", "values", "endpoints", "formats", "notes", "service_request_updates"}  # fmt: skip


def spark(node):
    if node.tag in LISTS:
        return [spark(child) for child in node]
    if len(node):
        return {child.tag: spark(child) for child in node}
    return node.text


def as_text(value):
    """JSON values as XML writes them, to compare the two."""
    if isinstance(value, dict):
        return {name: as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_text(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value in (None, "") else str(value)


def get(client, path, **query):
    return client.get(f"{V2}/{path}", query)


def post(client, key, shape="json", extra=None, **form):
    data = {**FORM, "api_key": key, **form}
    return client.post(f"{V2}/requests.{shape}", {k: v for k, v in data.items() if v is not None}, **(extra or {}))  # fmt: skip


def fresh(**facts):
    return accepted(at=NOW - timedelta(hours=3), **facts)


# -- shape ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["discovery", "services", "services/06010", "services/01001", "requests", "servicerequestupdates"])  # fmt: skip
def test_both_formats_say_the_same_with_charset_and_declaration(client, path):
    fresh(), closed(at=NOW - timedelta(days=2), unit=make_unit())
    query = {"locale": "zh", "extensions": "true"}
    made = {shape: get(client, f"{path}.{shape}", **query) for shape in SHAPES}
    assert made["json"]["Content-Type"] == "application/json; charset=utf-8"
    assert made["xml"]["Content-Type"] == "text/xml; charset=utf-8"
    assert made["xml"].content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert as_text(tree(made["json"])) == tree(made["xml"])
    assert re.search("[\u4e00-\u9fff]", made["xml"].content.decode())


def test_discovery_names_one_endpoint_in_both_places(client):
    told = tree(client.get("/open311/discovery.json"))
    assert told == tree(get(client, "discovery.json"))
    assert datetime.fromisoformat(told["changeset"]) < NOW
    (endpoint,) = told["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert told["contact"]
    assert told["key_service"].endswith("/open311#key")


def test_services_are_what_residents_may_report_with_unique_codes(client):
    rows = tree(get(client, "services.json", locale="en"))
    codes = [row["service_code"] for row in rows]
    assert len(set(codes)) == len(codes) == sum(matter.public for matter in MATTERS)
    assert {row["type"] for row in rows} == {"realtime", "batch"}
    assert all(re.fullmatch("[0-9]{5}", code) for code in codes)
    assert all(row["metadata"] is True for row in rows)
    assert "Municipal utilities" in {row["group"] for row in rows}
    assert tree(get(client, "services.json", lat="0", long="0")) == []
    assert len(tree(get(client, "services.json", lat=str(LAT), long=str(LON)))) == len(codes)


def test_every_definition_has_a_unique_order_and_values_where_it_is_a_list(client):
    for matter in MATTERS:
        response = get(client, f"services/{matter.key}.json")
        assert response.status_code == (200 if matter.public else 404)
        if not matter.public:
            continue
        rows = tree(response)["attributes"]
        assert [row["order"] for row in rows] == list(range(1, len(rows) + 1))
        assert all(("values" in row) == row["datatype"].endswith("list") for row in rows)
        assert {row["code"] for row in rows if row["variable"]} == {q.key for q in questions_of(matter.key)}  # fmt: skip


@pytest.mark.parametrize(("header", "query", "said"), [
    ("en-GB,en;q=0.9", {}, "english"), ("zh-CN", {}, ""), ("", {}, ""), ("en", {"locale": "zh_CN"}, ""),
    ("zh", {"locale": "en-US"}, "english"), ("fr,en;q=0.4", {}, "english"), ("*;q=x,,;;", {"locale": "\U0001f600"}, ""),
])  # fmt: skip
def test_the_language_is_asked_for_or_the_sites_own(client, header, query, said):
    response = client.get(f"{V2}/services/06010.json", query, headers={"accept-language": header})
    english = response["Content-Language"] == "en"
    assert english == bool(said)
    words = get(client, "services.json", locale="en" if said else "zh")
    names = {row["service_code"]: row["service_name"] for row in tree(words)}
    assert names["06010"] == (MATTERS["06010"].name.en if said else MATTERS["06010"].name.zh)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("path", "query", "status"), [
    ("services/nothing", {}, 404), ("requests/nothing", {}, 404), ("tokens/nothing", {}, 404),
    ("services", {"jurisdiction_id": "elsewhere.org"}, 404), ("requests", {"jurisdiction_id": "999999"}, 404),
    ("requests", {"status": "done"}, 400), ("requests", {"start_date": "yesterday"}, 400),
    ("requests", {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, 400),
    ("requests", {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-02-01T00:00:00Z"}, 400),
    ("requests", {"start_date": "0001-01-01T00:00:00Z"}, 400), ("requests", {"end_date": "9999-12-31T23:59:59-23:00"}, 400),
    ("requests", {"page": "0"}, 400), ("requests", {"page_size": "1001"}, 400), ("requests", {"page": "１"}, 400),
    ("requests", {"bbox": "1,2,3"}, 400), ("requests", {"bbox": "a,b,c,d"}, 400), ("requests", {"bbox": "3,3,1,1"}, 400),
    ("requests", {"lat": "1"}, 400), ("requests", {"lat": "nan", "long": "1"}, 400), ("requests", {"lat": "91", "long": "1"}, 400),
    ("requests", {"lat": "1", "long": "1", "radius": "1e9"}, 400), ("requests", {"service_code": "\x00"}, 400),
    ("servicerequestupdates", {"start_date": "2026-01-01T00:00:00Z"}, 400), ("elsewhere", {}, 404),
])  # fmt: skip
def test_what_is_wrong_is_told_in_the_standards_shape(client, shape, path, query, status):
    response = client.get(f"{V2}/{path}.{shape}", query)
    assert response.status_code == status
    rows = tree(response)
    assert [str(row["code"]) for row in rows] == [str(status)] * len(rows)
    assert rows
    assert all(row["description"] for row in rows)


def test_an_empty_parameter_counts_as_absent_and_our_county_is_a_jurisdiction(client):
    fresh()
    everything = tree(get(client, "requests.json"))
    assert len(everything) == 1
    for query in (
        {"jurisdiction_id": ""},
        {"status": "", "page": ""},
        {"jurisdiction_id": places.COUNTY},
    ):
        assert tree(get(client, "requests.json", **query)) == everything


# -- reading --------------------------------------------------------------------------------------------------------


def test_a_request_says_what_is_public_and_nothing_else(client):
    case = accepted(
        at=NOW - timedelta(hours=3), lon=LON + 0.00001234, lat=LAT, name="王小明", phone="10000000001",
        text="私房话", place="和平路 1 号", actor=None,
    )  # fmt: skip
    (row,) = tree(get(client, f"requests/{case.number}.json", locale="zh", extensions="true"))
    assert row["service_request_id"] == case.number
    assert (row["status"], row["service_code"]) == ("open", "06010")
    assert (row["lat"], row["long"]) == (round(LAT, 4), round(LON, 4))
    assert row["address"].endswith("和平路 1 号")
    assert row["media_url"] is None
    assert datetime.fromisoformat(row["expected_datetime"]) == case.promised_at.replace(
        microsecond=0
    )
    assert [note["type"] for note in row["notes"]] == ["start", "accept"]
    for path in ("requests", f"requests/{case.number}", "servicerequestupdates"):
        for shape in SHAPES:
            said = get(client, f"{path}.{shape}", extensions="true").content.decode()
            assert not re.search("王小明|10000000001|私房话", said)


def test_what_is_not_public_answers_like_what_does_not_exist(client):
    waiting = make_case(at=NOW)
    inner = accepted(
        at=NOW - HOUR, matter=next(m.key for m in MATTERS if not m.public), actor=SYSTEM
    )
    danger = accepted(at=NOW - HOUR, matter=next(m.key for m in MATTERS if m.level == "life"), actor=SYSTEM)  # fmt: skip
    for shape in SHAPES:
        nothing = get(client, f"requests/260101999999.{shape}")
        assert nothing.status_code == 404
        for case in (waiting, inner, danger):
            hidden = get(client, f"requests/{case.number}.{shape}")
            assert (hidden.status_code, hidden.content) == (404, nothing.content)
            assert tree(get(client, f"requests.{shape}", service_request_id=case.number)) in (
                [],
                None,
            )


def test_filters_pages_and_windows(client):
    unit = make_unit()
    old = accepted(at=NOW - timedelta(days=100))
    done = closed(at=NOW - timedelta(days=5), unit=unit)
    new = [fresh(matter="06028", lon=LON, lat=LAT) for _ in range(3)]

    def numbers(**query):
        response = get(client, "requests.json", **query)
        assert response.status_code == 200
        return [row["service_request_id"] for row in tree(response)]

    newest = [case.number for case in new[::-1]]
    assert sorted(numbers()) == sorted([*newest, done.number])
    assert numbers(status="closed") == [done.number]
    assert sorted(numbers(status="open")) == sorted(newest)
    assert sorted(numbers(status="open,closed")) == sorted(numbers())
    assert numbers(service_code=done.matter) == [done.number]
    assert sorted(numbers(service_code="06028,none")) == sorted(newest)
    assert numbers(service_code="none") == []
    assert numbers(service_request_id=f"{old.number},none", status="closed", page="7") == [
        old.number
    ]
    assert numbers(end_date=(NOW - timedelta(days=99)).isoformat()) == [old.number]
    assert numbers(start_date=(NOW - timedelta(days=101)).isoformat(), page_size="1") == [
        old.number
    ]
    pages = [numbers(page=str(page), page_size="2") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 0]
    assert sorted(pages[0] + pages[1]) == sorted(numbers())
    assert 'rel="next"' in get(client, "requests.json", page_size="2")["Link"]
    assert "Link" not in get(client, "requests.json")
    assert numbers(updated_after=(NOW - timedelta(hours=4)).isoformat()) == numbers(status="open")
    around = {"lat": str(LAT), "long": str(LON), "radius": "50"}
    assert sorted(numbers(**around)) == sorted(newest)
    assert sorted(numbers(bbox=f"{LON - 0.001},{LAT - 0.001},{LON + 0.001},{LAT + 0.001}")) == sorted(newest)  # fmt: skip
    (row,) = tree(get(client, f"requests/{done.number}.json", locale="en"))
    assert datetime.fromisoformat(row["updated_datetime"]) == again(done).closed_at.replace(microsecond=0)  # fmt: skip
    assert row["status_notes"].startswith("Closed: ")


def test_a_merged_request_answers_by_its_own_number(client, street_dispatcher):
    into, case = fresh(), fresh()
    actions.merge(actor=street_dispatcher.actor, case=case, into=into, at=NOW - HOUR)
    (row,) = tree(get(client, f"requests/{case.number}.json", locale="en"))
    assert row["service_request_id"] == case.number
    assert into.number in row["service_notice"]
    assert len(tree(get(client, "requests.json", service_request_id=f"{case.number}"))) == 1


def test_updates_tell_public_steps_in_the_words_of_fixmystreet(client):
    done = closed(at=NOW - timedelta(days=2), unit=make_unit())
    rows = tree(get(client, "servicerequestupdates.json", locale="en"))
    assert {row["service_request_id"] for row in rows} == {done.number}
    assert [row["status"] for row in rows][-1] == "FIXED"
    assert "IN_PROGRESS" in {row["status"] for row in rows}
    span = {"start_date": (NOW - timedelta(hours=1)).isoformat(), "end_date": NOW.isoformat()}
    assert tree(get(client, "servicerequestupdates.json", **span)) == []


@pytest.mark.parametrize("path", ["requests.json", "requests.json?extensions=true", "requests.xml", "servicerequestupdates.json"])  # fmt: skip
def test_a_list_costs_the_same_for_one_and_thirty(client, grows, path):
    grows(fresh, lambda: client.get(f"{V2}/{path}"))


def test_what_has_not_changed_is_not_sent_again_and_any_origin_may_read(client):
    case = fresh()
    first = get(client, "requests.json")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "public" in first["Cache-Control"]
    by_tag = client.get(f"{V2}/requests.json", headers={"if-none-match": first["ETag"]})
    by_time = client.get(
        f"{V2}/requests.json", headers={"if-modified-since": first["Last-Modified"]}
    )
    assert (by_tag.status_code, by_time.status_code, by_tag.content) == (304, 304, b"")
    actions.dispatch(actor=cast.street_dispatcher().actor, case=case, at=NOW, lead=make_unit().pk)
    assert client.get(f"{V2}/requests.json", headers={"if-none-match": first["ETag"]}).status_code == 200  # fmt: skip
    asked = client.options(f"{V2}/requests.json")
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (
        204,
        "GET, POST, HEAD, OPTIONS",
    )
    assert client.put(f"{V2}/requests.json").status_code == 405


# -- reporting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_gets_its_number_at_once_and_a_receipt_for_the_person(client, key, shape):
    response = post(client, key, shape, first_name="小明", last_name="王", phone="10000000001", email="w@example.org", **{"attribute[amount]": "pile"})  # fmt: skip
    assert response.status_code == 200
    (row,) = tree(response)
    assert "token" not in row
    with behind(SYSTEM):
        case = Case.objects.get(number=row["service_request_id"])
        reporter = Reporter.objects.get(case=case)
    assert (case.source, case.matter, case.area) == ("open311", "06010", places.GRID)
    assert case.text == "门口有垃圾 <b>!\n垃圾有多少: 一堆"
    assert (reporter.name, reporter.phone) == ("小明 王 <w@example.org>", "10000000001")
    assert f"/r/{reporter.token}" in row["service_notice"]
    assert client.get(f"/r/{reporter.token}").status_code == 200
    assert (
        get(client, f"requests/{case.number}.{shape}").status_code == 404
    )  # until the desk accepts it
    actions.accept(actor=cast.street_dispatcher().actor, case=case, at=NOW + HOUR)
    assert get(client, f"requests/{case.number}.{shape}").status_code == 200


def test_a_batch_service_gives_a_token_that_shows_the_number_once_it_was_accepted(client, key):
    (row,) = tree(post(client, key, service_code="06028"))
    assert "service_request_id" not in row
    token = row["token"]
    empty = tree(get(client, f"tokens/{token}.json"))
    assert empty == [{"service_request_id": None, "token": token}]
    with behind(SYSTEM):
        case = Case.objects.get()
    actions.accept(actor=cast.street_dispatcher().actor, case=case, at=NOW + HOUR)
    assert tree(get(client, f"tokens/{token}.xml")) == [{"service_request_id": case.number, "token": token}]  # fmt: skip


def revoked() -> str:
    made = machine_key()
    ApiKey.objects.filter(pk=made.pk).update(revoked_at=NOW - HOUR)
    return made.token


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bad", ["absent", "wrong", "revoked", "reads only", "halved"])
def test_without_a_key_that_may_report_it_is_403_and_nothing_is_written(client, shape, bad):
    key = {
        "absent": lambda: None, "wrong": lambda: "lf_ABCDEFGH_" + "x" * 43, "revoked": revoked,
        "reads only": lambda: machine_key(()).token, "halved": lambda: machine_key().token[:-1],
    }[bad]()  # fmt: skip
    response = post(client, key, shape)
    assert (response.status_code, str(tree(response)[0]["code"])) == (403, "403")
    with behind(SYSTEM):
        assert Case.objects.count() == 0


def test_the_session_of_somebody_signed_in_is_no_key(county, county_dispatcher):
    assert county_dispatcher.client.post(f"{V2}/requests.json", FORM).status_code == 403


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("form", "status", "named"), [
    ({"service_code": None}, 400, "service_code"), ({"service_code": "nope"}, 404, "nope"),
    ({"lat": None}, 400, "lat"), ({"lat": "x"}, 400, "lat"), ({"lat": "inf"}, 400, "lat"), ({"lat": "1", "long": "1"}, 400, ""),
    ({"lat": None, "long": None}, 400, "address_string"), ({"lat": None, "long": None, "address_id": "nowhere"}, 400, "address_id"),
    ({"lat": None, "long": None, "address_id": "990101001999"}, 400, "address_id"),
    ({"lat": None, "long": None, "address_string": "月球背面"}, 400, "lat"),
    ({"description": "长" * 4001}, 400, "description"), ({"email": "no"}, 400, "email"), ({"phone": "abc"}, 400, "phone"),
    ({"attribute[amount]": "mountain"}, 400, "attribute[amount]"), ({"attribute[nothing]": "1"}, 400, "attribute[nothing]"),
    ({"attribute[since]": "soon"}, 400, "attribute[since]"), ({"attribute[joins]": "260101999999"}, 400, "260101999999"),
    ({"first_name": "x" * 61}, 400, "first_name"), ({"jurisdiction_id": "elsewhere"}, 404, ""),
])  # fmt: skip
def test_a_faulty_report_is_told_field_by_field_and_nothing_is_written(client, key, shape, form, status, named):  # fmt: skip
    response = post(client, key, shape, **form)
    rows = tree(response)
    assert response.status_code == status
    assert named in "".join(row["description"] for row in rows)
    with behind(SYSTEM):
        assert Case.objects.count() == 0


def test_every_fault_is_told_at_once(client, key):
    rows = tree(post(client, key, lat="x", long="y", email="no", service_code=""))
    assert len(rows) == 4


def test_a_required_question_must_be_answered(client, key, monkeypatch):
    from lifang.cases import catalogue  # noqa: PLC0415 -- changed for this test
    from lifang.core.i18n import text  # noqa: PLC0415 -- only here

    asked = catalogue.Question(key="must", name=text("必填", "Must"), kind="string", required=True)
    monkeypatch.setattr("lifang.cases.api.open311.post.questions_of", lambda _matter: [asked])
    rows = tree(post(client, key))
    assert "attribute[must]" in rows[0]["description"]


@pytest.mark.parametrize(
    "spelt", ["attribute[times][]", "attribute[times]", "attribute%5Btimes%5D[]"]
)
def test_several_answers_are_taken_in_every_spelling(client, key, spelt):
    body = f"api_key={key}&service_code=06028&lat={LAT}&long={LON}&{spelt}=morning&{spelt}=night"
    response = client.post(f"{V2}/requests.json", body, content_type="application/x-www-form-urlencoded; charset=utf-8")  # fmt: skip
    assert response.status_code == 200
    with behind(SYSTEM):
        assert "早晨、深夜" in Case.objects.get().text


@pytest.mark.parametrize("form", [{"address_id": places.COMMUNITY}, {"address_id": places.GRID}])
def test_an_address_with_an_id_is_a_place(client, key, form):
    assert post(client, key, lat=None, long=None, **form).status_code == 200
    with behind(SYSTEM):
        assert Case.objects.get().area == form["address_id"]


def test_danger_to_life_is_answered_with_a_number_until_the_call_was_made(client, key):
    stopped = post(client, key, description="楼道里着火了")
    assert stopped.status_code == 400
    assert "119" in tree(stopped)[0]["description"]
    with behind(SYSTEM):
        assert Case.objects.count() == 0
    called = post(client, key, description="楼道里着火了", **{"attribute[called]": "yes"})
    assert called.status_code == 200
    with behind(SYSTEM):
        assert Case.objects.get().level == "life"


def test_a_neighbours_report_is_named_and_can_be_joined(client, key):
    first = fresh(lon=LON, lat=LAT)
    (row,) = tree(post(client, key))
    assert first.number in row["service_notice"]
    (row,) = tree(post(client, key, device_id="phone-2", **{"attribute[joins]": first.number}))
    assert row["service_request_id"] == first.number
    assert again(first).reports == 2
    with behind(SYSTEM):
        assert Case.objects.count() == 2


def test_photos_come_as_files_and_are_never_public(client, key):
    response = post(client, key, media=jpeg())
    (row,) = tree(response)
    with behind(SYSTEM):
        case = Case.objects.get()
        from lifang.core.files.models import Attachment  # noqa: PLC0415 -- only here

        assert Attachment.objects.filter(subject=case.pk).count() == 1
    actions.accept(actor=cast.street_dispatcher().actor, case=case, at=NOW + HOUR)
    (shown,) = tree(get(client, f"requests/{row['service_request_id']}.json"))
    assert shown["media_url"] is None
    assert (
        post(client, key, media=SimpleUploadedFile("x.jpg", b"GIF89a<script>")).status_code == 400
    )


def test_a_photo_at_an_address_is_fetched_or_its_address_is_kept(client, key, monkeypatch):
    fetched = []

    def fetch(url, most, seconds):
        fetched.append(url)
        return jpeg().read()

    monkeypatch.setattr(outbound, "fetch", fetch)
    assert post(client, key, media_url="https://photos.example.org/1.jpg").status_code == 200
    monkeypatch.undo()
    (row,) = tree(
        post(client, key, device_id="2", locale="en", media_url="http://169.254.169.254/x")
    )
    with behind(SYSTEM):
        text = Case.objects.order_by("-id").first().text
    assert fetched == ["https://photos.example.org/1.jpg"]
    assert "http://169.254.169.254/x" in text
    assert "照片" in row["service_notice"]


def test_a_repeated_call_with_its_key_acts_once(client, key):
    extra = {"headers": {"Idempotency-Key": "phone-1-report-1"}}
    first, second = post(client, key, extra=extra), post(client, key, extra=extra)
    assert first.status_code == 200, first.content
    assert first.content == second.content
    assert second["Idempotency-Replayed"] == "true"
    other = post(client, key, extra=extra, description="别的")
    assert (other.status_code, tree(other)[0]["code"]) == (400, 400)
    with behind(SYSTEM):
        assert Case.objects.count() == 1


def test_one_person_and_one_key_have_their_limits(client, key):
    answers = [post(client, key, device_id="phone-1").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert post(client, key, device_id="phone-2").status_code == 200


def test_a_key_of_one_street_reports_there_and_nowhere_else(client, county):
    worker = cast.grid_worker()
    from lifang.core.api.tests.make import make_key  # noqa: PLC0415 -- only here

    key = make_key(worker, NOW, capabilities=["cases.report"], areas=[places.NEXT_STREET]).token
    assert post(client, key).status_code == 403


def test_hostile_words_at_every_parameter_break_nothing(client, key):
    fresh()
    names = ("api_key", "jurisdiction_id", "service_code", "lat", "long", "address_id", "address_string", "description",
             "email", "first_name", "phone", "account_id", "device_id", "media_url", "attribute[joins]", "attribute[called]", "locale")  # fmt: skip
    reads = ("service_request_id", "service_code", "status", "start_date", "end_date", "page", "page_size", "bbox",
             "lat", "long", "radius", "updated_after", "updated_before", "extensions", "jurisdiction_id", "locale")  # fmt: skip
    tried = 0
    for number, (_, text) in enumerate(sample(400, "open311")):
        shape = SHAPES[number % 2]
        for response in (
            post(client, key, shape, **{names[number % len(names)]: text}),
            get(client, f"requests.{shape}", **{reads[number % len(reads)]: text}),
        ):
            assert response.status_code < 500
            tree(response)
            tried += 1
        from lifang.cases.models import Tally  # noqa: PLC0415 -- only here

        Tally.objects.all().delete()
    assert tried > 700


def test_a_torn_or_huge_body_is_told_in_shape(client, key):
    kind = "multipart/form-data; boundary=x"
    torn = client.generic("POST", f"{V2}/requests.xml", b"--x\r\nnonsense", content_type=kind)
    assert torn.status_code in (400, 403)
    many = "&".join(f"a{n}=1" for n in range(3000))
    huge = client.post(
        f"{V2}/requests.json", many, content_type="application/x-www-form-urlencoded"
    )
    assert huge.status_code == 413
    assert tree(huge)[0]["code"] == 413


def test_an_address_we_may_not_call_is_never_called():
    for url in (
        "http://127.0.0.1:1/x",
        "https://localhost/x",
        "file:///etc/passwd",
        "http://[::1]/",
        "nonsense",
    ):
        with pytest.raises(Undeliverable):
            outbound.fetch(url, 100)


def test_every_example_of_the_developers_page_runs(client, key):
    fresh(lon=LON, lat=LAT)
    said = client.get("/open311").content.decode()
    lon, lat = site().centre
    words = {"$LIFANG_KEY": key, f"{lat:.5f}": str(LAT), f"{lon:.5f}": str(LON)}
    shown = curl.examples(said)
    assert len(shown) == 6
    for command in shown:
        response = curl.run(client, command, words)
        assert (command, response.status_code) == (command, 200), response.content
        assert tree(response)


def test_a_radius_is_measured_from_the_point_that_is_shown(client):
    """Asking again and again with small circles finds the rounded point, never the exact one."""
    case = fresh(lon=LON + 0.000_031, lat=LAT - 0.000_027)

    def near(lon, lat, radius):
        found = get(client, "requests.json", lat=f"{lat:.7f}", long=f"{lon:.7f}", radius=radius)
        return [row["service_request_id"] for row in json.loads(found.content)]

    assert near(round(case.lon, 4), round(case.lat, 4), 1) == [case.number]
    assert near(case.lon, case.lat, 1) == []
