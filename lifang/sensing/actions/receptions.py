"""The file that lets a lawful outside system send match alarms: asked for, approved by two others, suspended at once, over by itself."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.accounts import selectors as accounts
from lifang.core.action import action
from lifang.core.api.secret import new_token
from lifang.core.events import publish
from lifang.core.files import store
from lifang.core.files.darkroom import Print
from lifang.core.files.terms import Kind
from lifang.core.flow import engine
from lifang.core.ids import short_code
from lifang.sensing.actions.filings import changed_since
from lifang.sensing.catalogue import MATCH_CLASSES, MATCH_PLACES, RECEPTION, TYPES, policy
from lifang.sensing.events import ReceptionAsked, ReceptionChanged
from lifang.sensing.models import Device, Reception, ReceptionKey
from lifang.sensing.rules import reception as rules
from lifang.sensing.rules.reception import NewReception, Numbers
from lifang.sensing.selectors import receiving as asked
from lifang.sensing.terms import Receiving

APPROVE = "sensing.approve_reception"


def numbers() -> Numbers:
    """What the site allows."""
    return Numbers(
        bool(policy("match_reception")), policy("reception_days"), policy("viewers_most"), policy("matches_a_day")
    )  # fmt: skip


@action("sensing.ask_reception")
def ask_reception(*, actor: Actor, new: NewReception, area: str, at: datetime, sign: Print | None = None) -> Reception:  # fmt: skip
    """Everything the law wants on file, or nothing is entered. `sign`: a photo of the notice where it hangs."""
    new, allowed, today = _tidy(new), numbers(), localtime(at).date()
    places = {one.key: one.private for one in MATCH_PLACES}
    insist(
        rules.switched_on(allowed),
        None if new.area == area else Refusal("reception_area", {"field": "area"}),
        None if sign else Refusal("reception_sign", {"field": "sign"}),
        *rules.complete(new, today, allowed, places, [one.key for one in MATCH_CLASSES]),
    )
    insist(_devices_fit(actor, new), _viewers_fit(actor, new, at))
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    made = Reception(
        number=f"BD{at:%y%m%d}{short_code(4)}", asked_at=at, asked_by_id=actor.id,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in new._asdict().items()},
    )  # fmt: skip
    engine.start(RECEPTION(), made, actor=actor, at=at, turn=_turn(made, at), said=engine.Said())
    if sign is not None:
        store.keep(sign, subject=made, kind=Kind.OTHER, actor=actor, at=at)
    publish(ReceptionAsked(reception=made.pk, at=at), area=made.area)
    return made


@action(APPROVE)
def approve_reception(*, actor: Actor, reception: Reception, at: datetime, note: str = "") -> Reception:  # fmt: skip
    """The first approval, or the second by somebody else again; with that it is in force."""
    held = Reception.objects.hold(reception.pk)
    mine = accounts.doubles(actor, actor.id) if actor.id else set()
    insist(rules.switched_on(numbers()), rules.may_approve(held, mine, localtime(at).date()))
    seen = store.of_subject(actor, held).exists()
    insist(None if seen else Refusal("reception_sign"))
    first = held.state == Receiving.ASKED
    if first:
        held.first_by_id, held.first_at = actor.id, at
    else:
        held.second_by_id, held.second_at = actor.id, at
    move, turn = ("approve", _turn(held, at)) if first else ("confirm", None)
    engine.move(RECEPTION(), held, move, actor=actor, at=at, turn=turn, said=engine.Said(note=note))
    if not first:
        changed_since(actor, at)
    return _told(held, at)


@action("sensing.refuse_reception")
def refuse_reception(*, actor: Actor, reception: Reception, note: str, at: datetime) -> Reception:
    """It may not, and why."""
    return _moved(actor, reception, "refuse", note, at)


@action("sensing.suspend_reception")
def suspend_reception(*, actor: Actor, reception: Reception, note: str, at: datetime) -> Reception:
    """From this moment on everything is refused; one person is enough for that."""
    return _moved(actor, reception, "suspend", note, at)


@action("sensing.resume_reception")
def resume_reception(*, actor: Actor, reception: Reception, note: str, at: datetime) -> Reception:
    """Asked for again after a suspension: whoever asks now is the one who asked, and two others have to approve anew."""
    held = Reception.objects.hold(reception.pk)
    insist(
        rules.switched_on(numbers()),
        Refusal("reception_over") if held.ends_on < localtime(at).date() else None,
    )
    held.asked_by_id, held.asked_at = actor.id, at  # type: ignore[assignment]  # an account, says the capability
    held.first_by, held.first_at, held.second_by, held.second_at = None, None, None, None
    engine.move(RECEPTION(), held, "resume", actor=actor, at=at, turn=_turn(held, at), said=engine.Said(note=note))  # fmt: skip
    return _told(held, at)


@action("sensing.end_reception")
def end_reception(*, actor: Actor, reception: Reception, note: str, at: datetime) -> Reception:
    """For good: its key is void."""
    return _moved(actor, reception, "end", note, at)


@action("sensing.lapse_receptions")
def lapse_receptions(*, actor: Actor, at: datetime) -> int:
    """What is past its last day ends by itself; nothing was taken after that day anyway."""
    over = Reception.objects.filter(ends_on__lt=localtime(at).date()).exclude(
        state__in=(Receiving.REFUSED, Receiving.ENDED)
    )
    found = list(over.values_list("pk", flat=True))
    for pk in found:
        held = Reception.objects.hold(pk)
        engine.move(RECEPTION(), held, "lapse", actor=actor, at=at)
        _void(held, at)
        _told(held, at)
    return len(found)


@action("sensing.issue_reception_key")
def issue_reception_key(*, actor: Actor, reception: Reception, at: datetime) -> ReceptionKey:
    """The key of the outside system, until the file's last day; an earlier one ends. `token` is there on this object alone."""
    held = Reception.objects.hold(reception.pk)
    insist(
        rules.switched_on(numbers()),
        None if held.state == Receiving.ON else Refusal("reception_not_on"),
    )
    _void(held, at)
    token = new_token()
    made = ReceptionKey(
        reception=held, prefix=token.prefix, digest=token.digest(), issued_at=at, expires_at=_last_moment(held, at)
    )  # fmt: skip
    made.save(force_insert=True)
    made.token = str(token)
    return made


