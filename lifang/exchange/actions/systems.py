"""系统准入: a system applies, is tested in the sandbox, approved by others than who entered it, gets a limited key, and is over by itself."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime

from lifang.core import notify
from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access import actions as access
from lifang.core.access.desks import desk, desk_of
from lifang.core.access.models import GrantRow
from lifang.core.accounts import actions as accounts
from lifang.core.accounts import selectors as people
from lifang.core.action import action
from lifang.core.api import actions as api
from lifang.core.api import rules as key_rules
from lifang.core.api.models import ApiKey
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.ids import short_code
from lifang.exchange import rules
from lifang.exchange.catalogue import ACCESSES, DATA_KINDS, SYSTEM_ADMISSION, days_of, policy
from lifang.exchange.events import SystemAsked, SystemChanged
from lifang.exchange.models import OutsideSystem
from lifang.exchange.rules import NewSystem
from lifang.exchange.terms import IN_FORCE, OPEN, POST, Standing

APPROVE = "exchange.approve_system"
OPEN_IT = "exchange.open_system"
RENEW = "exchange.renew_system"
# With a test key a system reaches the course, and nothing that is real.
TEST_WAYS = tuple(f"{verb} api/v1/exchange/{what}" for verb in ("GET", "POST") for what in ("admission", "runs"))  # fmt: skip
TEST_CAPABILITIES = ("exchange.begin_run", "exchange.draw_key", "exchange.end_run")


@action("exchange.ask_system")
def ask_system(*, actor: Actor, new: NewSystem, area: str, at: datetime) -> OutsideSystem:
    """A system applies. Its test key is on `.test_key` of the answer, once."""
    new = tidy(new)
    insist(*faults_of(new, localtime(at).date()))
    made = started(actor, new, area, at)
    _take_up(made, actor, at)
    return _with_test_key(made, at)


@action("exchange.open_system")
def open_system(*, actor: Actor, system: OutsideSystem, at: datetime, note: str = "") -> OutsideSystem:  # fmt: skip
    """Somebody has looked at what an operator applied for: it may be tested. The operator takes the test key by itself."""
    held = OutsideSystem.objects.hold(system.pk)
    mine = people.doubles(actor, actor.id) if actor.id else set()
    insist(rules.may_open(held.state, held.asked_by_id, mine))
    insist(*faults_of(_as_asked(held), localtime(at).date()))
    held.opened_by_id, held.opened_at = actor.id, at
    _take_up(held, actor, at, note)
    tell_applicant(held, "exchange.opened", at)
    return told(held, at)


@action("exchange.replace_test_key")
def replace_test_key(*, actor: Actor, system: OutsideSystem, at: datetime) -> OutsideSystem:
    """Another test key; the one before is void. On `.test_key` of the answer, once."""
    held = OutsideSystem.objects.hold(system.pk)
    return test_key_for(held, at)


@action(APPROVE)
def approve_system(*, actor: Actor, system: OutsideSystem, at: datetime, note: str = "") -> OutsideSystem:  # fmt: skip
    """Let it in for a time; where it may read of people, the second of two who say so lets it in."""
    held = OutsideSystem.objects.hold(system.pk)
    mine = people.doubles(actor, actor.id) if actor.id else set()
    insist(
        rules.may_approve(held.state, (held.asked_by_id, held.opened_by_id), held.first_by_id, mine)
    )
    first = held.state == Standing.PASSED
    # What was true when it applied may be old by now.
    insist(*faults_of(_as_asked(held), localtime(at).date()))
    if first:
        held.first_by_id, held.first_at = actor.id, at
    else:
        held.second_by_id, held.second_at = actor.id, at
    move = "confirm" if not first else "approve" if held.personal else "admit"
    if move != "approve":
        held.expires_at = at + timedelta(days=policy("key_days"))
        held.answer = note.strip()[:300]
    turn = _turn(held, APPROVE, at) if move == "approve" else None
    engine.move(SYSTEM_ADMISSION(), held, move, actor=actor, at=at, turn=turn, said=engine.Said(note=note))  # fmt: skip
    if move != "approve":
        _sight(held, at)
        tell_applicant(held, "exchange.admitted", at)
    return told(held, at)


@action("exchange.refuse_system")
def refuse_system(*, actor: Actor, system: OutsideSystem, note: str, at: datetime) -> OutsideSystem:
    """It may not, and why. What an earlier admission gave ends with it."""
    return _shut(actor, system, "refuse", note, at)


@action("exchange.end_system")
def end_system(*, actor: Actor, system: OutsideSystem, note: str, at: datetime) -> OutsideSystem:
    """From its next call on nothing opens any more, and why."""
    return _shut(actor, system, "end", note, at)


@action(RENEW)
def renew_system(
    *,
    actor: Actor,
    system: OutsideSystem,
    level: int,
    certificate: str,
    assessed_on: date | None,
    networks: tuple[str, ...],
    at: datetime,
) -> OutsideSystem:
    """Tested and decided anew, with what has changed; until then what was given goes on to its day."""
    held = OutsideSystem.objects.hold(system.pk)
    new = tidy(_as_asked(held)._replace(level=level, certificate=certificate, assessed_on=assessed_on, networks=networks))  # fmt: skip
    insist(*faults_of(new, localtime(at).date()))
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    held.level, held.certificate, held.assessed_on = new.level, new.certificate, new.assessed_on
    held.networks = _networks(new)
    held.asked_by_id, held.asked_at = actor.id, at
    held.opened_by, held.opened_at = None, None
    held.first_by, held.first_at, held.second_by, held.second_at = None, None, None, None
    engine.move(SYSTEM_ADMISSION(), held, "renew", actor=actor, at=at, said=engine.Said())
    void(held, at, watched=True)
    publish(SystemAsked(system=held.pk, at=at), area=held.area)
    return _with_test_key(held, at)


@action("exchange.draw_key")
def draw_key(*, actor: Actor, system: OutsideSystem, at: datetime) -> ApiKey:
    """The key of an admitted system: these interfaces, these networks, until that day. An earlier one is void."""
    held = OutsideSystem.objects.hold(system.pk)
    insist(
        None if held.account_id == actor.id else Refusal("not_found"),
        None if held.state in IN_FORCE and held.expires_at and held.expires_at > at else Refusal("system_not_admitted"),
    )  # fmt: skip
    assert held.expires_at is not None  # noqa: S101 -- insisted
    void(held, at, watched=False)
    asked = [ACCESSES[key] for key in held.accesses]
    made = api.issue_key(
        actor=SYSTEM, account=held.its_account, name=held.name, days=max(1, (held.expires_at - at).days),
        capabilities=sorted({one for access_ in asked for one in access_.capabilities}),
        ways=sorted({way for access_ in asked for way in access_.ways}),
        networks=held.networks, per_minute=policy("per_minute"), at=at,
    )  # fmt: skip
    engine.move(SYSTEM_ADMISSION(), held, "draw", actor=actor, at=at)
    return made


@action("exchange.remind_systems")
def remind_systems(*, actor: Actor, at: datetime) -> int:
    """Who renews it has it among what is to be done, and its operator hears of it, some weeks before the end; how many."""
    soon = at + timedelta(days=policy("remind_days"))
    due = OutsideSystem.objects.filter(state=Standing.ADMITTED, expires_at__lte=soon, expires_at__gt=at)  # fmt: skip
    for pk in list(due.values_list("pk", flat=True)):
        held = OutsideSystem.objects.hold(pk)
        engine.move(SYSTEM_ADMISSION(), held, "remind", actor=actor, at=at, turn=_turn(held, RENEW, at))  # fmt: skip
        _tell_operator(held, at)
        told(held, at)
    return len(due)


@action("exchange.lapse_systems")
def lapse_systems(*, actor: Actor, at: datetime) -> int:
    """What is past its day is over; nothing opened after that day anyway. How many."""
    over = list(OutsideSystem.objects.filter(state__in=IN_FORCE, expires_at__lte=at).values_list("pk", flat=True))  # fmt: skip
    for pk in over:
        held = OutsideSystem.objects.hold(pk)
        engine.move(SYSTEM_ADMISSION(), held, "lapse", actor=actor, at=at)
        void(held, at)
        told(held, at)
    return len(over)


def started(actor: Actor, new: NewSystem, area: str, at: datetime, *, applicant: UUID | None = None) -> OutsideSystem:  # fmt: skip
    """An application that waits for somebody to look at it."""
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post, or to residents
    made = OutsideSystem(
        area=area, number=f"XT{at:%y%m%d}{short_code(4)}", asked_by_id=actor.id, applicant_id=applicant, asked_at=at,
        personal=rules.tells_of_people(new.accesses, {one.key: one for one in ACCESSES}), **_facts(new),
    )  # fmt: skip
    if applicant:
        made.concern([f"account:{applicant}"])
    turn = _turn(made, OPEN_IT, at) if applicant else engine.Turn(holders=(), title=made.name)
    engine.start(SYSTEM_ADMISSION(), made, actor=actor, at=at, turn=turn, said=engine.Said())
    publish(SystemAsked(system=made.pk, at=at), area=area)
    return made


def _take_up(held: OutsideSystem, actor: Actor, at: datetime, note: str = "") -> None:
    """The account of a machine: without a password, and until the admission without anything it might see."""
    held.account = accounts.open_account(
        actor=SYSTEM, login=held.number.lower(), name=held.name, kind="machine", area=held.area, at=at
    )  # fmt: skip
    held.concern([f"account:{held.account.pk}"])
    engine.move(SYSTEM_ADMISSION(), held, "open", actor=actor, at=at, said=engine.Said(note=note))


def test_key_for(held: OutsideSystem, at: datetime) -> OutsideSystem:
    """Another test key for a held system; the one before is void."""
    insist(None if held.state in (*OPEN, *IN_FORCE) else Refusal("system_closed"))
    void(held, at, watched=True)
    return _with_test_key(held, at)


def tidy(new: NewSystem) -> NewSystem:
    words: dict[str, Any] = {
        name: value.strip() for name, value in new._asdict().items() if isinstance(value, str)
    }
    many: dict[str, Any] = {name: tuple(dict.fromkeys(getattr(new, name))) for name in ("accesses", "networks", "kept")}  # fmt: skip
    tidy = new._replace(**words, **many)
    proof: dict[str, Any] = {} if new.level else {"certificate": "", "assessed_on": None}
    return tidy._replace(credit_code=tidy.credit_code.upper(), **proof)


def faults_of(new: NewSystem, today: date) -> list[Refusal | None]:
    """All that is wrong with an application today."""
    known, kinds = {one.key: one for one in ACCESSES}, {one.key: one for one in DATA_KINDS}
    wrong = rules.complete(new, today, known, kinds, days_of(new.level))
    return [*wrong, key_rules.networks_are_narrow(new.networks)]


def _facts(new: NewSystem) -> dict[str, Any]:
    """As columns: networks as they are meant, what is sealed only when it was told."""
    facts: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in new._asdict().items()
    }  # fmt: skip
    return facts | {"networks": _networks(new), "contact": new.contact or None, "telephone": new.telephone or None}  # fmt: skip


def _networks(new: NewSystem) -> list[str]:
    return [str(key_rules.network_of(one)) for one in new.networks]


def _as_asked(held: OutsideSystem) -> NewSystem:
    many: dict[str, Any] = {
        name: tuple(getattr(held, name)) for name in ("accesses", "networks", "kept")
    }
    words: dict[str, Any] = {name: getattr(held, name) for name in ("name", "body", "credit_code", "purpose", "level", "certificate", "assessed_on")}  # fmt: skip
    return NewSystem(**words, **many)


def _turn(held: OutsideSystem, capability: str, at: datetime) -> engine.Turn:
    """Whoever may do it there; never one person alone, so the desk has more than one chair."""
    return engine.Turn(holders=(desk(desk_of(capability, held.area, at)),), title=held.name)


def _with_test_key(held: OutsideSystem, at: datetime) -> OutsideSystem:
    key = api.issue_key(
        actor=SYSTEM, account=held.its_account, name=held.name, days=policy("sandbox_days"), capabilities=TEST_CAPABILITIES,
        ways=TEST_WAYS, networks=held.networks, per_minute=policy("trial_per_minute"), watched=True, at=at,
    )  # fmt: skip
    held.__dict__["test_key"] = key.token
    return held


def void(held: OutsideSystem, at: datetime, *, watched: bool | None = None) -> None:
    """Its keys open nothing any more: all, or only those it was tested with, or only the others."""
    rows = ApiKey.objects.filter(account=held.account_id, revoked_at__isnull=True)
    for key in rows if watched is None else rows.filter(watched=watched):
        api.revoke_key(actor=SYSTEM, key=key, at=at)


def _sight(held: OutsideSystem, at: datetime) -> None:
    """It sees its area until its last day. What two others decided gives it, not the hand that pressed the button."""
    _end_sight(held, at)
    assert held.account is not None  # noqa: S101 -- the database knows it
    access.grant(actor=SYSTEM, account=held.account, post=POST, area=held.area, valid_to=held.expires_at, at=at)  # fmt: skip


def _end_sight(held: OutsideSystem, at: datetime) -> None:
    for grant in GrantRow.objects.filter(account=held.account_id, post=POST, valid_to__gt=at):
        access.end_grant(actor=SYSTEM, grant=grant, at=at)


def _shut(actor: Actor, system: OutsideSystem, move: str, note: str, at: datetime) -> OutsideSystem:
    held = OutsideSystem.objects.hold(system.pk)
    held.answer, held.expires_at = note.strip()[:300], None
    engine.move(SYSTEM_ADMISSION(), held, move, actor=actor, at=at, said=engine.Said(note=note))
    void(held, at)
    _end_sight(held, at)
    tell_applicant(held, "exchange.shut", at, why=held.answer)
    return told(held, at)


def tell_applicant(held: OutsideSystem, template: str, at: datetime, **facts: str) -> None:
    """Who applied at the public door hears how it goes."""
    if held.applicant_id:
        notify.send(
            to=f"account:{held.applicant_id}", template=template, facts={"system": held.name, **facts}, at=at, area=held.area,
            link=reverse("exchange:own", args=[held.pk]), key=f"{held.pk}:{held.steps_taken}",
        )  # fmt: skip


def _tell_operator(held: OutsideSystem, at: datetime) -> None:
    if held.telephone and held.expires_at:
        notify.send(
            to=f"tel:{held.telephone}", template="exchange.expiring", facts={"system": held.name, "day": localtime(held.expires_at).date()},
            at=at, area=held.area, key=f"{held.pk}:expiring:{held.expires_at:%Y%m%d}",
        )  # fmt: skip


def told(held: OutsideSystem, at: datetime) -> OutsideSystem:
    publish(SystemChanged(system=held.pk, state=held.state, at=at), area=held.area)
    return held
