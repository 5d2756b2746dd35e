"""A device is described otherwise, or is a maker's from now on: what it says and its history stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.orgs import selectors as orgs
from lifang.sensing import rules
from lifang.sensing.actions.devices import (
    PARTS,
    NewDevice,
    count_dates,
    install_device,
    install_planned,
    log_entry,
    save_device,
)
from lifang.sensing.models import Admission, Device, name_of
from lifang.sensing.terms import DeviceState

MOST_BOUND = 500
# What may be written anew; a type or a place is no matter of words.
EDITABLE = (
    "name", "code", "model", "video_code", "position", "label", "keeper_name", "maintainer_name", "every_seconds",
    "installed_on", "service_due_on", "expires_on", "keeper_id", "maintainer_id",
)  # fmt: skip


class Bound(NamedTuple):
    """What became of a list of codes."""

    bound: list[Device]
    made: list[Device]
    unknown: list[str]
    others: list[str]  # another maker's, another type's, or behind a gateway


@action("sensing.edit_device")
def edit_device(
    *, actor: Actor, device: Device, given: Mapping[str, Any], at: datetime, note: str = ""
) -> Device:
    """It is described otherwise; the log keeps each field as it was."""
    held = Device.objects.hold(device.pk)
    given = {key: value for key, value in given.items() if key in EDITABLE}
    code, unnamed = str(given.get("code", held.code)), held.name == name_of(held.type, held.code)
    named = str(given.get("name", held.name)).strip()
    if not named or (unnamed and named == held.name):
        given["name"] = name_of(held.type, code)
    insist(
        rules.may_retire(held.state),
        rules.code_fits(code),
        rules.name_fits(str(given.get("name", held.name))),
        rules.video_code_fits(held.type, str(given.get("video_code", held.video_code))),
        *rules.described(given),
        Refusal("device_installed_on", {"field": "installed_on"})
        if given.get("installed_on", 0) is None
        else None,
    )
    changed = {}
    for key, value in given.items():
        new = value.strip() if isinstance(value, str) else value
        if getattr(held, key) != new:
            changed[key] = [_plain(getattr(held, key)), _plain(new)]
            setattr(held, key, new)
    if changed:
        if {*changed} & {"installed_on"} and not {*changed} & {"expires_on", "service_due_on"}:
            count_dates(held)
        if {*changed} & {"keeper_id", "maintainer_id"}:
            _hold(held, {*changed.get("keeper_id", []), *changed.get("maintainer_id", [])})
        save_device(held, insert=False)
        log_entry(held, "edit", actor, at, note, **_named(changed))
    return held


@action("sensing.bind_devices")
def bind_devices(
    *,
    actor: Actor,
    admission: Admission,
    codes: Sequence[str],
    at: datetime,
    grid: str = "",
) -> Bound:
    """These are devices of this maker: its key speaks for them. What is not registered yet is, if a grid is named."""
    held = Admission.objects.hold(admission.pk)
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    insist(
        Refusal("admission_closed") if held.state in ("refused", "ended") else None,
        None if 0 < len(wanted) <= MOST_BOUND else Refusal("bind_codes", {"most": MOST_BOUND, "field": "codes"}),
        Refusal("bind_grid", {"field": "grid"}) if grid and not grid.startswith(held.area) else None,
        *(rules.code_fits(code) for code in wanted),
    )  # fmt: skip
    rows = Device.objects.filter(
        area__startswith=held.area, code__in=wanted, retired_at__isnull=True
    )
    there: dict[str, list[Device]] = {}
    for one in rows.order_by("id"):
        there.setdefault(one.code, []).append(one)
    found = Bound([], [], [], [])
    for code in wanted:
        mine = [one for one in there.get(code, []) if _may_be(one, held)]
        if mine:
            found.bound.append(_bind(actor, mine[0], held, at))
        elif code in there:
            found.others.append(code)
        elif grid:
            new = NewDevice(
                type=held.type,
                code=code,
                area=grid,
                maker=held.maker_id,
                admission=held.pk,
                model=held.model,
            )
            found.made.append(install_device(actor=actor, new=new, area=grid, at=at))
        else:
            found.unknown.append(code)
    return found


@action("sensing.release_device")
def release_device(*, actor: Actor, device: Device, at: datetime, note: str = "") -> Device:
    """It is no longer a maker's: the maker's key does not speak for it any more."""
    held = Device.objects.hold(device.pk)
    insist(rules.may_retire(held.state), None if held.maker_id else Refusal("device_no_maker"))
    was = str(held.maker)
    held.maker, held.admission = None, None
    save_device(held, insert=False)
    log_entry(held, "release", actor, at, note, maker=[was, ""])
    return held


def _may_be(device: Device, admission: Admission) -> bool:
    """Of this type (or not known yet), speaking for itself, and nobody else's."""
    fits = device.type in (admission.type, "unknown") and device.gateway_id is None
    return fits and device.maker_id in (None, admission.maker_id)


def _bind(actor: Actor, device: Device, admission: Admission, at: datetime) -> Device:
    held = Device.objects.hold(device.pk)
    strange = held.state == DeviceState.UNVERIFIED
    if held.admission_id != admission.pk or strange:
        was = str(held.maker or "")
        unnamed = held.name == name_of(held.type, held.code)
        held.maker_id, held.admission_id = admission.maker_id, admission.pk
        held.model = held.model or admission.model
        held.name = name_of(admission.type, held.code) if unnamed else held.name
        held.type = admission.type
        save_device(held, insert=False)
        log_entry(held, "bind", actor, at, maker=[was, str(admission.maker)])
    return install_planned(actor=actor, device=held, at=at) if strange else held


def _hold(device: Device, touched: set[str]) -> None:
    """Who keeps and who maintains it see it and what it says; who no longer does, does not."""
    device.holders = [one for one in device.holders if one.removeprefix("unit:") not in touched]
    device.concern(f"unit:{unit}" for unit in (device.keeper_id, device.maintainer_id) if unit)
    for part, key in PARTS:
        part.objects.filter(**{key: device}).update(holders=device.holders)


def _named(changed: dict[str, list[str]]) -> dict[str, list[str]]:
    """Units by their names: the log is for people."""
    found = dict(changed)
    for field in ("keeper", "maintainer"):
        if ids := found.pop(f"{field}_id", None):
            names = orgs.unit_names(UUID(one) for one in ids if one)
            found[field] = [str(names.get(UUID(one), "")) if one else "" for one in ids]
    return found


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
