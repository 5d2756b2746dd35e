"""What a form offers to choose from: matters, units with their due times, cases nearby."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from lifang.cases import rules, selectors
from lifang.cases.catalogue import MATTERS, policy
from lifang.cases.models import Case
from lifang.cases.selectors import Kin
from lifang.cases.web import shown
from lifang.cases.web.choice_forms import UnitActForm
from lifang.cases.web.likeness import because
from lifang.cases.web.places import bounds_of
from lifang.core.access import Actor
from lifang.core.site import site
from lifang.orgs.catalogue import UNIT_KINDS

Facts = dict[str, Any]
WORDS = 300
MOVED_SHOWN = 2  # once may be chance


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


# -- matters ----------------------------------------------------------------------------------------


def matters(request: HttpRequest, text: str, chosen: str, first: list[Any]) -> Facts:
    """The matters to choose from: those first, then those the words point to."""
    found = selectors.propose(_actor(request), text, 6) if text else []
    proposed = [one.matter for one in found]
    keys = [chosen] if chosen in MATTERS else []
    keys += [matter.key for matter in (*proposed, *first)]
    return {
        "offered": [MATTERS[key] for key in dict.fromkeys(keys)][:8],
        "chosen": chosen,
        "moved": {one.matter.key: one.moved for one in found if one.moved >= MOVED_SHOWN},
    }


def _asked(request: HttpRequest) -> str:
    return request.POST.get("matter_q", "").replace("\x00", "").strip()[:WORDS]


def correction(request: HttpRequest, case: Case, form: Any) -> Facts:
    text = _asked(request) or case.text
    chosen = form["matter"].value() or case.matter
    return {
        **matters(request, text, chosen, selectors.matters_like(_actor(request), case)),
        "matter_q": _asked(request),
        "map": map_to_pick(_actor(request), case),
        "place_too": True,
    }


def splitting(request: HttpRequest, case: Case, form: Any) -> Facts:
    text = _asked(request) or str(form["text"].value() or "") or case.text
    chosen = str(form["matter"].value() or "")
    return {**matters(request, text, chosen, []), "matter_q": _asked(request)}


def map_to_pick(actor: Actor, case: Case) -> Facts:
    """A map whose cross-hair writes into the fields of a form."""
    props: Facts = {
        "areas": f"{reverse('orgs:shapes', args=[site().county])}?level=12",
        "pick": {"lat": "id_lat", "lon": "id_lon"},
    }
    if case.lon is None or case.lat is None:
        return {**props, "bounds": bounds_of(actor, case.area)}
    return {**props, "centre": [case.lon, case.lat], "zoom": 17}


# -- units ------------------------------------------------------------------------------------------


def dispatch(request: HttpRequest, case: Case, form: UnitActForm) -> Facts:
    lead, assists = form.chosen
    return {
        "units": units(request, case, form.searched, lead, assists),
        "unit_q": form.searched,
        "settles": case.returns,
    }


def returning(request: HttpRequest, case: Case, form: Any) -> Facts:
    """Whose it may be, and what this return leads to."""
    limit = policy("returns_to_arbitration")
    suggested, _none = form.chosen
    return {
        "units": others(request, case, form.searched, suggested),
        "unit_q": form.searched,
        "returns": case.returns,
        "limit": limit,
        "arbitration": rules.goes_to_arbitration(case.returns, True, limit),
    }


def others(request: HttpRequest, case: Case, text: str, suggested: str) -> list[Facts]:
    """Units it may belong to: never one's own."""
    own = {holder.partition(":")[2] for holder in _actor(request).units}
    lines = units(request, case, text, suggested, [])
    return [line for line in lines if str(line["unit"].pk) not in own]


def units(
    request: HttpRequest, case: Case, text: str, lead: str, assists: list[str]
) -> list[Facts]:
    """Units to choose from: what the duties matrix says, what was chosen, what was searched for."""
    actor, at = _actor(request), request.at  # type: ignore[attr-defined]
    answers = selectors.units_for(actor, case.matter, case.area)
    reasons = {one.unit.pk: one.reason for one in answers}
    roles = {one.unit.pk: str(one.role) for one in answers}
    chosen = selectors.units_by_id(actor, _known([lead, *assists]))
    found = [*(one.unit for one in answers), *chosen.values(), *selectors.units_named(actor, text)]
    untouched = not lead and not assists
    lines = []
    for unit in {unit.pk: unit for unit in found}.values():
        pk = str(unit.pk)
        lines.append(
            {
                "unit": unit,
                "kind": UNIT_KINDS[unit.kind].name if unit.kind in UNIT_KINDS else "",
                "reason": reasons.get(unit.pk, ""),
                "lead": pk == lead if not untouched else roles.get(unit.pk) == "lead",
                "assist": pk in assists if not untouched else roles.get(unit.pk) == "assist",
                "until": selectors.deadlines(actor, case, unit.hours, at),
            }
        )
    return lines


def _known(ids: list[str]) -> list[UUID]:
    found = []
    for value in ids:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


# -- cases ------------------------------------------------------------------------------------------


def merging(request: HttpRequest, case: Case, form: Any) -> Facts:
    actor, text, at = _actor(request), form.searched, request.at  # type: ignore[attr-defined]
    return {
        "kin": [kin_line(kin, at) for kin in selectors.merge_candidates(actor, case, text)],
        "case_q": text,
        "into": form["into"].value() or "",
    }


def kin_line(kin: Kin, at: datetime) -> Facts:
    metres = None if kin.metres is None else max(5, round(kin.metres / 5) * 5)
    return {
        **shown.row(kin.case, at),
        "how": kin.how,
        "metres": metres,
        "probable": kin.probable,
        "because": because(kin.why),
    }


def delay(request: HttpRequest, case: Case, form: Any) -> Facts:
    return {"delay": selectors.pending_delay(_actor(request), case)}


def checking(request: HttpRequest, case: Case, form: Any) -> Facts:
    return {"pictures": shown.pictures(selectors.photos(_actor(request), case))}
