"""Past cases of another system, with their own times. Nobody gets a message about what is long over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models

from lifang.cases import rules
from lifang.cases.actions.chronicle import Chronicle
from lifang.cases.actions.moves import allowance, promise
from lifang.cases.actions.unit import own_part
from lifang.cases.catalogue import MATTERS, OUTCOMES, SOURCES
from lifang.cases.events import CaseTakenOver
from lifang.cases.models import Case, Check, Handling, Reporter, Revision
from lifang.cases.selectors.limits import revised_by, revisions
from lifang.cases.terms import Role
from lifang.core.access import SYSTEM, Actor, Grant, Kind, Refusal, Scope, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.action.unit import Unit, running
from lifang.core.events import publish
from lifang.core.flow.engine import Turn
from lifang.core.flow.models import Clock, Step, Todo
from lifang.core.ids import new_id, short_code
from lifang.orgs import selectors as orgs

BATCH = 500
_OF_UNITS = frozenset({"cases.sign", "cases.feed_back"})


@dataclass(frozen=True, kw_only=True)
class Past:
    """One case as the other system knew it.

    Of the way between opening and closing it says nothing: accepted, handed over and signed for count as done
    when it was opened, checked when it was closed.
    """

    reference: str
    source: str
    matter: str
    area: str
    unit: UUID  # that handled it, or handles it still
    opened_at: datetime
    due_at: datetime | None = None  # its own target; None: as our calendar says
    closed_at: datetime | None = None
    outcome: str = "solved"
    answer: str = ""  # what the public reads; empty: the outcome's words
    text: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    inner: str = ""  # a note between offices


@dataclass
class Ground:
    """What an import must know of desks, duties and units, each asked once."""

    at: datetime
    desks: dict[tuple[str, str], str] = field(default_factory=dict)
    reasons: dict[tuple[str, str], dict[UUID, str]] = field(default_factory=dict)
    units: dict[UUID, Any] = field(default_factory=dict)
    revisions: list[Revision] | None = None

    def limits(self, case: Case) -> None:
        """Tell a case the limits that held when it was opened."""
        if self.revisions is None:
            self.revisions = list(revisions(SYSTEM))
        revised_by(SYSTEM, self.revisions, case)

    def desk(self, capability: str, area: str) -> str:
        """Today's desk, not that of then: an open case needs somebody who is here."""
        key = (capability, area)
        if key not in self.desks:
            self.desks[key] = desk_of(capability, area, self.at)
        return self.desks[key]

    def why(self, matter: str, area: str, unit: UUID) -> str:
        """The duties matrix's reason for a unit, if it names it."""
        key = (matter, area)
        if key not in self.reasons:
            found = orgs.answerers(matter, area)
            self.reasons[key] = {answer.unit.pk: str(answer.reason)[:200] for answer in found}
        return self.reasons[key].get(unit, "")

    def unit(self, pk: UUID) -> Any:
        if not self.units:
            self.units = {unit.pk: unit for unit in orgs.units(SYSTEM)}
        return self.units.get(pk)


def standing_for(unit: Any) -> Actor:
    """A hand of the unit: signs and feeds back in its name what the unit itself did long ago.

    So the rule holds that nobody checks the own work: this hand has the unit's key and may not check, the
    system that closes has no unit's key.
    """
    grant = Grant("import", unit.area, _OF_UNITS, "unit", unit.holder)
    scope = Scope(holders=frozenset({unit.holder}))
    return Actor(None, str(unit), Kind.MACHINE, (grant,), scope=scope)


def may_take_over(actor: Actor, past: Past, ground: Ground) -> Refusal | None:
    """The rules of the live way, as far as a file can answer them."""
    ends = [end for end in (past.due_at, past.closed_at) if end is not None]
    if any(end < past.opened_at for end in ends):
        return Refusal("times_contradict")
    if past.source not in SOURCES or past.outcome not in OUTCOMES:
        return Refusal("bad_input", {"detail": f"{past.source} {past.outcome}"})
    if not actor.may("cases.import", past.area):
        return Refusal("not_allowed")
    if ground.unit(past.unit) is None:
        return Refusal("unit_missing")
    return rules.may_report(actor, MATTERS.get(past.matter), past.text, 0)


@action("cases.import")
def take_over(
    *, actor: Actor, at: datetime, past: Sequence[Past], ground: Ground | None = None
) -> list[Case | Refusal]:
    """Take past cases over in one transaction, each with its whole way, its own times and its own line in the log.

    In the place of one that a rule refuses stands the refusal. One that is already here (same source and
    reference) answers `reference_known` and stays as it is. Told is `CaseTakenOver`, to which no message hangs.
    """
    ground = ground or Ground(at)
    here, numbers = _here(past), iter(_numbers(len(past)))
    results: list[Case | Refusal] = []
    into: list[Chronicle] = []
    for one in past:
        key, number = (one.source, one.reference), next(numbers)
        known = Refusal("reference_known") if one.reference and key in here else None
        refusal = known or may_take_over(actor, one, ground)
        here.add(key)
        results.append(refusal or _lined(actor, at, one, ground, number, into))
    _write(into)
    return results


def _lined(
    actor: Actor, at: datetime, past: Past, ground: Ground, number: int, into: list[Chronicle]
) -> Case:
    """One case on a line of its own. Nothing of it is written yet, so nothing needs a savepoint."""
    outer, line = running.get(), Unit("cases.import", actor, at, None)
    assert outer is not None  # noqa: S101 -- `take_over` runs
    with outer.joined_by(line):
        return line.keep(_taken(actor, at, past, ground, number, into))


