"""How early it was known: a milder alarm of the same device or place before one that was serious and real."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows
from lifang.registry.tests.make import make_building
from lifang.sensing import selectors
from lifang.sensing.models import Alarm
from lifang.sensing.rules.alarms import rank
from lifang.sensing.tests.make import make_device

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def an_alarm(device, rule, severity, at, verdict="", hazard="fire", life=False) -> Alarm:
    return Alarm.objects.create(
        area=device.area, subject=f"device:{device.pk}", rule=rule, device=device, place=device.place, hazard=hazard, severity=severity,
        rank=rank(severity, life=life), life=life, since=at, raised_at=at, told_at=at, last_at=at, ended_at=at + HOUR, verdict=verdict, verdict_at=at + HOUR if verdict else None,
    )  # fmt: skip


@pytest.mark.covers("S0-25")
def test_the_first_milder_alarm_within_a_day_says_how_early_it_was_known(grid_worker):
    with behind(SYSTEM):
        place = make_building()[0]
        port, lamp = (
            make_device(type="ebike_port", place=place.pk),
            make_device(type="smoke", place=place.pk),
        )
        alone = make_device(type="smoke")
        an_alarm(port, "charge_hot", "minor", MONDAY - 30 * HOUR)  # too long ago
        an_alarm(port, "charge_hot", "minor", MONDAY - 3 * HOUR)
        an_alarm(port, "charge_hot", "minor", MONDAY - HOUR)  # not the first
        an_alarm(
            port, "charge_long", "minor", MONDAY - 5 * HOUR, hazard="charging"
        )  # another hazard of the same device
        an_alarm(port, "charge_over", "major", MONDAY, verdict="real")
        an_alarm(
            lamp, "smoke", "critical", MONDAY + HOUR, verdict="real", life=True
        )  # the same hazard at the same place
        an_alarm(alone, "smoke", "critical", MONDAY, verdict="real", life=True)  # nobody knew
        an_alarm(alone, "smoke", "critical", MONDAY - HOUR, verdict="false", life=True)
    with behind(grid_worker.actor):
        found = selectors.leads(grid_worker.actor, MONDAY - 24 * HOUR, MONDAY + 24 * HOUR)
    assert (found.serious, found.announced, found.before) == (3, 2, 4.5 * HOUR)
    assert [(one.early, one.serious, one.times, one.before) for one in found.pairs] == [
        ("charge_hot", "smoke", 1, 4 * HOUR), ("charge_long", "charge_over", 1, 5 * HOUR),
    ]  # fmt: skip
    stranger = cast.stranger().actor
    with behind(stranger):
        assert selectors.leads(stranger, MONDAY - 24 * HOUR, MONDAY + 24 * HOUR).serious == 0


def test_the_page_of_figures_costs_the_same_for_many(grid_worker):
    def more() -> None:
        with behind(SYSTEM):
            device = make_device(type="smoke")
            an_alarm(device, "heat", "minor", MONDAY - 2 * HOUR)
            an_alarm(device, "smoke", "critical", MONDAY - HOUR, verdict="real", life=True)

    grows(more, lambda: grid_worker.get("sensing:figures"), many=8)
