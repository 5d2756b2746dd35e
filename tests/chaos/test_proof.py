"""The judge of the chaos runs sees what it is there to see."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from lifang.boot.engines.postgres import SUPERUSER
from lifang.boot.testing import TestServer
from lifang.cases import actions
from lifang.core.access import SYSTEM
from lifang.core.events.registry import LISTENERS
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver
from tests.chaos.crowd import Report
from tests.chaos.proof import judge


@dataclass
class Place:
    """A town of which only the database is looked at."""

    server: TestServer
    name: str

    def database(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.server.url(SUPERUSER, self.name), autocommit=True)


@dataclass
class People:
    reports: list[Report]


@pytest.fixture
def place(real_db: TestServer) -> Place:
    from django.db import connection  # noqa: PLC0415 -- the clone of this test

    return Place(real_db, str(connection.settings_dict["NAME"]))


def reported(mark: str) -> Report:
    case = actions.record(
        actor=SYSTEM, at=cast.MONDAY, source="grid_patrol", matter="06010", text=mark, area=places.GRID,
    )  # fmt: skip
    deliver(cast.MONDAY)
    return Report(mark=mark, keyed=True, case=str(case.pk), acked=["record"])


def verdict(place: Place, *reports: Report, listeners: dict[str, int] | None = None) -> Any:
    heard = Counter(one.event for one in LISTENERS.values()) + Counter(listeners or {})
    return judge(place, People([*reports]), heard)  # type: ignore[arg-type]


def test_what_was_acknowledged_and_is_there_once_is_in_order(place: Place):
    found = verdict(place, reported("混沌一"), Report(mark="混沌未报", keyed=False))
    assert (found.acknowledged, found.present, found.doubled, found.wrong) == (1, 1, 0, [])


def test_an_acknowledged_act_that_left_nothing_is_seen(place: Place):
    lost = reported("混沌二")
    lost.acked.append("accept")
    found = verdict(place, lost)
    assert (found.acknowledged, found.present) == (2, 1)
    assert len(found.wrong) == 1
    assert "accept acknowledged=True" in found.wrong[0]


def test_an_acknowledged_case_that_is_not_there_is_seen(place: Place):
    gone = Report(
        mark="混沌三", keyed=True, case="00000000-0000-7000-8000-000000000003", acked=["record"]
    )
    found = verdict(place, gone)
    assert (found.acknowledged, found.present) == (1, 0)
    assert found.wrong


def test_one_report_that_became_two_cases_is_seen(place: Place):
    first = reported("混沌四")
    reported("混沌四")
    assert verdict(place, first).doubled == 1


def test_an_event_without_its_receipt_is_seen(place: Place):
    found = verdict(place, reported("混沌五"), listeners={"cases.CaseReported": 1})
    assert found.wrong == ["1 events without exactly one receipt a listener"]
