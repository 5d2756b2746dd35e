"""What cases do when something is told. Each is one line."""

from lifang.cases.actions import (
    answer_complaint,
    take_alarm,
    take_complaint,
    take_repair,
    take_tour,
    tell,
)
from lifang.cases.actions.rollup import recount
from lifang.cases.events import (
    CaseAccepted,
    CaseClosed,
    CaseDispatched,
    CaseMerged,
    CaseMoved,
    CasePressed,
    CaseRefused,
    CaseReopened,
    CaseReported,
    CaseTakenOver,
    DelayDecided,
)
from lifang.core.access import Actor
from lifang.core.events import listens
from lifang.core.flow.events import StageOverdue
from lifang.living.events import ComplaintMade, RepairEscalated
from lifang.sensing.events import AlarmRaised, TourFound


@listens(CaseReported)
def on_case_reported(told: CaseReported, system: Actor) -> None:
    tell.urgent(system, told.case, told.at)


@listens(CaseAccepted)
def on_case_accepted(told: CaseAccepted, system: Actor) -> None:
    tell.to_reporters(system, told.case, "cases.accepted", told.at)


@listens(CaseRefused)
def on_case_refused(told: CaseRefused, system: Actor) -> None:
    tell.to_reporters(system, told.case, "cases.refused", told.at)


@listens(CaseDispatched)
def on_case_dispatched(told: CaseDispatched, system: Actor) -> None:
    tell.to_units(system, told.case, [told.lead, *told.assists], "cases.dispatched", told.at)


@listens(DelayDecided)
def on_delay_decided(told: DelayDecided, system: Actor) -> None:
    tell.delay(system, told.case, told.granted, told.at)


@listens(CasePressed)
def on_case_pressed(told: CasePressed, system: Actor) -> None:
    tell.to_lead(system, told.case, "cases.pressed", told.at)


@listens(CaseClosed)
def on_case_closed(told: CaseClosed, system: Actor) -> None:
    tell.to_reporters(system, told.case, "cases.closed", told.at)


@listens(CaseReopened)
def on_case_reopened(told: CaseReopened, system: Actor) -> None:
    tell.to_reporters(system, told.case, "cases.reopened", told.at)


@listens(CaseMerged)
def on_case_merged(told: CaseMerged, system: Actor) -> None:
    tell.to_reporters(system, told.into, "cases.merged", told.at)


@listens(StageOverdue)
def on_stage_overdue(told: StageOverdue, system: Actor) -> None:
    tell.overdue(system, told.flow, told.subject, told.at)


@listens(CaseReported)
def on_case_reported_count(told: CaseReported, system: Actor) -> None:
    recount(system, told.case)


@listens(CaseMoved)
def on_case_moved_count(told: CaseMoved, system: Actor) -> None:
    recount(system, told.case)


@listens(CaseTakenOver)
def on_case_taken_over_count(told: CaseTakenOver, system: Actor) -> None:
    recount(system, told.case)


@listens(AlarmRaised)
def on_alarm_raised(told: AlarmRaised, system: Actor) -> None:
    take_alarm(actor=system, alarm=told.alarm, matter=told.matter, at=told.at)


@listens(RepairEscalated)
def on_repair_escalated(told: RepairEscalated, system: Actor) -> None:
    take_repair(actor=system, repair=told.repair, matter=told.matter, at=told.at)


@listens(ComplaintMade)
def on_complaint_made(told: ComplaintMade, system: Actor) -> None:
    take_complaint(actor=system, complaint=told.complaint, matter=told.matter, at=told.at)


@listens(CaseClosed)
def on_case_closed_complaint(told: CaseClosed, system: Actor) -> None:
    answer_complaint(system, told.case, told.at)


@listens(TourFound)
def on_tour_found(told: TourFound, system: Actor) -> None:
    take_tour(actor=system, tour=told.tour, matter=told.matter, at=told.at)
