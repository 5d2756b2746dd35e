"""The coverage table is true: whatever claims to work has a test, and the page is the one that would be made now."""

import pytest

from tests.coverage.table import TARGET, declared, marks, written

CLAIMED = [item["id"] for item in declared()["items"] if item["state"] != "not"]
JOURNEYS = [journey["id"] for journey in declared()["journeys"]]


@pytest.mark.parametrize("key", CLAIMED + JOURNEYS)
def test_what_claims_to_work_has_a_test(key):
    assert marks().get(key), (
        f"{key} is claimed in docs/coverage.yaml, but no test is marked covers({key!r})"
    )


def test_every_item_of_the_list_stands_once():
    keys = [item["id"] for item in declared()["items"]]
    assert len(keys) == len(set(keys)) == 204


def test_no_test_covers_what_is_not_on_the_list():
    known = {item["id"] for item in declared()["items"]} | {j["id"] for j in declared()["journeys"]}
    assert {key for key in marks() if key.startswith("S")} <= known


def test_the_page_is_up_to_date():
    assert TARGET.read_text("utf-8") == written(), "run: python -m tests.coverage"
