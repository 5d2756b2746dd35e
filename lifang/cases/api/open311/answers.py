"""What leaves: services, definitions and requests as trees, errors as the standard says, both in XML and JSON."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lifang.cases import selectors
from lifang.cases.catalogue import MAJORS, Matter, Question, questions_of, service_of
from lifang.cases.selectors import News, Open
from lifang.cases.terms import State
from lifang.core.access import ANONYMOUS, Refusal, Refused
from lifang.core.access.refusal import reasons
from lifang.core.api.open.door import public
from lifang.core.api.open.tree import JSON, XML, Many, as_json, as_xml
from lifang.core.config import config
from lifang.core.site import site
from lifang.orgs.selectors import names_of

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
BASE = "/open311/v2"
FORMATS = {"json": JSON, "xml": XML}
_STATUS = {
    "not_found": 404, "jurisdiction_unknown": 404, "service_unknown": 404,
    "key_not_valid": 403, "not_allowed": 403, "method_not_allowed": 405, "too_large": 413,
    "too_many_requests": 429, "too_many_reports": 429, "broken": 500,
}  # fmt: skip


def answer(
    request: HttpRequest, shape: str, root: str, tree: Any, changed: datetime | None = None
) -> HttpResponse:
    """A tree in the format of the address, with its tag."""
    body = as_json(tree) if shape == "json" else as_xml(root, tree)
    return public(request, body, FORMATS[shape], changed)


def kept_apart(shape: str, root: str, tree: Any, status: int = 200) -> HttpResponse:
    """An answer for one reader: nothing of it stays in a cache."""
    body = as_json(tree) if shape == "json" else as_xml(root, tree)
    made = HttpResponse(body, status=status, content_type=FORMATS[shape])
    made["Cache-Control"] = "no-store"
    return made


def told(request: HttpRequest, refused: Refused, **parts: str) -> HttpResponse:
    """Every refusal as the standard's list of errors, one for each wrong field."""
    return errors(parts.get("shape", "xml"), refused.refusal)


def errors(shape: str, refusal: Refusal) -> HttpResponse:
    known = reasons().get(refusal.reason)
    if known is not None and known.hidden:
        refusal = Refusal("not_found")
    status = _STATUS.get(refusal.reason, 400)
    said = list(refusal.facts.get("faults", ())) or [str(refusal)]
    rows = [{"code": status, "description": words} for words in said]
    return kept_apart(shape, "errors", Many("error", rows), status)


# -- discovery and services -----------------------------------------------------------------------------------------


@cache
def changed() -> datetime:
    """When the catalogues that make the services last changed."""
    own = Path(__file__).parents[2] / "data"
    overlay = config().site_dir / "data" / "cases"
    files = [
        file
        for folder in (own, overlay)
        for name in ("matters", "majors", "services")
        if (file := folder / f"{name}.yaml").is_file()
    ]
    newest = max(file.stat().st_mtime for file in files)
    return datetime.fromtimestamp(int(newest), UTC)


def discovery(formats: Iterable[str] = (XML, JSON)) -> dict[str, Any]:
    here, since = config().origin, changed().strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "changeset": since,
        "contact": " ".join(filter(None, [str(site().contact or site().name), site().phone])),
        "key_service": f"{here}{reverse('cases:open311')}#key",
        "endpoints": Many(
            "endpoint",
            [
                {
                    "specification": SPECIFICATION,
                    "url": f"{here}{BASE}",
                    "changeset": since,
                    "type": "test" if config().demo else "production",
                    "formats": Many("format", [kind.partition(";")[0] for kind in formats]),
                }
            ],
        ),
    }


def services() -> list[Matter]:
    """What anybody may report."""
    return selectors.matters(ANONYMOUS)


def service(matter: Matter) -> dict[str, Any]:
    english = _english()
    words = [word for word in matter.words if word.isascii() == english] or matter.words
    return {
        "service_code": matter.key,
        "service_name": str(matter.name),
        "description": str(matter.hint or matter.name),
        "metadata": True,
        "type": service_of(matter.key).type,
        "keywords": ",".join(word.replace(",", " ") for word in words),
        "group": str(MAJORS[matter.major].name),
    }


def definition(matter: Matter) -> dict[str, Any]:
    rows = [_attribute(one, order) for order, one in enumerate(questions_of(matter.key), 1)]
    if matter.hint:
        rows.append(_remark(str(matter.hint), len(rows) + 1))
    return {"service_code": matter.key, "attributes": Many("attribute", rows)}


