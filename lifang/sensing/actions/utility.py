"""Utility lines: entered one by one or from a file, tied to devices, taken out of use."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.rows import add_many
from lifang.core.action import action
from lifang.core.geo.datums import Datum
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors
from lifang.sensing.catalogue import policy
from lifang.sensing.catalogue.lines import LINE_DEVICES
from lifang.sensing.models import Device, UtilityLine
from lifang.sensing.rules import utility as rules
from lifang.sensing.rules.utility import NewLine, Wrong
from lifang.sensing.terms import LineState


class TakenLines(NamedTuple):
    """What became, or would become, of a file."""

    new: list[UtilityLine]
    known: int  # registered already; left as they are
    wrong: list[Wrong]


@action("sensing.enter_line")
def enter_line(*, actor: Actor, new: NewLine, area: str, at: datetime) -> UtilityLine:
    """One line, inside the area."""
    insist(rules.complete(new, localtime(at).date()))
    insist(Refusal("line_known", {"field": "code"}) if _known([new]) else None)
    where = _areas([new])[0]
    insist(None if where.startswith(area) else Refusal("line_elsewhere", {"field": "path"}))
    made = _row(new, where, at)
    made.save(force_insert=True)
    return made


@action("sensing.take_lines")
def take_lines(*, actor: Actor, body: bytes, datum: Datum, keeper: str, source: str, area: str, at: datetime) -> TakenLines:  # fmt: skip
    """Lines of a GeoJSON file that are not registered yet, inside the area; the same file again changes nothing."""
    taken = would_take_lines(body, datum, keeper, source, area, at)
    insist(taken if isinstance(taken, Refusal) else None)
    assert isinstance(taken, TakenLines)  # noqa: S101 -- insisted
    add_many(taken.new)
    return taken


def would_take_lines(body: bytes, datum: Datum, keeper: str, source: str, area: str, at: datetime) -> TakenLines | Refusal:  # fmt: skip
    """The same without writing anything."""
    read = rules.read(body, datum, keeper, source, localtime(at).date())
    if isinstance(read, Refusal):
        return read
    wrong, new = list(read.wrong), []
    known = _known([one for _, one in read.lines])
    fresh = [(row, one) for row, one in read.lines if (one.keeper, one.code) not in known]
    for (row, one), where in zip(fresh, _areas([one for _, one in fresh]), strict=True):
        if where.startswith(area):
            new.append(_row(one, where, at))
        else:
            wrong.append(Wrong(row, one.code, Refusal("line_elsewhere", {})))
    return TakenLines(new, len(read.lines) - len(fresh), sorted(wrong))


@action("sensing.tie_devices")
def tie_devices(*, actor: Actor, line: UtilityLine, devices: Sequence[UUID], at: datetime) -> int:
    """Devices near a line belong to it: only such as stand within the distance that is suggested."""
    held = UtilityLine.objects.hold(line.pk)
    near = selectors.near_line(actor, held, policy("line_near_metres"), LINE_DEVICES)
    fit = {one.device.pk for one in near}
    insist(None if devices and set(devices) <= fit else Refusal("line_devices", {"field": "devices"}))  # fmt: skip
    return Device.objects.filter(pk__in=list(devices)).update(line=held)


@action("sensing.lay_line")
def lay_line(*, actor: Actor, line: UtilityLine, laid_on: date, at: datetime) -> UtilityLine:
    """What was planned lies in the ground."""
    held = UtilityLine.objects.hold(line.pk)
    insist(
        None if held.state == LineState.PLANNED else Refusal("line_state", {"field": "laid_on"}),
        None if laid_on <= localtime(at).date() else Refusal("line_laid", {"field": "laid_on"}),
    )  # fmt: skip
    held.state, held.laid_on = LineState.INSTALLED, laid_on
    held.save(update_fields=["state", "laid_on"])
    return held


@action("sensing.retire_line")
def retire_line(*, actor: Actor, line: UtilityLine, at: datetime) -> UtilityLine:
    """It is out of use; its devices are of no line."""
    held = UtilityLine.objects.hold(line.pk)
    insist(Refusal("not_found") if held.retired_at else None)
    held.retired_at = at
    held.save(update_fields=["retired_at"])
    Device.objects.filter(line=held).update(line=None)
    return held


def _known(new: Sequence[NewLine]) -> set[tuple[str, str]]:
    rows = UtilityLine.objects.filter(code__in=[one.code for one in new], retired_at__isnull=True)
    return set(rows.values_list("keeper", "code")) & {(one.keeper, one.code) for one in new}


def _areas(new: Sequence[NewLine]) -> list[str]:
    """Of each the smallest area that holds it."""
    corners = [corner for one in new for corner in one.path]
    found = iter(orgs.locate_many([x for x, _ in corners], [y for _, y in corners]))
    return [rules.area_of([next(found) for _ in one.path]) or "-" for one in new]


def _row(new: NewLine, area: str, at: datetime) -> UtilityLine:
    xs, ys = [x for x, _ in new.path], [y for _, y in new.path]
    facts = new._asdict() | {"path": [list(one) for one in new.path], "state": str(new.state)}
    words = {name: facts[name].strip() for name in ("code", "keeper", "source", "material")}
    return UtilityLine(
        area=area, **(facts | words), metres=round(rules.metres_of(new.path), 2), west=min(xs), south=min(ys), east=max(xs), north=max(ys),
        entered_at=at,
    )  # fmt: skip
