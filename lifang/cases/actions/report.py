"""In: a resident, a grid worker, a desk, a machine reports a trouble."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from lifang.cases import rules
from lifang.cases.actions import thrift
from lifang.cases.actions.moves import Late, at_desk, held, late, moved, promise
from lifang.cases.actions.photos import keep_photos
from lifang.cases.catalogue import CASE, MATTERS, OUTCOMES
from lifang.cases.events import CaseClosed, CaseJoined, CaseReported
from lifang.cases.models import Case, Reporter
from lifang.cases.selectors.public import withdrawn
from lifang.cases.terms import Photo
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.access.desks import desk_of
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.flow import engine
from lifang.core.flow.engine import Said
from lifang.core.ids import new_id, short_code
from lifang.orgs import selectors as orgs


@action("cases.report", beyond=True)
def report(
    *,
    actor: Actor,
    at: datetime,
    matter: str,
    text: str = "",
    lon: float | None = None,
    lat: float | None = None,
    area: str = "",
    place: str = "",
    photos: Sequence[Print | Voice] = (),
    name: str = "",
    phone: str = "",
    source: str = "resident_web",
    reference: str = "",
    payer: str = "",
    made: Late | None = None,
) -> Case:
    """Open a case where somebody saw a trouble. The place is a point, or at least an area.

    `payer`: whose hourly number of reports this one counts for, where it is not a resident's own.
    """
    known = MATTERS.get(matter)
    insist(rules.may_report(actor, known, text, len(photos)))
    thrift.spend_report(actor, payer, at)
    assert known is not None  # noqa: S101 -- the rule refuses None
    area = (orgs.locate(lon, lat) if lon is not None and lat is not None else None) or area
    insist(None if area else Refusal("out_of_area"))
    case = Case(
        id=new_id(),
        area=area,
        number=_number(at),
        matter=matter,
        level=known.level,
        source=source,
        reference=reference,
        text=text.strip(),
        place=place.strip(),
        opened_at=at,
        desk=desk_of("cases.accept", area, at),
    )
    case.locate(lon, lat)
    case.promised_at = promise(case, ("accept", "dispatch", "sign", "handle"), at)
    case.concern([actor.holder] if actor.kind is Kind.RESIDENT else [])
    engine.start(
        CASE(),
        case,
        actor=actor,
        at=at,
        turn=at_desk(case, "accept", at),
        said=Said(note=text.strip(), facts={"source": source, **late(made)}, public=True),
    )
    _reporter(case, actor, at, name=name, phone=phone, said=text, first=True)
    keep_photos(case, photos, Photo.BEFORE, actor=actor, at=at)
    publish(
        CaseReported(case=case.pk, matter=matter, level=case.level, source=source, at=at), area=area
    )
    return case


@action("cases.record", beyond=True)
def record(*, actor: Actor, at: datetime, source: str, matter: str, **facts: object) -> Case:
    """Write down what somebody told by telephone, at the window, through 12345 or on a patrol."""
    return report(actor=actor, at=at, source=source, matter=matter, **facts)  # type: ignore[arg-type]


@action("cases.join", beyond=True)
def join(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    said: str = "",
    name: str = "",
    phone: str = "",
    photos: Sequence[Print | Voice] = (),
    payer: str = "",
) -> Reporter:
    """Add one's own report to a case that is already open: no second case, one more person kept informed."""
    case = held(case, "join")
    if actor.id:
        already = Reporter.objects.filter(case=case, account_id=actor.id).exists()
        insist(Refusal("already_joined") if already else None)
    thrift.spend_report(actor, payer, at)
    reporter = _reporter(case, actor, at, name=name, phone=phone, said=said)
    case.reports += 1
    case.concern([actor.holder] if actor.kind is Kind.RESIDENT else [])
    keep_photos(case, photos, Photo.BEFORE, actor=actor, at=at)
    moved(case, "join", actor=actor, at=at, reports=case.reports)
    publish(
        CaseJoined(case=case.pk, reporter=reporter.pk, at=at), area=case.area, holders=case.holders
    )
    return reporter


@action("cases.add", beyond=True)
def add(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    text: str,
    photos: Sequence[Print | Voice] = (),
    made: Late | None = None,
) -> Case:
    """Tell more about a case one reported or works on."""
    case = held(case, "add")
    insist(None if text.strip() or photos else Refusal("words_missing"))
    keep_photos(case, photos, Photo.OTHER, actor=actor, at=at)
    return moved(case, "add", actor=actor, at=at, note=text, public=False, **late(made))


@action("cases.withdraw", beyond=True)
def withdraw(*, actor: Actor, case: Case, reporter: Reporter, at: datetime) -> Case:
    """Take one's report back. With other reporters the case goes on without this one's voice."""
    case = held(case, "withdraw", "add")
    insist(
        None if reporter.case_id == case.pk else Refusal("not_yours"),
        Refusal("already_withdrawn") if withdrawn(actor, reporter) else None,
    )
    if case.reports > 1:
        case.reports -= 1
        return moved(case, "add", actor=actor, at=at, public=False, withdrawn=str(reporter.pk))
    return moved(case, "withdraw", actor=actor, at=at)


@action("cases.self_handle", beyond=True)
def self_handle(
    *,
    actor: Actor,
    at: datetime,
    matter: str,
    text: str = "",
    lon: float | None = None,
    lat: float | None = None,
    area: str = "",
    place: str = "",
    before: Sequence[Print | Voice] = (),
    after: Sequence[Print] = (),
    made: Late | None = None,
) -> Case:
    """Found, solved and closed on the spot; counted like any case and open to the random re-check."""
    insist(None if after else Refusal("evidence_missing"))
    case = report(
        actor=actor, at=at, matter=matter, text=text, lon=lon, lat=lat, area=area, place=place,
        photos=before, source="grid_patrol", made=made,
    )  # fmt: skip
    keep_photos(case, after, Photo.AFTER, actor=actor, at=at, fresh=True)
    case.self_handled, case.outcome, case.answer = True, "solved_on_spot", ""
    case.handled_at = case.closed_at = at
    case.answer = str(OUTCOMES["solved_on_spot"].public.zh)
    moved(case, "self_handle", actor=actor, at=at, **late(made))
    publish(
        CaseClosed(case=case.pk, outcome=case.outcome, self_handled=True, at=at),
        area=case.area,
        holders=case.holders,
    )
    return case


def _reporter(
    case: Case, actor: Actor, at: datetime, *, name: str, phone: str, said: str, first: bool = False
) -> Reporter:
    account = actor.id if actor.kind is Kind.RESIDENT else None
    return Reporter.objects.create(
        case=case, account_id=account, name=name.strip(), phone=phone.strip(), said=said.strip(),
        at=at, token=short_code(16), first=first,
    )  # fmt: skip


def _number(at: datetime) -> str:
    """Day and a running number; the sequence never waits and never repeats."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number')")
        return f"{at:%y%m%d}{cursor.fetchone()[0] % 1_000_000:06d}"
