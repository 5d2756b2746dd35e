"""The phases of a community or a grid, as its office notes them."""

from datetime import date, datetime

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.registry import rules
from lifang.registry.actions.knowing import today
from lifang.registry.models import Phase


@action("registry.note_phase")
def note_phase(
    *, actor: Actor, area: str, kind: str, since: date, source: str, at: datetime, note: str = ""
) -> Phase:
    """Note from which day an area is in which phase, and which paper says so."""
    insist(rules.may_note_phase(area, kind, since, today(at), source))
    if Phase.objects.filter(area=area, since=since, struck_at__isnull=True).exists():
        raise Refused(Refusal("phase_there", {"field": "since"}))
    return Phase.objects.create(
        area=area, kind=kind, since=since, source=source.strip()[:200], note=note.strip()[:500], noted_at=at, noted_by_id=actor.id
    )  # fmt: skip


@action("registry.strike_phase")
def strike_phase(*, actor: Actor, phase: Phase, at: datetime) -> Phase:
    """Strike out a phase that was noted by mistake; that it stood there is kept."""
    held = Phase.objects.hold(phase.pk)
    if held.struck_at is not None:
        raise Refused("ended_already")
    held.struck_at, held.struck_by_id = at, actor.id
    held.save(update_fields=["struck_at", "struck_by"])
    return held
