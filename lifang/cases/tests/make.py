"""Cases for tests: made by real actions, moved by the people whose turn it is."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from lifang.cases import actions
from lifang.cases.models import Case
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.grants import anonymous
from lifang.core.access.wall import behind
from lifang.core.files.darkroom import Print
from lifang.core.testing import cast, places
from lifang.orgs.models import Unit

MONDAY = cast.MONDAY
HOUR = timedelta(hours=1)


def make_unit(
    pk: Any = cast.UNIT,
    name: str = "环卫",
    kind: str = "environment_sanitation",
    area: str = places.COUNTY,
) -> Unit:
    """The unit the cast's department handler works for."""
    return Unit.objects.get_or_create(
        pk=pk,
        defaults={
            "name_zh": name,
            "name_en": f"Unit {name}",
            "kind": kind,
            "area": area,
            "opened": date(2020, 1, 1),
        },
    )[0]


def make_case(
    *, actor: Actor | None = None, area: str = places.GRID, at: datetime = MONDAY, **facts: Any
) -> Case:
    """A report that waits for acceptance; rubbish at the gate unless said otherwise."""
    facts = {"matter": "06010", "text": "门口有垃圾", "place": "和平路 1 号", **facts}
    return actions.report(actor=actor or anonymous(), area=area, at=at, **facts)


def make_photo(look: int = 1) -> Print:
    """A developed photo; another `look` is another picture."""
    picture = BytesIO()
    Image.new("RGB", (64, 48), (look % 256, 90, 120)).save(picture, "JPEG")
    phash = (look * 0x9E3779B97F4A7C15) % (1 << 63)  # spread, so that two looks never seem alike
    return Print(picture.getvalue(), picture.getvalue(), 64, 48, phash=phash)


def accepted(**facts: Any) -> Case:
    case = make_case(**facts)
    return actions.accept(actor=_desk(case), case=case, at=case.opened_at + HOUR / 4)


def dispatched(**facts: Any) -> Case:
    unit = facts.pop("unit", None) or make_unit()
    assists = facts.pop("assists", ())
    case = accepted(**facts)
    return actions.dispatch(
        actor=_desk(case),
        case=case,
        at=case.opened_at + HOUR / 2,
        lead=unit.pk,
        assists=[one.pk for one in assists],
    )


def handling(**facts: Any) -> Case:
    unit = facts.pop("unit", None) or make_unit()
    case = dispatched(unit=unit, **facts)
    actor = cast.department_handler(unit.pk).actor
    return actions.sign(actor=actor, case=case, at=case.opened_at + HOUR)


def awaiting_check(**facts: Any) -> Case:
    unit = facts.get("unit") or make_unit()
    case = handling(**{**facts, "unit": unit, "matter": facts.get("matter", "09001")})
    return actions.feed_back(
        actor=cast.department_handler(unit.pk).actor,
        case=case,
        at=case.opened_at + 2 * HOUR,
        note="已清理",
    )


def closed(**facts: Any) -> Case:
    case = awaiting_check(**facts)
    return actions.check(
        actor=cast.checker().actor, case=case, passed=True, at=case.opened_at + 3 * HOUR
    )


def again(case: Case) -> Case:
    """The row as it is now."""
    with behind(SYSTEM):
        return Case.objects.get(pk=case.pk)


def _desk(case: Case) -> Actor:
    return cast.street_dispatcher(case.area[:9]).actor


__all__ = [
    "HOUR",
    "MONDAY",
    "UTC",
    "accepted",
    "again",
    "awaiting_check",
    "closed",
    "dispatched",
    "handling",
    "make_case",
    "make_photo",
    "make_unit",
]