def _attribute(one: Question, order: int) -> dict[str, Any]:
    row = {
        "variable": True,
        "code": one.key,
        "datatype": one.kind,
        "required": one.required,
        "datatype_description": str(one.hint or ""),
        "order": order,
        "description": str(one.name),
    }
    values = [{"key": choice.key, "name": str(choice.name)} for choice in one.choices]
    return {**row, "values": Many("value", values)} if values else row


def _remark(words: str, order: int) -> dict[str, Any]:
    """How to tell this matter from its neighbours: text to read, nothing to fill in."""
    return {
        "variable": False, "code": "hint", "datatype": "text", "required": False,
        "datatype_description": "", "order": order, "description": words,
    }  # fmt: skip


# -- requests -------------------------------------------------------------------------------------------------------


def requests(cases: list[Open], extended: list[News] | None = None) -> Many:
    """Public cases as the standard's requests; with their notes when `extended` is given."""
    places = names_of({case.area for case in cases}, 2)
    zone = ZoneInfo(site().timezone)
    offices = names_of({case.desk for case in cases}, 1)
    notes: dict[Any, list[News]] = {}
    for step in extended or ():
        notes.setdefault(step.case.id, []).append(step)
    english = _english()
    rows = []
    for case in cases:
        place = f"{places[case.area]} {case.place}".strip()
        office = (case.lead_en if english else case.lead_zh) or offices[case.desk]
        row = _request(case, place, office, zone)
        if extended is not None:
            row |= _extended(case, notes.get(case.id, []), zone)
        rows.append(row)
    return Many("request", rows)


def _request(case: Open, place: str, office: str, zone: ZoneInfo) -> dict[str, Any]:
    name = str(case.kind.name)
    lon, lat = case.point or (None, None)
    return {
        "service_request_id": case.asked or case.number,
        "status": "closed" if case.closed else "open",
        "status_notes": case.said,
        "service_name": name,
        "service_code": case.matter,
        "description": f"{name} · {place}",
        "agency_responsible": office,
        "service_notice": _merged(case) if case.asked else None,
        "requested_datetime": instant(case.opened_at, zone),
        "updated_datetime": instant(case.updated_at, zone),
        "expected_datetime": instant(case.promised_at, zone),
        "address": place,
        "address_id": case.area[:12],
        "zipcode": None,
        "lat": lat,
        "long": lon,
        "media_url": None,
    }


def _merged(case: Open) -> str:
    said = _("No. %(asked)s is handled together with no. %(number)s.")
    return said % {"asked": case.asked, "number": case.number}


def _extended(case: Open, steps: list[News], zone: ZoneInfo) -> dict[str, Any]:
    notes = [
        {"datetime": instant(step.told.at, zone), "type": step.told.move.key, "description": step.text}
        for step in steps
    ]  # fmt: skip
    return {
        "extended_attributes": {
            "reports": case.reports,
            "state": case.state,
            "area": case.area,
            "outcome": case.outcome or None,
            "url": f"{config().origin}{reverse('cases:public_case', args=[case.number])}",
        },
        "notes": Many("note", notes),
    }


def updates(steps: Iterable[News]) -> Many:
    """Public steps as the updates extension of mySociety has them."""
    zone = ZoneInfo(site().timezone)
    return Many(
        "request_update",
        [
            {
                "update_id": str(step.id),
                "service_request_id": step.case.number,
                "status": _update_status(step),
                "updated_datetime": instant(step.told.at, zone),
                "description": step.text,
                "media_url": None,
                "external_status_code": step.to_state,
            }
            for step in steps
        ],
    )


_UPDATES: Mapping[str, str] = {
    State.AWAITING_SIGNING: "ACTION_SCHEDULED",
    State.HANDLING: "IN_PROGRESS",
    State.SUSPENDED: "INVESTIGATING",
    State.AWAITING_ARBITRATION: "INTERNAL_REFERRAL",
    State.AWAITING_CHECK: "IN_PROGRESS",
    State.AWAITING_VERIFICATION: "INVESTIGATING",
    State.MERGED: "DUPLICATE",
}


def _update_status(step: News) -> str:
    if step.to_state in (State.AWAITING_CALLBACK, State.CLOSED, State.ARCHIVED):
        solved = step.case.outcome in ("solved", "solved_on_spot", "mediated")
        return "FIXED" if solved else "NO_FURTHER_ACTION"
    return _UPDATES.get(step.to_state, "OPEN")


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def _english() -> bool:
    return (get_language() or "zh").startswith("en")


def mapping(**facts: Any) -> dict[str, Any]:
    """Only what has a value: the standard wants the id or the token, never both."""
    return {name: value for name, value in facts.items() if value}
