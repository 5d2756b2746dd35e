"""What a person need not bring: known from the register, met by an earlier result, on file."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from lifang.affairs import rules
from lifang.affairs.catalogue import MATERIALS, QUESTIONS, Guide
from lifang.affairs.models import Laid, Result
from lifang.affairs.selectors.before import before
from lifang.core.access import SYSTEM, Actor, Refusal
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import MaskedText, clear
from lifang.core.forms import Filled, Given
from lifang.core.i18n import Text
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry
from lifang.registry.catalogue import SOURCES

MONTH = timedelta(days=30.5)
ADDRESS = "place.address"


def given(actor: Actor, person: Any, on: date, delivery: str = "online") -> dict[str, Given]:
    """What is known of a person, by element or question, with its source. For the person's own form, and the window's."""
    with behind(SYSTEM):  # the own address lies with the household
        household, door = registry.home_of(SYSTEM, person)
        found = before(SYSTEM, person, household, on, delivery) | {
            one.element.key: _value(person, one)
            for one in registry.known(SYSTEM, person, on)
            if one.shown and not one.stale and one.element.field
        }
    if door is not None:
        told = str(door.address or door.name)
        where = f"{orgs.place_name(door.area, 2)} {told}"
        found[ADDRESS] = Given(where, f"{orgs.place_name(door.area, 2)}***", REGISTER)
    return found


def home_of(actor: Actor, person: Any, on: date) -> str:
    """Where somebody lives, as the register has it; the caller keeps it sealed."""
    told = given(actor, person, on).get(ADDRESS)
    return str(told.value) if told else ""


REGISTER = Text("人口登记", "Register")


def _value(person: Any, one: Any) -> Given:
    element = one.element
    day = one.seen_at.date().isoformat() if one.seen_at else ""
    source = SOURCES[one.source].name if one.source in SOURCES else REGISTER
    raw = getattr(person, element.field)
    if element.key == "person.born":
        return Given(raw.isoformat(), str(raw.year), source, day)
    if isinstance(person._meta.get_field(element.field), MaskedText):
        return Given(clear(person, element.field), one.shown, source, day)
    value = one.shown if element.key == "person.ethnicity" else str(raw)
    return Given(value, "***" if element.label.sealed and element.key == "person.ethnicity" else one.shown, source, day)  # fmt: skip


def needs(actor: Actor, person: Any, guide: Guide, on: date) -> list[rules.Need]:
    """Every material of a guide for this person; asked is only what one of them can be met by."""
    known, results, held = frozenset[str](), frozenset[str](), dict[str, Laid]()
    if person is not None:
        with behind(SYSTEM):  # the person's own record and earlier papers, wherever they lie
            known = _known(actor, person, on, frozenset(element for one in guide.materials for element in MATERIALS[one.key].elements))  # fmt: skip
            if any(MATERIALS[one.key].results for one in guide.materials):
                results = frozenset(_results(person, on))
            held = _held(person, guide, on)
    return [rules.need(one, known, results, held) for one in guide.materials]


def _known(actor: Actor, person: Any, on: date, wanted: frozenset[str]) -> frozenset[str]:
    """Which of these are known of a person, as `given` would say, without what nobody asks for."""
    if any(key in QUESTIONS for key in wanted):
        return frozenset(key for key, one in given(actor, person, on).items() if one.value)
    there = {
        one.element.key
        for one in (registry.known(SYSTEM, person, on, wanted) if wanted - {ADDRESS} else ())
        if one.shown and not one.stale and one.element.field and _value(person, one).value
    }
    if ADDRESS in wanted and registry.home_of(SYSTEM, person)[1] is not None:
        there.add(ADDRESS)
    return frozenset(there)


def _results(person: Any, on: date) -> list[str]:
    rows = Result.objects.filter(application__person=person, revoked_at__isnull=True)
    holds = rows.filter(Q(holds_until__isnull=True) | Q(holds_until__gte=on))
    return list(holds.values_list("application__guide", flat=True))


def _held(person: Any, guide: Guide, on: date) -> dict[str, Laid]:
    """Files that were accepted before, with consent, and still serve."""
    keys = [one.key for one in guide.materials if MATERIALS[one.key].keeps_months]
    if not keys:
        return {}
    rows = Laid.objects.filter(application__person=person, application__reuse=True, key__in=keys, accepted_at__isnull=False)  # fmt: skip
    found: dict[str, Laid] = {}
    for one in rows.exclude(files=[]).order_by("accepted_at"):
        until = one.accepted_at.date() + MATERIALS[one.key].keeps_months * MONTH  # type: ignore[union-attr]
        if until >= on:
            found[one.key] = one
    return found


def unfit(actor: Actor, person: Any, guide: Guide, on: date, filled: Filled | None = None) -> Refusal | None:  # fmt: skip
    """What speaks against this matter for this person: by the register, and where that knows nothing by what was answered."""
    told = filled.answers if filled else {}
    said = {one.element: told.get(one.key) for one in guide.form.questions if one.element}
    born = person.born if person is not None else None
    if born is None and (day := said.get("person.born")):
        born = date.fromisoformat(day)
    residence = person.residence if person is not None else ""
    who = rules.Known(born, residence or str(said.get("person.residence") or ""))
    return rules.fits(guide, who, on)
