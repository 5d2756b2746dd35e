"""A question nothing is written about is kept for staff; somebody who wants a person is phoned back."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import F

from lifang.affairs import rules, selectors
from lifang.affairs.catalogue import CALLBACK
from lifang.affairs.models import CallBack, Unanswered
from lifang.affairs.selectors import retention as kept
from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action, seen
from lifang.core.calendar import Limit, Unit
from lifang.core.crypto.fields import clear
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn
from lifang.core.retention import Shelf, shelf
from lifang.core.site import site
from lifang.registry import selectors as people

NUMBERS = re.compile(r"[\w.+-]+@[\w.-]+|[0-9０-９xX]{5,}")
SOON = Limit(Decimal(4), Unit.WORK_HOUR)


@action("affairs.note_question", beyond=True)
def note_question(*, actor: Actor, text: str, language: str, at: datetime) -> Unanswered | None:
    """Nothing is written about it. Beyond: the list is the staff's."""
    said = NUMBERS.sub("…", " ".join(text.split()))[:200]
    about = " ".join(rules.content(said))
    if not about:
        return None
    area, key = _area(actor), sha256(about.encode()).hexdigest()
    found, made = Unanswered.objects.select_for_update().get_or_create(
        area=area, key=key, defaults={"text": said, "language": language, "first_at": at, "last_at": at},
    )  # fmt: skip
    if not made:
        Unanswered.objects.filter(pk=found.pk).update(count=F("count") + 1, last_at=at, settled_at=None)  # fmt: skip
        found.refresh_from_db()
    return found


def _area(actor: Actor) -> str:
    person = people.me(actor)
    return person.area[:12] if person is not None else site().county


@action("affairs.settle_question")
def settle_question(*, actor: Actor, question: Unanswered, note: str, at: datetime) -> Unanswered:
    """Something was written about it, or why not."""
    row = Unanswered.objects.hold(question.pk)
    insist(None if note.strip() else Refusal("what_was_done_missing", {"field": "note"}))
    row.settled_at, row.note = at, note.strip()[:200]
    row.save()
    return row


@action("affairs.ask_person", beyond=True)
def ask_person(*, actor: Actor, text: str, telephone: str, channel: str, at: datetime) -> CallBack:
    """Phone me back. Beyond: the desk lies out of sight."""
    insist(rules.telephone_fits(telephone))
    area = _area(actor)
    row = CallBack(area=area, holders=[actor.holder] if actor.holder else [], text=text.strip()[:500] or "—", telephone=telephone, channel=channel, asked_at=at)  # fmt: skip
    turn = Turn((desk(desk_of("affairs.phone_back", area, at)),), Allowance(SOON, "", area), "callback")  # fmt: skip
    engine.start(CALLBACK(), row, actor=actor, at=at, turn=turn, said=Said())
    return row


@action("affairs.phone_back")
def phone_back(*, actor: Actor, callback: CallBack, reached: bool, note: str, at: datetime) -> CallBack:  # fmt: skip
    """They were phoned."""
    row = CallBack.objects.hold(callback.pk)
    row.closed_at, row.reached = at, reached
    engine.move(CALLBACK(), row, "close", actor=actor, at=at, said=Said(note=note.strip()))
    return row


@action("affairs.read_callback")
def read_callback(*, actor: Actor, callback: CallBack, at: datetime) -> tuple[str, str]:
    """Whom to phone and what about, in the clear: a line of the log."""
    row = selectors.callback(actor, callback.pk)
    seen("case")
    return clear(row, "telephone"), str(row.text)


def drop_questions(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    return {"questions": Unanswered.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]}


def empty_callbacks(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    for row in rows:
        if row.holders:
            engine.unname(row.pk, row.holders[0].removeprefix("account:"))
        row.text, row.telephone, row.holders, row.emptied_at = "—", None, [], at
        row.save()
    return {"notes": engine.hush([row.pk for row in rows], ["close"])}


shelf(
    Shelf("affairs.questions", kept.questions, drop_questions, lambda force: kept.held_plain(SYSTEM, force)),
    Shelf("affairs.callbacks", kept.callbacks, empty_callbacks, lambda force: kept.held_plain(SYSTEM, force), also=()),
)  # fmt: skip
