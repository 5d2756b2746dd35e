"""The duties matrix: who answers for a matter at a place, and why."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.once import once
from lifang.core.access.scope import within
from lifang.core.i18n import Text, text
from lifang.orgs import rules
from lifang.orgs.catalogue import DUTIES, UNIT_KINDS
from lifang.orgs.models import Duty, Unit
from lifang.orgs.selectors.names import place_name
from lifang.orgs.selectors.units import around
from lifang.orgs.terms import Role

# Somebody answers always: where no unit of the right kind serves, these take it, the nearest first.
FALLBACK = ("street_office", "county_command", "hotline_12345", "city_command")


class Answer(NamedTuple):
    """A unit proposed for a matter, and the sentence that says why."""

    unit: Unit
    role: str
    reason: Text


def answerers(matter_key: str, area: str) -> list[Answer]:
    """Who leads (first, at most one) and who assists: a county's own word before duties.yaml, the street's unit before the county's."""
    return once(("orgs.",), ("answerers", matter_key, area), lambda: _answerers(matter_key, area))


def _answerers(matter_key: str, area: str) -> list[Answer]:
    found = _own(matter_key, area)
    serving = once(("orgs.",), ("serving", area), lambda: _serving(area))
    if not any(answer.role == Role.LEAD for answer in found):
        found = [*_default_lead(matter_key, serving, area), *found]
    for line in rules.default_lines(DUTIES, matter_key, Role.ASSIST):
        for unit in serving.get(line.unit_kind, [])[:1]:
            found.append(Answer(unit, Role.ASSIST, line.reason))
    taken: set[UUID] = set()
    return [a for a in found if not (a.unit.pk in taken or taken.add(a.unit.pk))]  # type: ignore[func-returns-value]


def _own(matter: str, area: str) -> list[Answer]:
    rows = list(
        Duty.objects.filter(
            matter__in={matter, matter[:2]},
            area__in=around(area),
            valid_to__isnull=True,
            unit__closed__isnull=True,
        ).select_related("unit")
    )
    words = [rules.Word(row.matter, row.area, row.role, row.unit, row.note) for row in rows]
    lead = rules.own_leads(words)[:1]
    assists = [word for word in words if word.role == Role.ASSIST]
    return [Answer(word.unit, word.role, _because(word)) for word in [*lead, *assists]]  # type: ignore[arg-type]


def _because(word: rules.Word) -> Text:
    where = place_name(word.area, 1)
    note = f"（{word.note}）" if word.note else ""
    note_en = f" ({word.note})" if word.note else ""
    return text(f"{where}规定由它负责{note}", f"{where} has laid this duty on it{note_en}")


def _serving(area: str) -> dict[str, list[Unit]]:
    """Open units that cover the area by kind, the nearest first."""
    found: dict[str, list[Unit]] = {}
    rows = Unit.objects.filter(closed__isnull=True, area__in=around(area))
    for unit in sorted(rows, key=lambda unit: (-len(unit.area), unit.pk)):
        found.setdefault(unit.kind, []).append(unit)
    return found


def _default_lead(matter: str, serving: dict[str, list[Unit]], area: str) -> list[Answer]:
    lines = rules.default_lines(DUTIES, matter, Role.LEAD)
    for line in lines:
        if serving.get(line.unit_kind):
            unit = serving[line.unit_kind][0]
            return [
                Answer(unit, Role.LEAD, rules.with_reach(line.reason, place_name(unit.area, 1)))
            ]
    for kind in FALLBACK:
        if serving.get(kind):
            return [
                Answer(
                    serving[kind][0], Role.LEAD, _nobody_else(lines[0].unit_kind if lines else "")
                )
            ]
    return []


def _nobody_else(kind: str) -> Text:
    if not kind:
        return text(
            "职责清单没有写明，由属地先行承接",
            "No duty line names this matter; the local office takes it first",
        )
    name = UNIT_KINDS[kind].name
    return text(
        f"应由{name.zh}负责，但这里没有登记这类单位，由属地先行承接",
        f"{name.en} should answer, but none serves here; the local office takes it first",
    )


def duties(actor: Actor, area: str = "", ended: bool = False) -> QuerySet[Duty]:
    """The lines that counties and streets wrote themselves, inside an area."""
    rows = Duty.objects.filter(within(area)).select_related("unit")
    return rows if ended else rows.filter(valid_to__isnull=True)


def duty(actor: Actor, pk: UUID | str) -> Duty:
    """One line. Raises `Refused("not_found")`."""
    found = Duty.objects.filter(pk=pk).select_related("unit").first()
    if found is None:
        raise Refused("not_found")
    return found
