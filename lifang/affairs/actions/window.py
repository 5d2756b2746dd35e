"""At the window and behind it: accept, split over the departments, ask for more, hand over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lifang.affairs import rules, selectors
from lifang.affairs.actions.moves import at_units, at_window, held, moved, tripped
from lifang.affairs.catalogue import MATERIALS
from lifang.affairs.models import Application, Laid, Part
from lifang.affairs.terms import Met
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.desks import desk_of
from lifang.core.action import action
from lifang.core.files import store
from lifang.core.files.darkroom import Print
from lifang.core.flow.clocks import Allowance
from lifang.orgs import selectors as orgs


@action("affairs.accept")
def accept(
    *,
    actor: Actor,
    application: Application,
    at: datetime,
    seen: Sequence[str] = (),
    note: str = "",
) -> Application:
    """Take it on. `seen`: materials whose originals were shown. Every department gets its part at once."""
    row = held(application, "accept", "accept_here")
    insist(rules.fee_paid(row.fee_left))
    _see(row, seen, at)
    insist(complete(row, later=False))
    row.laid.exclude(met=Met.MISSING).filter(accepted_at__isnull=True).update(accepted_at=at)
    row.accepted_at = at
    row.promised_at = Allowance(row.matter.promise, "", row.area).due(at)
    if not row.matter.parts:
        return moved(row, "accept_here", actor=actor, at=at, turn=at_window(row, "decide"), note=note)  # fmt: skip
    parts = _parts(row, at)
    return moved(row, "accept", actor=actor, at=at, turn=at_units(row, parts), note=note)


def _see(row: Application, seen: Sequence[str], at: datetime) -> None:
    rows = row.laid.filter(key__in=list(seen), met=Met.MISSING)
    rows.update(met=Met.SEEN, at=at, accepted_at=at)


def complete(row: Application, *, later: bool) -> Refusal | None:
    met = dict(row.laid.values_list("key", "met"))
    wanted = [one for one in row.matter.materials if one.key in met]
    return rules.complete(met, wanted, later=later)


def _parts(row: Application, at: datetime) -> list[Part]:
    """The parts of the departments; after a supplement those that are done stay done."""
    have = {one.key: one for one in row.parts.all()}
    for told in row.matter.parts:
        # Where no unit of the kind serves, the street office has it, as everywhere (orgs, duties).
        serving = orgs.units_serving(SYSTEM, row.area, told.unit) or orgs.units_serving(
            SYSTEM, row.area, "street_office"
        )
        if not serving:
            raise Refused("nobody_serves", unit=told.name)
        if told.key not in have:
            due = Allowance(told.limit, "", row.area).due(at)
            have[told.key] = Part.objects.create(application=row, key=told.key, unit=serving[0], handed_at=at, due_at=due)  # fmt: skip
    return list(have.values())


@action("affairs.decline")
def decline(*, actor: Actor, application: Application, at: datetime, note: str) -> Application:
    """Do not take it on, and say why and what to do instead."""
    row = held(application, "decline")
    row.answer, row.closed_at, row.outcome = note.strip(), at, "declined"
    return moved(row, "decline", actor=actor, at=at, note=note)


@action("affairs.ask_supplement")
def ask_supplement(
    *, actor: Actor, application: Application, at: datetime, wanted: Sequence[str], note: str
) -> Application:
    """Ask the applicant for what is missing: once, with the whole list."""
    row = held(application, "ask_supplement")
    known = {one.key for one in row.matter.materials}
    keys = [key for key in dict.fromkeys(wanted) if key in known]
    insist(None if keys else Refusal("wanted_missing", {"field": "wanted"}))
    row.wanted, row.answer = keys, note.strip()
    for key in keys:
        Laid.objects.update_or_create(
            application=row, key=key, defaults={"met": Met.MISSING, "at": at, "accepted_at": None}
        )
    return moved(row, "ask_supplement", actor=actor, at=at, note=note, wanted=keys)


Sent = Mapping[str, Sequence[Any]]


@action("affairs.supplement", beyond=True)
def supplement(*, actor: Actor, application: Application, files: Sent, at: datetime) -> Application:
    """The applicant adds what was asked. Beyond: the window's desk lies out of sight."""
    row = held(application, "supplement")
    insist(None if actor.holder and actor.holder in row.holders else Refusal("not_found"))
    return _added(row, files, (), actor, at)


