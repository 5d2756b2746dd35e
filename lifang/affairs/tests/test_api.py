"""`/api/v1/affairs`: matters whole, a receipt without a name, applications in sight, an opinion by a key."""

from urllib.parse import quote

import pytest

from lifang.affairs.catalogue import GUIDES
from lifang.affairs.tests.make import accepted, granted, make_application, make_point, make_unit
from lifang.core.testing import cast, hostile, places
from lifang.core.testing.proofs import grows

pytestmark = pytest.mark.django_db
OPINION = {"agrees": True, "note": "符合"}


@pytest.mark.covers("S0-61", "S0-68")
def test_every_matter_is_told_whole_to_whoever_asks(anonymous):
    listed = anonymous.get("api:affairs_guides").json()
    assert {one["key"] for one in listed} == {one.key for one in GUIDES}
    assert anonymous.get("api:affairs_guides", query={"q": "lnz"}).json()[0]["key"] == "elderly-card"  # fmt: skip
    assert anonymous.get("api:affairs_guides", query={"topic": "nothing"}).status_code == 422
    for one in GUIDES:
        told = anonymous.get("api:affairs_guide", one.key).json()
        assert len(told["questions"]) == len(one.form.questions)
        assert (told["promise"]["name"]["zh"], told["confirmed"]) == (one.promise.name.zh, one.confirmed)  # fmt: skip
        assert [each["key"] for each in told["materials"]] == [each.key for each in one.materials]
    assert anonymous.get("api:affairs_guide", "nothing").status_code == 404
    make_point(guides=["elderly-card"])
    halls = anonymous.get("api:affairs_halls", query={"matter": "elderly-card"}).json()
    assert [(one["guides"], one["waiting"]) for one in halls] == [(["elderly-card"], 0)]
    assert anonymous.get("api:affairs_halls", query={"matter": "job-seeking"}).json() == []


@pytest.mark.covers("S0-62")
def test_a_receipt_and_a_paper_tell_how_it_goes_and_nobody_s_name(anonymous):
    row = granted(places.COMMUNITY)
    told = anonymous.get("api:affairs_receipt", row.token)
    assert told.json()["state"] == "delivering"
    assert [one["move"] for one in told.json()["steps"]] == ["start", "accept_here", "grant"]
    paper = anonymous.get("api:affairs_result", row.result.number).json()
    assert (paper["guide"], paper["revoked"], paper["sha256"]) == (row.guide, False, row.result.sha256)  # fmt: skip
    for text in (told.content.decode(), str(paper)):
        assert "王秀英" not in text
        assert "19550601" not in text
    for one in hostile.sample(40, "affairs.api"):
        word = one.text.replace("/", "").encode("utf-8", "replace").decode()[:60].strip(".") or "x"
        answer = anonymous.client.get(f"/api/v1/affairs/receipts/{quote(word, safe='')}")
        assert answer.status_code in (400, 404), word


@pytest.mark.covers("S0-66", "S2-16")
def test_applications_in_sight_come_as_codes_and_a_department_answers_by_the_same_road(grid_worker):
    handler = cast.department_handler()
    make_unit("civil_affairs", cast.UNIT)
    make_unit("street_office", area=places.STREET)
    told = {"household_size": 2, "monthly_income": 90000, "reason": "失业"}
    row = accepted(places.COMMUNITY, "minimum-living-allowance", answers=told)
    listed = handler.get("api:affairs_applications").json()["items"]
    assert [one["id"] for one in listed] == [str(row.pk)]
    assert "王" not in str(listed)
    assert handler.get("api:affairs_applications", query={"state": "flying"}).status_code == 422
    answer = handler.send("POST", "api:affairs_opine", row.pk, json=OPINION)
    assert answer.status_code == 200, answer.content
    assert [(one["key"], one["agrees"]) for one in answer.json()["parts"]] == [("check", True)]
    assert (answer.json()["state"], answer.json()["number"]) == ("deciding", row.number)
    again = handler.send("POST", "api:affairs_opine", row.pk, json=OPINION)
    assert again.status_code == 409
    grows(lambda: make_application(places.COMMUNITY), lambda: grid_worker.get("api:affairs_applications"))  # fmt: skip
