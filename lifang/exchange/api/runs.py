"""The course of a conformance run: a made-up list to read by pages, made-up reports to send. Nothing of it is real, nothing of it is kept."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from lifang.core.access import Actor, Refusal, Refused
from lifang.core.api.faults import bad_input, fault
from lifang.exchange import actions, selectors
from lifang.exchange.actions.runs import findings, plain
from lifang.exchange.api.shown import checks_of
from lifang.exchange.catalogue import policy
from lifang.exchange.models import OutsideSystem, Run
from lifang.exchange.terms import AWAY_SECONDS, LATER_SECONDS, PAGE, RECORDS

router = Router(tags=["exchange"])


class After(Schema):
    """Where the page before ended."""

    after: Annotated[str, Field(max_length=10, pattern=r"^[0-9]{0,4}$")] = ""


class ReportIn(Schema):
    """A made-up report."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("", response={201: dict[str, Any]})
def begin_run(request: HttpRequest) -> Status[dict[str, Any]]:
    """Begin a run; one that is open is given up."""
    actor = _actor(request)
    made = actions.begin_run(actor=actor, system=selectors.own(actor), at=_at(request))
    home = f"{request.path.rstrip('/')}/{made.pk}"
    return Status(201, {
        "id": made.pk, "records": f"{home}/records", "reports": f"{home}/reports", "end": f"{home}/end",
        "until": made.began_at + timedelta(minutes=policy("run_minutes")), "checks": checks_of(map(plain, findings([]))),
    })  # fmt: skip


@router.get("/{uuid:pk}")
def run(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """What is found so far, or what was found."""
    _, found = _own(request, pk)
    over = found.ended_at is not None
    told = found.findings if over else [plain(one) for one in _so_far(request, found)]
    return {"id": found.pk, "began_at": found.began_at, "ended_at": found.ended_at, "passed": found.passed if over else None, "checks": checks_of(told)}  # fmt: skip


@router.get("/{uuid:pk}/records")
def run_records(request: HttpRequest, pk: UUID, page: Query[After]) -> Any:
    """A made-up list of 25; the second page asks to wait first."""
    found = _walked(request, pk)
    begin = int(page.after or 0)
    if begin == PAGE and not _told(request, found, "GET", 429):
        return _wait(request, 429, LATER_SECONDS)
    items = [{"id": n + 1, "text": f"test {n + 1}"} for n in range(begin, min(begin + PAGE, RECORDS))]  # fmt: skip
    return {"items": items, "next": str(begin + PAGE) if begin + PAGE < RECORDS else None}


@router.post("/{uuid:pk}/reports", response={201: dict[str, Any]})
def run_report(request: HttpRequest, pk: UUID, body: ReportIn) -> Any:
    """A made-up report; its first try under a key is told to come again."""
    found = _walked(request, pk)
    if not request.headers.get("Idempotency-Key"):
        raise bad_input("Idempotency-Key", **{"Idempotency-Key": "missing"})
    if not _told(request, found, "POST", 503):
        return _wait(request, 503, AWAY_SECONDS)
    return Status(201, {"number": f"TEST-{len(body.text):04d}", "text": body.text})


@router.post("/{uuid:pk}/end")
def end_run(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """Judge the run by what the platform saw of it."""
    system, found = _own(request, pk)
    made = actions.end_run(actor=_actor(request), system=system, run=found, at=_at(request))
    return {"id": made.pk, "passed": made.passed, "ended_at": made.ended_at, "checks": checks_of(made.findings)}  # fmt: skip


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def _own(request: HttpRequest, pk: UUID) -> tuple[OutsideSystem, Run]:
    actor = _actor(request)
    system = selectors.own(actor)
    return system, selectors.run(actor, system, pk)


def _walked(request: HttpRequest, pk: UUID) -> Run:
    """The run, while it is open."""
    _, found = _own(request, pk)
    minutes = policy("run_minutes")
    if found.ended_at is not None:
        raise Refused("run_closed")
    if _at(request) - found.began_at > timedelta(minutes=minutes):
        raise Refused("run_expired", minutes=minutes)
    return found


def _so_far(request: HttpRequest, found: Run) -> Any:
    return findings(selectors.seen(_actor(request), found, _at(request)))


def _told(request: HttpRequest, found: Run, method: str, status: int) -> bool:
    """Was this very call told to wait before? For a report: under the same Idempotency-Key."""
    return selectors.was_told(_actor(request), found, method, status, request.headers.get("Idempotency-Key", "") if method == "POST" else "", _at(request))  # fmt: skip


def _wait(request: HttpRequest, status: int, seconds: int) -> HttpResponse:
    response = fault(request, Refusal("run_wait", {"seconds": seconds}))
    response.status_code, response["Retry-After"] = status, str(seconds)
    return response
