"""The register of cameras goes to another platform as its list, and comes from one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors
from lifang.sensing.actions.devices import NewDevice, install_many
from lifang.sensing.adapters.gb28181.catalog import MOST_ITEMS, Item
from lifang.sensing.models import Device
from lifang.sensing.terms import DeviceState

COMMUNITY = 12  # digits


class Taken(NamedTuple):
    """What became, or would become, of a list."""

    new: list[NewDevice]
    known: int  # in the register already; left as they are
    elsewhere: list[Item]  # in no grid of the area that was chosen


@action("sensing.give_cameras")
def give_cameras(*, actor: Actor, area: str, at: datetime) -> list[Item]:
    """The cameras of an area as they are given to another platform: who asked for it stands in the log."""
    rows = selectors.with_seen(actor, selectors.devices(actor, area)).exclude(video_code="")
    rows = rows.filter(state=DeviceState.INSTALLED)
    late = set(selectors.silent(actor, rows, at).values_list("pk", flat=True))
    listed = rows.select_related("maker", "keeper").order_by("video_code")[:MOST_ITEMS]
    return [_item(one, on=one.seen_at is not None and one.pk not in late) for one in listed]  # type: ignore[attr-defined]


def _item(one: Device, *, on: bool) -> Item:
    owner = one.keeper_name or (str(one.keeper.name) if one.keeper else "")
    maker = one.maker.name if one.maker else ""
    return Item(one.video_code, str(one), maker, one.model, owner, one.area[:6], one.position, on, one.lon, one.lat)  # fmt: skip


@action("sensing.take_cameras")
def take_cameras(*, actor: Actor, items: Sequence[Item], area: str, at: datetime) -> Taken:
    """Cameras of another platform's list that are not registered yet are entered, each in the grid where it stands."""
    taken = would_take(actor, items, area, at)
    if taken.new:
        install_many(actor=actor, rows=taken.new, area=area, at=at)
    return taken


def would_take(actor: Actor, items: Sequence[Item], area: str, at: datetime) -> Taken:
    """The same without writing anything."""
    codes = [one.code for one in items]
    known = set(Device.objects.filter(video_code__in=codes, retired_at__isnull=True).values_list("video_code", flat=True))  # fmt: skip
    fresh = [one for one in items if one.code not in known]
    placed = [one for one in fresh if one.lon is not None and one.lat is not None]
    grids = orgs.locate_many([one.lon or 0.0 for one in placed], [one.lat or 0.0 for one in placed])
    where = {one.code: grid for one, grid in zip(placed, grids, strict=True) if grid}
    if len(area) >= COMMUNITY:  # whoever chose so small an area means it for those without a point
        where |= {one.code: area for one in fresh if one.lon is None}
    today = localtime(at).date()
    new = [_new(one, where[one.code], today) for one in fresh if where.get(one.code, "").startswith(area)]  # fmt: skip
    named = {one.video_code for one in new}
    return Taken(new, len(known), [one for one in fresh if one.code not in named])


def _new(one: Item, area: str, today: date) -> NewDevice:
    return NewDevice(
        type="camera", code=one.code, video_code=one.code, area=area, name=one.name, position=one.address, model=one.model[:60],
        keeper_name=one.owner, lon=one.lon, lat=one.lat, installed_on=today,
    )  # fmt: skip
