"""Joint actions, who still owes a part, and whether fewer cases came after one than before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.timezone import get_current_timezone

from lifang.cases.models import Case, Handling, Joint, JointPart
from lifang.cases.selectors.measures import Frame, measured
from lifang.cases.terms import Role
from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.core.flow.models import Step
from lifang.orgs import selectors as orgs

WINDOW = timedelta(days=14)  # counted before the day and from the day on
USUAL = 3  # units proposed


def joints(actor: Actor) -> QuerySet[Joint]:
    """Joint actions of the actor's areas and units, the newest first, with their parts."""
    parts = JointPart.objects.visible_to(actor).select_related("unit").order_by("unit__name_zh")
    rows = Joint.objects.visible_to(actor).prefetch_related(Prefetch("parts", parts, to_attr="seen"))  # fmt: skip
    return rows.order_by("-on", "-id")


def joint(actor: Actor, pk: UUID) -> Joint:
    """One of them. Raises `Refused("not_found")`."""
    found = joints(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def joint_parts(actor: Actor, ids: Iterable[UUID]) -> QuerySet[JointPart]:
    """Parts by their ids, each with its joint action."""
    return JointPart.objects.visible_to(actor).filter(pk__in=list(ids)).select_related("joint", "unit")  # fmt: skip


def joint_reports(actor: Actor, joint: Joint) -> dict[UUID, Step]:
    """What each unit said it did, by part."""
    parts = [one.pk for one in joint.seen]  # type: ignore[attr-defined]  # by the prefetch above
    rows = Step.objects.visible_to(actor).filter(flow="joint", move="report", subject__in=parts)
    return {row.subject: row for row in rows}


@dataclass(frozen=True)
class Effect:
    """Cases of the matter reported in the two weeks before the day, and in the two weeks from the day on."""

    before: int
    after: int
    counted_until: datetime  # now, or the end of the two weeks
    over: bool  # have the two weeks passed?

    @property
    def change(self) -> float | None:
        """How many more or fewer, of those before; None while it is too early or where there were none."""
        return (self.after - self.before) / self.before if self.over and self.before else None


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), get_current_timezone())


def _frame_of(joint: Joint, at: datetime, *, before: bool) -> Frame:
    """The cases that one side of the comparison counts."""
    day = _begins(joint.on)
    start, end = (day - WINDOW, day) if before else (day, day + WINDOW)
    return Frame(joint.area, start, end, at, matter=joint.matter, cell=joint.cell)


def effects(actor: Actor, found: Iterable[Joint], at: datetime) -> dict[UUID, Effect]:
    """The effect of each of these, in one query for all of them."""
    rows = list(found)
    if not rows:
        return {}
    counts: dict[str, Any] = {}
    any_: Q = Q(pk__in=[])
    for number, one in enumerate(rows):
        for name in ("before", "after"):
            frame = _frame_of(one, at, before=name == "before")
            asked = Q(within(frame.area), **frame.during("opened_at"), matter=frame.matter)
            asked &= Q(cell=frame.cell) if frame.cell is not None else Q()
            counts[f"{name}{number}"] = Count("pk", filter=asked)
            any_ |= asked
    told = Case.objects.visible_to(actor).filter(any_).aggregate(**counts)
    return {
        one.pk: Effect(
            told[f"before{n}"], told[f"after{n}"], min(at, _begins(one.on) + WINDOW), at >= _begins(one.on) + WINDOW
        )
        for n, one in enumerate(rows)
    }  # fmt: skip


def same_elsewhere(actor: Actor, joint: Joint, at: datetime) -> Effect:
    """The same matter in the whole area: what would have risen or fallen anyhow."""
    before, after = (
        measured(actor, _frame_of(joint, at, before=side).narrowed(cell=None), "reported").count()
        for side in (True, False)
    )
    end = _begins(joint.on) + WINDOW
    return Effect(before, after, min(at, end), at >= end)


def spot_name(actor: Actor, frame: Frame) -> str:
    """How a square is called by those who reported there; the name of its area where nobody said."""
    rows = measured(actor, frame, "reported").order_by()
    told = rows.aggregate(place=Max("place"), area=Max("area"))
    return told["place"] or (orgs.place_name(told["area"], 2) if told["area"] else "")


def usual_units(actor: Actor, frame: Frame) -> list[UUID]:
    """Who handled such cases in the period, the busiest first."""
    cases = measured(actor, frame, "reported").order_by().values("pk")
    rows = Handling.objects.filter(case__in=cases, role__in=(Role.LEAD, Role.ASSIST))
    found = rows.values_list("unit").annotate(n=Count("pk")).order_by("-n", "unit")
    return [unit for unit, _n in found[:USUAL]]
