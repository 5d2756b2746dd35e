"""Who is asked about the silence of somebody looked after: one contact after the other, and then the grid."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lifang.core.crypto.seals import blind
from lifang.core.notify import send
from lifang.sensing.catalogue import VERDICTS, policy
from lifang.sensing.models import Alarm, AlarmStep, Vigil
from lifang.sensing.rules.contacts import MOST_CONTACTS, NOBODY, Contact, contacts
from lifang.sensing.terms import Verdict

STEPS = ("family_told", "second_told")  # what the history of an alarm says of each


def put(vigil: Vigil, wanted: Sequence[Contact]) -> None:
    """A place that is free is taken by the next."""
    slots = [Contact(one.name.strip(), one.telephone.strip()) for one in wanted]
    first, second = [*(one for one in slots if one.telephone), NOBODY, NOBODY][:2]
    vigil.contact, vigil.telephone = first.name or None, first.telephone or None
    vigil.second_contact, vigil.second_telephone = second.name or None, second.telephone or None


def vigil_of(alarm: Alarm) -> Vigil | None:
    if not alarm.subject.startswith("vigil:"):
        return None
    found = Vigil.objects.filter(pk=alarm.subject.removeprefix("vigil:"), ended_at__isnull=True)
    return found.first()


def ask_next(alarm: Alarm, at: datetime) -> bool:
    """Asks whoever was not asked yet about this alarm; False when it is the grid's turn."""
    vigil = vigil_of(alarm)
    if vigil is None:
        return False
    done = _asked(alarm)
    one = next((who for who in contacts(vigil) if _mark(alarm, who) not in done), None)
    if one is None or len(done) >= MOST_CONTACTS:
        return False
    _send(alarm, vigil, one, "sensing.vigil_contact", {"who": str(vigil.person)}, at)
    AlarmStep.objects.create(
        alarm=alarm, kind=STEPS[len(done)], at=at, area=alarm.area, holders=[], facts={"mark": _mark(alarm, one)},
    )  # fmt: skip
    alarm.step_due_at = at + timedelta(minutes=policy("contact_minutes"))
    alarm.save(update_fields=["step_due_at"])
    return True


def thank(alarm: Alarm, at: datetime) -> None:
    """Whoever was asked hears that all is well."""
    vigil = vigil_of(alarm)
    if vigil is None or alarm.verdict == Verdict.REAL:
        return
    done = _asked(alarm)
    facts = {"who": str(vigil.person), "cause": alarm.verdict_cause or str(VERDICTS[alarm.verdict].name)}  # fmt: skip
    for one in contacts(vigil):
        if _mark(alarm, one) in done:
            _send(alarm, vigil, one, "sensing.vigil_thanks", facts, at)


def _asked(alarm: Alarm) -> set[str]:
    """Marks of the numbers that were asked: a contact who changes place meanwhile is not asked twice."""
    return {step.facts.get("mark", "") for step in alarm.steps.filter(kind__in=STEPS)}


def _mark(alarm: Alarm, one: Contact) -> str:
    return blind(f"{alarm.pk}:{one.telephone}", "sensing.contact").hex()[:16]


def _send(
    alarm: Alarm, vigil: Vigil, one: Contact, template: str, facts: dict[str, str], at: datetime
) -> None:
    key = f"{template}:{alarm.pk}:{_mark(alarm, one)}"
    send(to=f"tel:{one.telephone}", template=template, facts=facts, at=at, area=vigil.area, key=key)
