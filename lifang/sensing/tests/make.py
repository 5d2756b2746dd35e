"""Devices and observations for tests."""

from datetime import datetime
from itertools import count
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.orgs.tests.make import MONDAY
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.actions import NewDevice
from lifang.sensing.models import Device, Series
from lifang.sensing.terms import Known, Observed, micros

SERIAL = count(1)


def make_device(area: str = GRID, type: str = "smoke", **more: Any) -> Device:  # noqa: A002 -- the model's word
    """An installed device."""
    at = more.pop("at", MONDAY)
    more.setdefault("code", f"D{next(SERIAL):05d}")
    return actions.install_device(
        actor=SYSTEM, new=NewDevice(type=type, area=area, **more), area=area, at=at
    )


def make_series(device: Device, measure: str) -> Series:
    """The series of a measure, there from now on."""
    with behind(SYSTEM):
        return Series.objects.get_or_create(
            device=device,
            measure=measure,
            defaults={"area": device.area, "holders": device.holders},
        )[0]


def known_of(*many: Series) -> dict[int, Known]:
    return {
        one.pk: Known(
            one.pk, one.device.pk, one.device.type, one.measure, one.area, one.device.place_id, one.device.gateway_id
        )
        for one in many
    }  # fmt: skip


def observed(of: Series, at: datetime, value: float, arrived: datetime | None = None, **more: Any) -> Observed:  # fmt: skip
    more = {"quality": 0, "message": 0} | more
    return Observed(of.pk, micros(at), micros(arrived or at), value, **more)
