"""Works: opened with what is planned, devices put to them, checked, handed over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.sensing import selectors
from lifang.sensing.models import Device, UtilityLine, Works
from lifang.sensing.rules import works as rules
from lifang.sensing.terms import DeviceState, WorksState

MOST_CODES = 2_000


@action("sensing.open_works")
def open_works(
    *,
    actor: Actor,
    kind: str,
    name: str,
    area: str,
    planned: Mapping[str, int],
    at: datetime,
    builder: str = "",
    investment: int | None = None,
    begun_on: date | None = None,
) -> Works:
    """A project, and how many points of each type are planned."""
    insist(rules.may_open(kind, name, planned))
    insist(Refusal("works_money", {"field": "investment"}) if investment is not None and not 0 <= investment < 10**12 else None)  # fmt: skip
    made = Works(
        area=area, kind=kind, name=name.strip(), builder=builder.strip()[:120], investment=investment, begun_on=begun_on,
        planned=dict(planned), opened_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


@action("sensing.fill_works")
def fill_works(
    *, actor: Actor, works: Works, at: datetime, codes: Sequence[str] = (), everything: bool = False
) -> int:
    """Devices of its area that are of no other works are of this one: those of the codes, or all of the types that are planned."""
    held = Works.objects.hold(works.pk)
    insist(
        rules.may_change(held.state),
        None if codes or everything else Refusal("works_codes", {"field": "codes"}),
        Refusal("works_many", {"field": "codes", "most": MOST_CODES}) if len(codes) > MOST_CODES else None,
    )  # fmt: skip
    rows = selectors.devices(actor, held.area).filter(works__isnull=True)
    rows = rows.exclude(state=DeviceState.UNVERIFIED)
    rows = rows.filter(type__in=held.planned) if everything else rows.filter(code__in=codes)
    lines = _lines(actor, held, codes, everything=everything)
    return Device.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(works=held) + lines  # fmt: skip


def _lines(actor: Actor, held: Works, codes: Sequence[str], *, everything: bool) -> int:
    """Lines of its area, by those who may see lines."""
    rows = selectors.lines(actor).filter(area__startswith=held.area, works__isnull=True)
    kinds = [key.removeprefix(rules.WORKS_MARK) for key in held.planned if key.startswith(rules.WORKS_MARK)]  # fmt: skip
    rows = rows.filter(kind__in=kinds) if everything else rows.filter(code__in=codes)
    found = list(rows.values_list("pk", flat=True))
    return UtilityLine.objects.filter(pk__in=found).update(works=held)


@action("sensing.check_works")
def check_works(*, actor: Actor, works: Works, verdict: str, at: datetime, note: str = "") -> Works:
    """Somebody looked and signs: passed, passed with gaps that are named, or not taken over. What was found then is kept."""
    held = Works.objects.hold(works.pk)
    insist(rules.may_change(held.state))
    found = selectors.stand_of(actor, held, at)
    insist(rules.may_say(verdict, rules.gaps(found), note))
    held.state = verdict
    held.handed_over_at = None if verdict == WorksState.REFUSED else at
    held.checks = [*held.checks, {"at": at.isoformat(), "by": actor.name, "state": verdict, "note": note.strip()[:1000], "found": [list(one) for one in found]}]  # fmt: skip
    held.save(update_fields=["state", "handed_over_at", "checks"])
    return held