def _taken(
    actor: Actor, at: datetime, past: Past, ground: Ground, number: int, into: list[Chronicle]
) -> Case:
    """Build one past case and all that happened to it."""
    unit = ground.unit(past.unit)
    case = _case(past, ground, number)
    case.lead = unit
    part = Handling(
        case=case, unit=unit, role=Role.LEAD, round=1, handed_at=past.opened_at,
        reason=ground.why(past.matter, past.area, unit.pk),
    )  # fmt: skip
    book = Chronicle(case, part)
    _to_unit(book, past)
    if past.inner:
        book.move("add", past.closed_at or past.opened_at, note=past.inner, public=False)
    if past.closed_at:
        _done(book, past, past.closed_at, ground, actor)
    book.settle(at)
    into.append(book)
    told = CaseTakenOver(case=case.pk, matter=case.matter, state=case.state, at=at)
    publish(told, area=case.area)
    return case


def _case(past: Past, ground: Ground, number: int) -> Case:
    case = Case(
        id=new_id(), area=past.area, number=f"{past.opened_at:%y%m%d}{number % 1_000_000:06d}",
        matter=past.matter, level=MATTERS[past.matter].level, source=past.source,
        reference=past.reference, text=past.text.strip(), place=past.place.strip(),
        opened_at=past.opened_at, desk=ground.desk("cases.accept", past.area),
    )  # fmt: skip
    case.locate(past.lon, past.lat)
    ground.limits(case)
    return case


def _to_unit(book: Chronicle, past: Past) -> None:
    """Reported, accepted, dispatched and signed for."""
    case, part, at = book.case, book.part, past.opened_at
    hours = orgs.hours_of(part.unit)
    own = desk(case.desk)
    book.start(_turn(case, "accept", at, own), at, case.text, source=past.source)
    book.move("accept", at, turn=_turn(case, "dispatch", at, own))
    facts = {"lead": str(part.unit_id), "assists": []}
    turn = _turn(case, "sign", at, part.holder, hours)
    book.move("dispatch", at, turn=turn, body=part.holder, facts=facts)
    insist(rules.may_sign(case, own_part(standing_for(part.unit), [part])))
    part.signed_at = at
    turn = _turn(case, "handle", at, part.holder, hours)
    book.move("sign", at, turn=turn, body=part.holder, given=past.due_at)
    case.promised_at = case.due_at or promise(case, ("sign", "handle"), at, hours)


def _done(book: Chronicle, past: Past, at: datetime, ground: Ground, actor: Actor) -> None:
    """Fed back, checked and closed."""
    case, part = book.case, book.part
    answer = past.answer.strip() or OUTCOMES[past.outcome].public.zh
    # Photos of past work stay in the system they were taken for: a file cannot be asked for them.
    asked = msgspec.structs.replace(case.kind, photo="none")
    insist(rules.may_feed_back(asked, own_part(standing_for(part.unit), [part]), [part], ()))
    part.fed_back_at = case.handled_at = at
    turn = _turn(case, "check", at, desk(ground.desk("cases.check", case.area)))
    book.move("feed_back", at, turn=turn, note=answer, body=part.holder)
    insist(rules.may_check(actor, [part]))
    book.check = Check(case=case, round=1, passed=True, at=at)
    case.outcome, case.closed_at, case.answer = past.outcome, at, answer
    # Nobody who reported is known by name, so nobody can be called back.
    book.move("close", at, facts={"outcome": past.outcome})


def _turn(case: Case, stage: str, at: datetime, holder: str, hours: str = "") -> Turn:
    title = f"{case.matter}|{case.place}"[:200]
    return Turn((holder,), allowance(case, stage, at, hours), title, case.level != "ordinary")


def _here(past: Sequence[Past]) -> set[tuple[str, str]]:
    references = {one.reference for one in past if one.reference}
    with behind(SYSTEM):  # a number that is taken is taken, whoever may see the case
        rows = Case.objects.filter(reference__in=references)
        return set(rows.values_list("source", "reference"))


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]


def _write(books: Sequence[Chronicle]) -> None:
    Case.objects.bulk_create(book.case for book in books)
    Reporter.objects.bulk_create(
        Reporter(
            case=book.case, said=book.case.text, at=book.case.opened_at, token=short_code(16),
            first=True,
        )
        for book in books
    )  # fmt: skip
    Handling.objects.bulk_create(book.part for book in books)
    Check.objects.bulk_create(book.check for book in books if book.check)
    _insert(Step, [step for book in books for step in book.steps])
    _insert(Clock, [clock for book in books for clock in book.clocks])
    _insert(Todo, [todo for book in books for todo in book.todos])


def _insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Rows of plain fields in one statement with one value.

    `bulk_create` names every value of tables with array columns one by one, and most of the time went there;
    COPY does not pass row-level security.
    """
    fields = [(field.column, field.attname) for field in model._meta.concrete_fields]
    facts = [{column: getattr(row, name) for column, name in fields} for row in rows]
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column, _ in fields)
    told = msgspec.json.encode(facts).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} '  # noqa: S608 -- names of our own columns
            f'FROM json_populate_recordset(NULL::"{table}", %s::json)',
            [told],
        )