def _last_moment(held: Reception, at: datetime) -> datetime:
    """The end of the file's last day, in local time."""
    here = localtime(at)
    return datetime.combine(held.ends_on, datetime.max.time(), tzinfo=here.tzinfo)


def _tidy(new: NewReception) -> NewReception:
    words: dict[str, Any] = {
        name: value.strip() for name, value in new._asdict().items() if isinstance(value, str)
    }
    many: dict[str, Any] = {name: tuple(dict.fromkeys(getattr(new, name))) for name in ("classes", "devices", "viewers")}  # fmt: skip
    return new._replace(**words, **many)


def _devices_fit(actor: Actor, new: NewReception) -> Refusal | None:
    """All of them cameras or gates that stand in the area and within sight of who asks."""
    kinds = [one.key for one in TYPES if one.group in asked.GROUPS]
    rows = Device.objects.visible_to(actor).filter(
        pk__in=new.devices, area__startswith=new.area, type__in=kinds, retired_at__isnull=True
    )
    fit = rows.count() == len(new.devices)
    return None if fit else Refusal("reception_devices", {"field": "devices"})


def _viewers_fit(actor: Actor, new: NewReception, at: datetime) -> Refusal | None:
    """All of them work there and answer alarms."""
    there = {f"account:{one.pk}" for one in asked.lookers(actor, new.area, at)}
    return None if set(new.viewers) <= there else Refusal("viewer_not_there", {"field": "viewers"})


def _turn(held: Reception, at: datetime) -> engine.Turn:
    """Whoever may approve there; an approver is never the one who asked, so the desk has more than one chair."""
    return engine.Turn(holders=(desk(desk_of(APPROVE, held.area, at)),), title=held.system)


def _moved(actor: Actor, reception: Reception, move: str, note: str, at: datetime) -> Reception:
    held = Reception.objects.hold(reception.pk)
    engine.move(RECEPTION(), held, move, actor=actor, at=at, said=engine.Said(note=note))
    if held.state in (Receiving.ENDED, Receiving.REFUSED):
        _void(held, at)
    return _told(held, at)


def _void(held: Reception, at: datetime) -> None:
    held.keys.filter(revoked_at__isnull=True).update(revoked_at=at)


def _told(held: Reception, at: datetime) -> Reception:
    publish(ReceptionChanged(reception=held.pk, state=held.state, at=at), area=held.area)
    return held
