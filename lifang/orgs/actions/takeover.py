"""Taking over a published list of divisions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.scope import within
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.geo.divisions import Level, ancestors
from lifang.orgs import rules
from lifang.orgs.actions.places import changed, in_use
from lifang.orgs.events import DivisionsImported
from lifang.orgs.models import Division

_PART = 500


@dataclass
class Report:
    """What an import did, as codes; `kept` are no longer on the list but still in use."""

    root: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    abolished: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    same: int = 0


@action("orgs.import_divisions")
def import_divisions(
    *,
    actor: Actor,
    rows: Iterable[Mapping[str, str]],
    root: str,
    at: datetime,
    whole: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Take over rows (`code`, `name`, perhaps `name_en`, `kind`) of one county or city; a second time changes nothing.

    `whole`: the list is complete, so what it lacks (of the levels it has) is abolished.
    """
    insist(rules.allowed(actor, "orgs.import_divisions", root))
    planned, faults = rules.plan_import(rows, root)
    if faults:
        number, first = faults[0]
        facts = {"count": len(faults), "number": number, "why": str(first)}
        raise Refused(Refusal("import_faults", facts))
    known = {row.code: row for row in _locked(root, planned)}
    _insist_parents(planned, known)
    report = Report(root)
    _write(planned, known, report, timezone.localdate(at), progress)
    if whole:
        _abolish(planned, known, report, timezone.localdate(at))
    if report.added or report.changed or report.abolished:
        changed()
        counts = len(report.added), len(report.changed), len(report.abolished)
        publish(_told(root, counts, at), area=root)
    return report


def _told(root: str, counts: tuple[int, int, int], at: datetime) -> DivisionsImported:
    added, altered, abolished = counts
    return DivisionsImported(root=root, added=added, changed=altered, abolished=abolished, at=at)


def _locked(root: str, planned: Mapping[str, rules.Planned]) -> list[Division]:
    inside = Division.objects.defer("polygon").select_for_update()
    rows = list(inside.filter(within(root, "code")))
    seen = {row.code for row in rows}
    wider = {code for plan in planned for code in (plan, *ancestors(plan))} - seen
    return [*rows, *inside.filter(code__in=wider)]


def _insist_parents(planned: Mapping[str, rules.Planned], known: Mapping[str, Division]) -> None:
    for code in planned:
        around = ancestors(code)
        if len(code) > Level.COUNTY and around[-1] not in planned and around[-1] not in known:
            raise Refused("division_orphan", code=code)


def _write(
    planned: Mapping[str, rules.Planned],
    known: Mapping[str, Division],
    report: Report,
    today: date,
    progress: Callable[[int, int], None] | None,
) -> None:
    new: list[Division] = []
    altered: list[Division] = []
    for code in sorted(planned):  # a parent's code is shorter and sorts first
        plan, row = planned[code], known.get(code)
        parent = _parent(code, planned, known)
        if row is None:
            new.append(_made(plan, parent, today))
        elif _differs(row, plan, parent):
            row.name, row.name_en = plan.name, plan.name_en or row.name_en
            row.kind, row.parent_id, row.valid_to, row.successor = plan.kind, parent, None, None
            altered.append(row)
    total, done = len(new) + len(altered), 0
    for start in range(0, len(new), _PART):
        done += len(Division.objects.bulk_create(new[start : start + _PART]))
        _tell(progress, done, total)
    fields = ["name", "name_en", "kind", "parent", "valid_to", "successor"]
    for start in range(0, len(altered), _PART):
        part = altered[start : start + _PART]
        Division.objects.bulk_update(part, fields)
        done += len(part)
        _tell(progress, done, total)
    report.added.extend(row.code for row in new)
    report.changed.extend(row.code for row in altered)
    report.same = len(planned) - total


def _tell(progress: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _parent(
    code: str, planned: Mapping[str, rules.Planned], known: Mapping[str, Division]
) -> str | None:
    around = ancestors(code)[-1:]
    return next((wide for wide in around if wide in planned or wide in known), None)


def _made(plan: rules.Planned, parent: str | None, today: date) -> Division:
    return Division(
        code=plan.code,
        name=plan.name,
        name_en=plan.name_en,
        kind=plan.kind,
        level=len(plan.code),
        parent_id=parent,
        valid_from=today,
    )


def _differs(row: Division, plan: rules.Planned, parent: str | None) -> bool:
    return (
        row.name != plan.name
        or bool(plan.name_en and row.name_en != plan.name_en)
        or row.kind != plan.kind
        or row.parent_id != parent
        or row.abolished
    )


def _abolish(
    planned: Mapping[str, rules.Planned], known: Mapping[str, Division], report: Report, today: date
) -> None:
    levels = {len(code) for code in planned}
    gone = [
        row
        for code, row in sorted(known.items(), reverse=True)  # parts before what they are part of
        if code not in planned
        and code.startswith(report.root)
        and row.level in levels
        and not row.abolished
    ]
    for row in gone:
        if any(in_use(row.code)):
            report.kept.append(row.code)
            continue
        row.valid_to = max(today, row.valid_from)
        row.save(update_fields=["valid_to"])
        report.abolished.append(row.code)
