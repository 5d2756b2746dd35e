"""Those who agreed to help are called to an incident, and say whether they come."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.crypto.fields import clear
from lifang.core.notify import send
from lifang.registry import selectors
from lifang.registry.catalogue import policy
from lifang.registry.models import Called, CallUp
from lifang.registry.selectors import ToCall
from lifang.registry.terms import Answer, Way


@action("registry.call_up")
def call_up(
    *,
    actor: Actor,
    incident: UUID,
    title: str,
    area: str,
    tags: Sequence[str],
    people: Iterable[UUID],
    words: str,
    at: datetime,
) -> CallUp:
    """Call these people of the groups to an incident; whoever cannot be written to is called at the door.

    Who left a group or took consent back since the list was looked at is not called, and nobody twice to one incident.
    """
    chosen = set(people)
    insist(
        None if actor.may("registry.call_up", area) else Refusal("not_allowed"),
        None if words.strip() else Refusal("call_words", {"field": "words"}),
        None if chosen else Refusal("call_nobody"),
    )
    found = selectors.to_call(actor, area, tags, incident)
    told = [one for one in found if one.person.pk in chosen and not one.called]
    insist(None if told else Refusal("call_changed"))
    call = CallUp.objects.create(
        area=area, holders=sorted({account for one in told if (account := account_of(one))}), incident=incident,
        title=title.strip()[:120], tags=[key for key in selectors.skills(actor) if key in set(tags)], words=words.strip()[:300],
        account_id=actor.id, sent_at=at,
    )  # fmt: skip
    rows = [
        Called(
            area=area, holders=[account] if (account := account_of(one)) else [], call=call, incident=incident,
            person_id=one.person.pk, tags=one.tags, way=one.way,
        )
        for one in told
    ]  # fmt: skip
    Called.objects.bulk_create(rows)
    for one, row in zip(told, rows, strict=True):
        if one.way is not Way.DOOR:
            _tell(one, row, call, at)
    return call


def account_of(one: ToCall) -> str:
    return next((holder for holder in one.person.holders if holder.startswith("account:")), "")


def _tell(one: ToCall, row: Called, call: CallUp, at: datetime) -> None:
    account = account_of(one)
    send(
        to=account or f"tel:{clear(one.person, 'telephone')}",
        template="registry.call_up" if account else "registry.call_up_text",
        facts={"title": call.title, "words": call.words},
        at=at,
        area=call.area,
        link=reverse("registry:call", args=[row.pk]) if account else "",
        key=f"call:{row.pk}",
    )


@action("registry.answer_call")
def answer_call(*, actor: Actor, called: Called, coming: bool, at: datetime) -> Called:
    """Whoever was called says whether they come; until the call is over they may say otherwise."""
    held = Called.objects.hold(called.pk)
    if actor.holder not in held.holders:
        raise Refused("not_found")
    return _answered(held, coming, None, at)


@action("registry.note_call")
def note_call(*, actor: Actor, called: Called, coming: bool, at: datetime) -> Called:
    """Somebody of the desk writes down what was answered by telephone or at the door."""
    held = Called.objects.hold(called.pk)
    insist(None if actor.may("registry.note_call", held.area) else Refusal("not_allowed"))
    return _answered(held, coming, actor.id, at)


def _answered(held: Called, coming: bool, by: UUID | None, at: datetime) -> Called:
    over = held.call.sent_at + timedelta(days=policy("call_days")) < at
    insist(Refusal("call_over", {"days": policy("call_days")}) if over else None)
    held.answer = Answer.COMING if coming else Answer.CANNOT
    held.answered_at, held.noted_by_id = at, by
    held.save(update_fields=["answer", "answered_at", "noted_by"])
    return held
