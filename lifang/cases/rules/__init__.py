"""What may be done to a case. Facts in, `None` or a `Refusal` out."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from lifang.cases.catalogue import CASE, Matter
from lifang.cases.models import Case, Delay, Handling, Revision
from lifang.cases.terms import Level, Photo, Role, State
from lifang.core.access import Actor, Kind, Refusal
from lifang.core.calendar.terms import Limit


def may_report(actor: Actor, matter: Matter | None, text: str, photos: int) -> Refusal | None:
    """Residents choose public matters; a report says something or shows something."""
    if matter is None:
        return Refusal("unknown_matter")
    if not matter.public and actor.kind in (Kind.ANONYMOUS, Kind.RESIDENT):
        return Refusal("not_public_matter")
    if not text.strip() and not photos:
        return Refusal("words_missing")
    return None


JOINT_UNITS, JOINT_DAYS = 2, 60


def may_order_joint(units: int, on: date, today: date, words: str) -> Refusal | None:
    """Several units, on a day soon, to do something that is said."""
    if units < JOINT_UNITS:
        return Refusal("joint_units", {"field": "units"})
    if not 0 <= (on - today).days <= JOINT_DAYS:
        return Refusal("joint_day", {"most": JOINT_DAYS, "field": "on"})
    return None if words.strip() else Refusal("joint_words", {"field": "words"})


def may_sign(case: Case, part: Handling | None) -> Refusal | None:
    if part is None or not part.pending or part.signed_at:
        return Refusal("not_handling")
    return None


def may_return(part: Handling | None, suggest: bool, suggested: UUID | None) -> Refusal | None:
    """A unit gives back its own case, and names whose it is where the reason asks for that."""
    if part is None or not part.pending:
        return Refusal("not_handling")
    if suggest and suggested is None:
        return Refusal("suggestion_missing")
    return None


def may_feed_back(
    matter: Matter, part: Handling | None, parts: Iterable[Handling], photos: Collection[str]
) -> Refusal | None:
    """The lead speaks last, and shows the work where the matter asks for a photo."""
    if part is None or not part.pending or not part.signed_at:
        return Refusal("not_handling")
    if part.role != Role.LEAD:
        return None
    waiting = [other for other in parts if other.role == Role.ASSIST and other.pending]
    if waiting:
        return Refusal("assists_open", {"units": "、".join(str(other.unit) for other in waiting)})
    if matter.photo in ("after", "both") and Photo.AFTER not in photos:
        return Refusal("evidence_missing")
    return None


def may_ask_delay(part: Handling | None, pending: Delay | None) -> Refusal | None:
    if part is None or not part.pending or not part.signed_at:
        return Refusal("not_handling")
    return Refusal("delay_pending") if pending else None


def may_grant_delay(delay: Delay | None, granted: Decimal, most: Limit) -> Refusal | None:
    """More time is granted in the unit it was asked in, and has an end."""
    if delay is None:
        return Refusal("no_delay_pending")
    if granted < 0:
        return Refusal("delay_not_longer")
    if most.unit == delay.measure and granted > most.amount:
        return Refusal("delay_too_long", {"most": most.name})
    return None


def may_check(actor: Actor, parts: Iterable[Handling]) -> Refusal | None:
    """Nothing is closed on the word of whoever did it (checklist S4-09)."""
    for part in parts:
        if actor.id and actor.id in (part.signed_by_id, part.fed_back_by_id):
            return Refusal("own_work_checked")
        if part.holder in actor.units:
            return Refusal("own_work_checked")
    return None


def may_recheck(actor: Actor, parts: Iterable[Handling], checkers: set[UUID]) -> Refusal | None:
    """A second look is somebody else's: neither of whoever did it nor of whoever checked it."""
    if actor.id in checkers:
        return Refusal("own_check_rechecked")
    return may_check(actor, parts)


def may_merge(case: Case, into: Case) -> Refusal | None:
    if case.pk == into.pk:
        return Refusal("merge_with_itself")
    if not into.open:
        return Refusal("merge_with_done")
    if case.area[:6] != into.area[:6]:
        return Refusal("other_county")
    return None


def may_reopen(case: Case, at: datetime, days: int, times: int) -> Refusal | None:
    """A bounded window, then a person at the street office; never a dead end."""
    if case.closed_at and at > case.closed_at + timedelta(days=days):
        return Refusal("reopen_window_over", {"days": days})
    if case.round > times:
        return Refusal("reopened_often", {"times": case.round - 1})
    return None


def goes_to_arbitration(returns: int, disputed: bool, limit: int) -> bool:
    """The third disputed return in a row is settled by the level above (journey W-D1)."""
    return disputed and returns + 1 >= limit


def after_check(case: Case, passed: bool, reachable: bool) -> str:
    """The move that follows a check."""
    if not passed:
        return "fail_check"
    return "pass_check" if reachable else "close"


def desk_above(desk: str) -> str | None:
    """The area of the next desk up: street → county → city."""
    return {15: desk[:12], 12: desk[:9], 9: desk[:6], 6: desk[:4]}.get(len(desk))


def visible_in_public(state: str) -> bool:
    """The public list shows what was accepted, never what was refused, withdrawn or is still unread."""
    hidden = (State.AWAITING_ACCEPTANCE, State.AWAITING_VERIFICATION, State.REFUSED, State.VOID)
    return state not in hidden


def pin(state: str, level: str, due_at: datetime | None, at: datetime) -> str:
    """How a case is drawn: danger to life before lateness before its turn."""
    if level == Level.LIFE:
        return "danger"
    if due_at is not None and due_at < at and state != State.SUSPENDED:
        return "late"
    return "progress" if CASE().state[state].tone == "progress" else "waiting"


def may_revise_limits(
    actor: Actor,
    matter: Matter | None,
    area: str,
    stages: Mapping[str, Limit],
    known: Collection[str],
    valid_from: datetime,
    reason: str,
    at: datetime,
) -> Refusal | None:
    """Limits change for the future only, somewhere the actor answers for, and somebody says why."""
    if not actor.may("cases.revise_limits", area):
        return Refusal("not_allowed")
    if matter is None:
        return Refusal("unknown_matter")
    if not stages or not set(stages) <= set(known):
        return Refusal("nothing_revised")
    if valid_from <= at:
        return Refusal("revised_backwards", {"field": "valid_from"})
    return None if reason.strip() else Refusal("revision_reason_missing", {"field": "reason"})


def may_withdraw_revision(actor: Actor, revision: Revision, at: datetime) -> Refusal | None:
    """Only before it comes into force: afterwards cases have been promised by it."""
    if not actor.may("cases.withdraw_revision", revision.area):
        return Refusal("not_allowed")
    if revision.withdrawn_at or revision.valid_from <= at:
        return Refusal("revision_in_force")
    return None


def without_words(query: str) -> str:
    """The filters of an address, without what was searched for: somebody's name may stand there."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([pair for pair in pairs if pair[0] != "q"])
