"""A community's income and expense list, its company's rounds, complaints."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.ids import new_id, short_code
from lifang.core.pay import LedgerKind, Leg
from lifang.core.pay import actions as pay
from lifang.living.actions.metering import company
from lifang.living.catalogue import COMMUNITY_ITEMS, ROUNDS, TOPICS
from lifang.living.events import ComplaintMade
from lifang.living.models import Complaint, Inspection, LedgerLine
from lifang.living.rules import community as rules
from lifang.living.selectors.serving import company_of
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


@action("living.enter_line")
def enter_line(*, actor: Actor, area: str, item: str, amount: int, party: str, note: str, day: date, at: datetime) -> LedgerLine:  # fmt: skip
    """What came in or was spent, booked in the community's book and published at once."""
    insist(rules.line_fits(item, amount, party, day, timezone.localtime(at).date(), area))
    made = LedgerLine(id=new_id(), number=f"C{at:%y%m%d}{short_code(5)}", area=area, item=item, amount=amount, party=party.strip(), note=note.strip(), day=day, entered_at=at)  # fmt: skip
    made.save(force_insert=True)
    _book(made, at)
    return made


@action("living.counter_line")
def counter_line(*, actor: Actor, line: LedgerLine, note: str, at: datetime) -> LedgerLine:
    """A mistake: the same line with the other sign and a reason; the wrong one stays to be seen."""
    held = LedgerLine.objects.hold(line.pk)
    insist(rules.may_counter(held.counters_id is not None, LedgerLine.objects.filter(counters=held).exists(), note))  # fmt: skip
    made = LedgerLine(
        id=new_id(), number=f"C{at:%y%m%d}{short_code(5)}", area=held.area, item=held.item, amount=-held.amount, party=held.party, note=note.strip(),
        day=timezone.localtime(at).date(), entered_at=at, counters=held,
    )  # fmt: skip
    made.save(force_insert=True)
    _book(made, at)
    return made


def _book(line: LedgerLine, at: datetime) -> None:
    income = COMMUNITY_ITEMS[line.item].way == "income"
    book = pay.open_book(f"area:{line.area}", line.area, at)
    cash = pay.ledger(book, "cash", LedgerKind.ASSET, at).pk
    kind = LedgerKind.INCOME if income else LedgerKind.EXPENSE
    other = pay.ledger(book, f"{kind.value}:{line.item}", kind, at).pk
    amount = line.amount if income else -line.amount
    pay.book(book, pay.Booking(f"community:{line.number}", "living.community", line.pk, [Leg(cash, amount), Leg(other, -amount)], note=line.note), at)  # fmt: skip


@action("living.plan_rounds", beyond=True)  # the community lies out of a company's sight
def plan_rounds(*, actor: Actor, unit: "Unit", area: str, until: date, at: datetime) -> int:
    """The company's rounds of a community up to a day; what is planned already stays."""
    insist(company(actor, unit), None if area.startswith(unit.area) else Refusal("not_found"))
    today, made = timezone.localtime(at).date(), 0
    insist(None if today <= until <= today + timedelta(days=100) else Refusal("round_until", {"field": "until"}))  # fmt: skip
    for one in ROUNDS.all():
        last = Inspection.objects.filter(unit=unit, area=area, kind=one.key).order_by("-due_on").first()  # fmt: skip
        day = max(last.due_on + timedelta(days=one.days), today) if last else today
        while day <= until:
            Inspection.objects.create(unit_id=unit.pk, area=area, holders=[unit.holder], kind=one.key, due_on=day)  # fmt: skip
            day, made = day + timedelta(days=one.days), made + 1
    return made


@action("living.do_round", beyond=True)  # likewise
def do_round(*, actor: Actor, inspection: Inspection, fine: bool, found: str, at: datetime) -> Inspection:  # fmt: skip
    """Looked at: in order, or what was found."""
    held = Inspection.objects.hold(inspection.pk)
    insist(
        company(actor, orgs.unit(actor, held.unit_id)),
        Refusal("round_done") if held.done_at else None,
        None if fine or found.strip() else Refusal("round_words", {"field": "found"}),
    )
    held.done_at, held.fine, held.found = at, fine, found.strip()[:300]
    held.save()
    return held


@action("living.complain", beyond=True)  # the street's desk
def complain(*, actor: Actor, home: "registry.Dwelling", topic: str, text: str, at: datetime) -> Complaint:  # fmt: skip
    """About the company: the street hears it, not the company alone."""
    insist(
        None if home.pk in {one.pk for one in registry.own_doors(actor)} else Refusal("not_found"),
        None
        if topic in TOPICS and TOPICS[topic].of == "company"
        else Refusal("complaint_topic", {"field": "topic"}),
        None if text.strip() else Refusal("repair_words", {"field": "text"}),
    )
    unit = company_of(SYSTEM, home.area)
    if unit is None:
        raise Refused("no_company_here")
    made = Complaint.objects.create(
        number=f"T{at:%y%m%d}{short_code(5)}", unit=unit, area=home.area, topic=topic, text=text.strip()[:500], account_id=actor.id, made_at=at,
        holders=[actor.holder],
    )  # fmt: skip
    publish(ComplaintMade(complaint=made.pk, matter=TOPICS[topic].matter, at=at), area=made.area, holders=made.holders)  # fmt: skip
    return made


@action("living.note_case")
def note_case(*, actor: Actor, complaint: UUID, number: str, at: datetime) -> None:
    """The case that a complaint became."""
    held = Complaint.objects.hold(complaint)
    held.case_number = number
    held.save(update_fields=["case_number"])


@action("living.end_complaint")
def end_complaint(*, actor: Actor, case_number: str, at: datetime) -> None:
    """Its case was closed."""
    for row in Complaint.objects.filter(case_number=case_number, ended_at__isnull=True):
        held = Complaint.objects.hold(row.pk)
        held.ended_at = at
        held.save(update_fields=["ended_at"])
