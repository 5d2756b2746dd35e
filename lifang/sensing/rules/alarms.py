"""Which alarms are told, which are folded into another, and what may be done with one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Refusal
from lifang.sensing.models import Alarm
from lifang.sensing.terms import RANKS, Severity, Verdict

FLOOD_BEGINS, FLOOD_ENDS = 10, 5  # alarms in ten minutes at one desk (ISA-18.2)
FLOOD_SPAN = timedelta(minutes=10)
SHELF_HOURS = {
    Severity.CRITICAL: 8,
    Severity.MAJOR: 24,
    Severity.MINOR: 72,
    Severity.WARNING: 168,
}
STEPS_MINUTES = (0, 3, 10, 20)  # who answers, whoever is posted there, the street, the county
DESK_DIGITS = 12


class Standing(NamedTuple):
    """What is open nearby when an alarm comes."""

    alarm: UUID
    subject: str
    hazard: str
    place: UUID | None
    rule: str
    lead: UUID | None


def rank(severity: str, *, life: bool) -> int:
    """The order on every wall: life safety before all."""
    return RANKS[Severity(severity)] + (0 if life else len(RANKS))


def leader(
    hazard: str, place: UUID | None, subject: str, standing: Iterable[Standing]
) -> Standing | None:
    """The first open alarm of the same hazard at the same place; another device's, so that it speaks for both."""
    if place is None:
        return None
    return next(
        (one for one in standing if one.hazard == hazard and one.place == place and one.lead is None and one.subject != subject),
        None,
    )  # fmt: skip


def corroborates(rule: str, lead: Standing) -> bool:
    """Another kind of device says the same: that raises. The same kind again does not."""
    return rule != lead.rule


def flooded(recent: int, *, already: bool) -> bool:
    """Ten in ten minutes begin a flood, fewer than five end it."""
    return recent >= FLOOD_ENDS if already else recent > FLOOD_BEGINS


def told(alarm: Alarm) -> bool:
    """Whether anybody is to be told."""
    return not (alarm.inhibited_by_id or alarm.lead_id or alarm.folded or alarm.shelved_until)


def may_acknowledge(alarm: Alarm) -> Refusal | None:
    if alarm.ended_at:
        return Refusal("alarm_ended")
    return Refusal("alarm_acknowledged") if alarm.acknowledged_at else None


def may_shelve(alarm: Alarm, until: datetime, why: str, at: datetime) -> Refusal | None:
    """One shift at most for what may kill; a reason always."""
    if alarm.ended_at:
        return Refusal("alarm_ended")
    if not why.strip() or len(why) > 300:
        return Refusal("alarm_why")
    hours = SHELF_HOURS[Severity(alarm.severity)]
    if not at < until <= at + timedelta(hours=hours):
        return Refusal("shelf_too_long", {"hours": hours})
    return None


def may_judge(alarm: Alarm, verdict: str, cause: str) -> Refusal | None:
    if verdict not in set(Verdict):
        return Refusal("verdict_missing")
    if len(cause) > 300:
        return Refusal("alarm_why")
    return Refusal("alarm_judged") if alarm.verdict else None


def may_reset(alarm: Alarm) -> Refusal | None:
    """What latches is reset once, when the condition is gone."""
    if alarm.ended_at:
        return Refusal("alarm_ended")
    if not alarm.latched or alarm.reset_at:
        return Refusal("alarm_not_latched")
    return None if alarm.cleared_at else Refusal("alarm_still_so")


def waits_for_reset(alarm: Alarm) -> bool:
    return alarm.latched and not (alarm.reset_at or alarm.verdict)


def over(alarm: Alarm) -> bool:
    """Gone and answered for. Life safety never ends by itself: somebody has to say what it was; what latches, neither."""
    if alarm.cleared_at is None or waits_for_reset(alarm):
        return False
    if alarm.life:
        return bool(alarm.verdict)
    minor = alarm.severity in {Severity.MINOR, Severity.WARNING}
    return bool(
        alarm.verdict or alarm.acknowledged_at or alarm.withdrawn_at or minor or not told(alarm)
    )


def step_due(step: int, at: datetime) -> datetime | None:
    """When the next of the chain is told, if nobody acknowledges; life safety alone goes on to the end and repeats."""
    if step >= len(STEPS_MINUTES):
        return None
    return at + timedelta(minutes=STEPS_MINUTES[step] - (STEPS_MINUTES[step - 1] if step else 0))


class Quality(NamedTuple):
    """How good a rule has been."""

    rule: str
    raised: int
    judged: int
    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None


def chattering(moments: Sequence[datetime]) -> bool:
    """Three or more within a minute."""
    ordered = sorted(moments)
    return any(
        later - first <= timedelta(minutes=1)
        for first, later in zip(ordered, ordered[2:], strict=False)
    )
