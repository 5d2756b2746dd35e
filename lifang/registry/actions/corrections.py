"""A resident asks to have something put right; somebody of the grid looks and decides."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.calendar import Limit, Unit
from lifang.core.crypto.fields import clear
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.registry import rules
from lifang.registry.actions.knowing import know, today
from lifang.registry.catalogue import CORRECTION, ELEMENTS, policy
from lifang.registry.events import CorrectionAsked, CorrectionDecided
from lifang.registry.models import Correction, Person
from lifang.registry.terms import Correcting


@action("registry.ask_correction")
def ask_correction(
    *, actor: Actor, person: Person, element: str, value: str, at: datetime, note: str = ""
) -> Correction:
    """Say what is right instead. Only about oneself."""
    own = bool(actor.holder) and actor.holder in person.holders
    insist(None if own else Refusal("not_found"), rules.element_known(element, "person"))
    spec = ELEMENTS[element]
    value = value.strip()
    if spec.check == "identity":
        value = rules.normal_number(person.document, value)
        insist(rules.number_fault(person.document, value, today(at)))
    insist(
        None if spec.corrects else Refusal("not_correctable", {"name": spec.name}),
        None if value else Refusal("value_missing", {"field": "value"}),
        rules.value_fits(spec, value, today(at)),
        Refusal("value_long", {"most": 300, "field": "note"}) if len(note) > 300 else None,
    )
    made = Correction(
        area=person.area, holders=person.holders, person=person, element=element, value=value,
        note=note.strip(), account_id=actor.id, asked_at=at,
    )  # fmt: skip
    limit = Allowance(Limit(Decimal(policy("correction_days")), Unit.WORK_DAY))
    turn = engine.Turn(title=spec.name.zh, limit=limit)
    try:
        with transaction.atomic():
            engine.start(CORRECTION(), made, actor=actor, at=at, turn=turn, said=engine.Said())
    except IntegrityError as error:
        raise Refused("correction_open") from error
    publish(
        CorrectionAsked(correction=made.pk, person=person.pk, at=at),
        area=made.area,
        holders=made.holders,
    )
    return made


@action("registry.verify_correction")
def verify_correction(*, actor: Actor, correction: Correction, at: datetime) -> Correction:
    """It is as the resident says: the register follows, with who verified it and when."""
    held = Correction.objects.hold(correction.pk)
    insist(_not_own(actor, held))
    person = Person.objects.hold(held.person_id)
    value = clear(held, "value")
    know(actor, person, ELEMENTS[held.element], value, "correction", at, seen_at=held.asked_at)
    held.decided_at = at
    engine.move(CORRECTION(), held, "verify", actor=actor, at=at)
    return _told(held, at)


@action("registry.refuse_correction")
def refuse_correction(
    *, actor: Actor, correction: Correction, note: str, at: datetime
) -> Correction:
    """It is not so; the resident reads why."""
    held = Correction.objects.hold(correction.pk)
    insist(_not_own(actor, held))
    held.decided_at, held.answer = at, note.strip()[:300]
    said = engine.Said(note=note)
    engine.move(CORRECTION(), held, "refuse", actor=actor, at=at, said=said)
    return _told(held, at)


@action("registry.withdraw_correction")
def withdraw_correction(*, actor: Actor, correction: Correction, at: datetime) -> Correction:
    """Taken back by whoever asked."""
    held = Correction.objects.hold(correction.pk)
    insist(None if held.account_id == actor.id and actor.id else Refusal("not_found"))
    held.decided_at = at
    engine.move(CORRECTION(), held, "withdraw", actor=actor, at=at)
    return held


def _not_own(actor: Actor, held: Correction) -> Refusal | None:
    """Nobody verifies what they asked for themselves."""
    return Refusal("own_correction") if held.account_id == actor.id else None


def _told(held: Correction, at: datetime) -> Correction:
    publish(
        CorrectionDecided(
            correction=held.pk,
            person=held.person_id,
            verified=held.state == Correcting.VERIFIED,
            at=at,
        ),
        area=held.area,
        holders=held.holders,
    )
    return held
