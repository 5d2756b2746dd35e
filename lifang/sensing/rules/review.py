"""What a week of alarms says of each rule, and what might be changed for it. Pure: rows in, lines and proposals out."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from lifang.core.access import Refusal
from lifang.sensing.catalogue import VERDICTS, AlarmRule, policy
from lifang.sensing.models import Review
from lifang.sensing.rules.alarms import chattering
from lifang.sensing.terms import Verdict

MONTH_DAYS = 30.44
SHORT_SHARE = 0.8  # of the false alarms that a longer delay would have to keep away
LONGEST_HOLD = 1800.0  # seconds; what lasts longer is no short excursion
ROUND_SECONDS = (10, 30, 60, 120, 180, 300, 600, 900, 1200, 1800)
LATE_SHARE = 0.5
WORD_CHARACTERS = 300


class Seen(NamedTuple):
    """One alarm of the week, as it stands now."""

    rule: str
    device: UUID | None
    since: datetime
    raised: datetime
    told: datetime
    cleared: datetime | None
    acknowledged: datetime | None
    ended: datetime | None
    verdict: str
    silent: bool  # inhibited, folded or under another: nobody had to answer
    beats: tuple[datetime, ...] = ()  # raised, and raised again
    shelved_hours: float = 0


class Line(msgspec.Struct, kw_only=True):
    """One rule in one week."""

    rule: str
    raised: int = 0
    silent: int = 0
    judged: int = 0
    right: int = 0
    wrong: int = 0
    earlier_right: int = 0
    earlier_wrong: int = 0
    places: int = 0  # homes and other places that it watches
    delay_seconds: float | None = (
        None  # from the beginning of the condition until it was here; the median
    )
    answer_seconds: float | None = None  # until somebody answered; the median
    late: int = 0  # not answered within the minutes of the rule
    stale: int = 0  # open for more than a day
    chattering: int = 0
    shelved_hours: float = 0

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def earlier(self) -> float | None:
        known = self.earlier_right + self.earlier_wrong
        return self.earlier_right / known if known else None

    @property
    def months(self) -> float:
        """How many home-months the week was."""
        return self.places * 7 / MONTH_DAYS

    @property
    def rate(self) -> float | None:
        """Alarms in a home-month."""
        return self.raised / self.months if self.places else None


class Proposed(msgspec.Struct, kw_only=True):
    key: str  # proposals.yaml
    rule: str
    facts: dict[str, Any] = {}


class Body(msgspec.Struct, kw_only=True):
    lines: list[Line] = []
    proposed: list[Proposed] = []


def review(
    seen: Sequence[Seen], rules: Mapping[str, AlarmRule], places: Mapping[str, int],
    earlier: Mapping[str, tuple[int, int]], stale: Mapping[str, int], until: datetime,
) -> Body:  # fmt: skip
    """The review of a community: every rule that raised something or left something open."""
    by_rule: dict[str, list[Seen]] = {key: [] for key in stale}
    for one in seen:
        by_rule.setdefault(one.rule, []).append(one)
    body = Body()
    for key in sorted(by_rule, key=lambda key: (-len(by_rule[key]), key)):
        rule, mine = rules.get(key), by_rule[key]
        right, wrong = earlier.get(key, (0, 0))
        line = line_of(key, mine, rule.minutes if rule else 0, until)
        line.places, line.stale = places.get(key, 0), stale.get(key, 0)
        line.earlier_right, line.earlier_wrong = right, wrong
        body.lines.append(line)
        if rule is not None:
            body.proposed += proposals(rule, line, mine)
    return body


def line_of(key: str, mine: Sequence[Seen], minutes: int, until: datetime) -> Line:
    told = [one for one in mine if not one.silent]
    answered = [_seconds(one.told, one.acknowledged) for one in told if one.acknowledged]
    delays = [_seconds(one.since, one.told) for one in mine if one.told > one.since]
    right, wrong = _words(right=True), _words(right=False)
    return Line(
        rule=key, raised=len(mine), silent=len(mine) - len(told), judged=sum(bool(one.verdict) for one in mine),
        right=sum(one.verdict in right for one in mine), wrong=sum(one.verdict in wrong for one in mine),
        delay_seconds=median(delays) if delays else None, answer_seconds=median(answered) if answered else None,
        late=sum(_late(one, minutes, until) for one in told), chattering=sum(chattering(one.beats) for one in mine),
        shelved_hours=round(sum(one.shelved_hours for one in mine), 1),
    )  # fmt: skip


def proposals(rule: AlarmRule, line: Line, mine: Sequence[Seen]) -> Iterable[Proposed]:
    """What this week asks for, the rule first, then the devices, then the people."""
    found = [_about_rule(rule, line, mine), _chatter(rule, line), *_devices(mine)]
    absent = sum(one.verdict == Verdict.PLANNED_ABSENCE for one in mine)
    told = line.raised - line.silent
    over = sum(
        not one.verdict and not one.silent and bool(one.ended or one.cleared) for one in mine
    )
    if absent:
        found.append(("ask_absences", {"n": absent}))
    if told >= policy("review_least") and line.late >= LATE_SHARE * told:
        facts = {
            "told": told,
            "late": line.late,
            "minutes": rule.minutes,
            "median": line.answer_seconds,
        }
        found.append(("answer_sooner", facts))
    if over >= policy("review_least"):
        found.append(("judge_them", {"n": over}))
    if line.stale:
        found.append(("close_stale", {"n": line.stale}))
    return [Proposed(key=one[0], rule=rule.key, facts=one[1]) for one in found if one]


_Found = tuple[str, dict[str, Any]] | None


def _about_rule(rule: AlarmRule, line: Line, mine: Sequence[Seen]) -> _Found:
    known = line.right + line.wrong
    if known < policy("review_least") or line.right * 100 >= policy("review_floor") * known:
        return None
    facts = {
        "judged": known,
        "right": line.right,
        "wrong": line.wrong,
        "percent": round(100 * line.right / known),
    }
    if rule.life:
        return "look_at_life", facts
    longer = _longer(rule.when.hold, mine)
    return ("longer_hold", longer | facts) if longer else ("look_at_limits", facts)


def _longer(hold: float, mine: Sequence[Seen]) -> dict[str, Any] | None:
    """The shortest round on-delay that keeps most false alarms away and not one real one."""
    right, wrong = _words(right=True), _words(right=False)
    spans = sorted(
        _seconds(one.raised, one.cleared) for one in mine if one.verdict in wrong and one.cleared
    )
    real = [
        _seconds(one.raised, one.cleared) if one.cleared else math.inf
        for one in mine
        if one.verdict in right
    ]
    wrong_ones = sum(one.verdict in wrong for one in mine)
    enough = math.ceil(SHORT_SHARE * wrong_ones)
    if len(spans) < enough:
        return None
    span = spans[enough - 1]
    now = next((float(n) for n in ROUND_SECONDS if n > hold + span), None)
    if now is None or now > LONGEST_HOLD or any(hold + one <= now for one in real):
        return None
    kept_away = sum(hold + one < now for one in spans)
    return {"short": kept_away, "span": span, "was": hold, "now": now}


def _chatter(rule: AlarmRule, line: Line) -> _Found:
    if not line.chattering:
        return None
    was = rule.when.linger
    now = next((float(n) for n in ROUND_SECONDS if n >= max(2 * was, 60)), 2 * was)
    return "longer_linger", {"n": line.chattering, "was": was, "now": now}


def _devices(mine: Sequence[Seen]) -> list[_Found]:
    faulty = {Verdict.FALSE, Verdict.DEVICE_FAULT}
    counted = Counter(one.device for one in mine if one.device and one.verdict in faulty)
    return [
        ("service_device", {"device": str(pk), "n": n}) for pk, n in counted.most_common(3) if n > 1
    ]


def body_of(row: Review) -> Body:
    """What a review holds, as it was when it was written."""
    return msgspec.convert(row.body, Body)


def may_sign(review: Review, word: str) -> Refusal | None:
    if review.signed_at:
        return Refusal("review_signed")
    return (
        None
        if 0 < len(word.strip()) <= WORD_CHARACTERS
        else Refusal("review_word", {"field": "word"})
    )


def week_of(at: datetime) -> datetime:
    """Midnight of the Monday of a local time."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=at.weekday())


def _late(one: Seen, minutes: int, until: datetime) -> bool:
    """Nobody answered in time; what is over by itself before that needed nobody."""
    due = one.told + timedelta(minutes=minutes)
    ends = [moment for moment in (one.acknowledged, one.ended) if moment]
    return due < until and (not ends or min(ends) > due)


def _words(*, right: bool) -> set[str]:
    return {one.key for one in VERDICTS if one.right is right}


def _seconds(since: datetime, until: datetime | None) -> float:
    return (until - since).total_seconds() if until else 0.0