@action("affairs.add_supplement")
def add_supplement(
    *, actor: Actor, application: Application, at: datetime, files: Sent, seen: Sequence[str] = ()
) -> Application:
    """The window takes what the applicant brought: a photo of it, or the original was shown."""
    row = held(application, "supplement")
    if row.channel != "visit":  # there the worker goes
        tripped(row, at)
    return _added(row, files, seen, actor, at)


def _added(row: Application, files: Sent, seen: Sequence[str], actor: Actor, at: datetime) -> Application:  # fmt: skip
    for key, uploads in files.items():
        if uploads and key in row.wanted:
            kept = [str(_keep(row, one, actor, at).pk) for one in uploads]
            row.laid.filter(key=key).update(met=Met.FILE, files=kept, at=at)
    _see(row, [key for key in seen if key in row.wanted], at)
    missing = set(row.laid.filter(key__in=row.wanted, met=Met.MISSING).values_list("key", flat=True))  # fmt: skip
    names = "，".join(str(MATERIALS[key].name) for key in row.wanted if key in missing)
    insist(Refusal("materials_missing", {"names": names}) if missing else None)
    row.wanted = []
    return moved(row, "supplement", actor=actor, at=at, turn=at_window(row, "accept"))


def _keep(row: Application, upload: Any, actor: Actor, at: datetime) -> Any:
    if isinstance(upload, Print):
        return store.keep(upload, subject=row, actor=actor, at=at)
    return store.take_in_paper(upload, name=upload.name, subject=row, actor=actor, at=at)


@action("affairs.opine")
def opine(*, actor: Actor, application: Application, at: datetime, agrees: bool, note: str) -> Application:  # fmt: skip
    """A department's opinion on its part; with the last one it is the window's turn again."""
    row = held(application, "opine")
    mine = selectors.own_parts(actor, row)
    insist(None if mine else Refusal("part_not_yours"), None if note.strip() else Refusal("opinion_missing", {"field": "note"}))  # fmt: skip
    part = Part.objects.select_for_update().get(pk=mine[0].pk)
    part.done_at, part.agrees, part.opinion = at, agrees, note.strip()
    part.save()
    waiting = list(row.parts.filter(done_at__isnull=True))
    facts = {"part": part.key, "agrees": agrees}
    turn = at_units(row, waiting) if waiting else None
    moved(row, "opine", actor=actor, at=at, note=note, body=f"unit:{part.unit_id}", turn=turn, **facts)  # fmt: skip
    if waiting:
        return row
    return moved(row, "gather", actor=actor, at=at, turn=at_window(row, "decide"))


@action("affairs.hand_over")
def hand_over(*, actor: Actor, application: Application, at: datetime, window: str, note: str) -> Application:  # fmt: skip
    """Pass it to the window of the street, or back to the community: whoever answers for the area has it."""
    row = held(application, "hand_over")
    insist(
        None if _stands(window, row, at) else Refusal("window_unknown", {"field": "window"}),
        Refusal("same_window", {"field": "window"}) if window == row.desk else None,
    )  # fmt: skip
    was, row.desk = row.desk, window
    stage = {"submitted": "accept", "deciding": "decide", "delivering": "deliver"}[row.state]
    return moved(row, "hand_over", actor=actor, at=at, turn=at_window(row, stage), note=note, was=was)  # fmt: skip


def _stands(window: str, row: Application, at: datetime) -> bool:
    """Is somebody posted at just this window, and does its area hold the applicant's?"""
    near = len(window) in (9, 12) and row.area.startswith(window)
    return near and desk_of("affairs.accept", window, at) == window


__all__ = ["accept", "add_supplement", "ask_supplement", "decline", "hand_over", "opine", "supplement"]  # fmt: skip
