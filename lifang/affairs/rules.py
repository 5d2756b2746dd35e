"""What is met, what is missing, who may. Arguments in, answer out."""

import math
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.timezone import localtime

from lifang.affairs.catalogue import ASPECTS, FILLERS, MATERIALS, Fee, Guide, Material, Needed
from lifang.affairs.terms import OVER, Confirmed, Met
from lifang.core.access import Refusal
from lifang.core.forms import Filled
from lifang.core.pay.rules import yuan
from lifang.core.search.words import plain, terms


class Need(NamedTuple):
    """One material of a guide for one person: how it is met, without being brought or not."""

    needed: Needed
    material: Material
    met: Met
    source: object = None  # what on file meets it

    @property
    def key(self) -> str:
        return self.needed.key

    @property
    def free(self) -> bool:
        """Need it not be brought?"""
        return self.met not in (Met.MISSING, Met.FILE)


def need(
    needed: Needed,
    known: frozenset[str],
    results: frozenset[str],
    held: Mapping[str, object],
) -> Need:
    """By the register first, then by an earlier result, by what is on file, by a declaration."""
    material = MATERIALS[needed.key]
    if material.elements and known.issuperset(material.elements):
        return Need(needed, material, Met.REGISTER)
    if results.intersection(material.results):
        return Need(needed, material, Met.RESULT)
    if needed.key in held:
        return Need(needed, material, Met.HELD, held[needed.key])
    if material.declared:
        return Need(needed, material, Met.DECLARED)
    return Need(needed, material, Met.MISSING)


def wanted(guide: Guide, filled: Filled) -> list[Needed]:
    """The materials that these answers call for."""
    return [one for one in guide.materials if filled.holds(one.when)]


def complete(met: Mapping[str, str], wanted: Iterable[Needed], *, later: bool) -> Refusal | None:
    """Is everything there? `later`: also what may be brought after applying."""
    missing = [
        MATERIALS[one.key].name
        for one in wanted
        if met.get(one.key, Met.MISSING) == Met.MISSING and (later or not one.later)
    ]
    if not missing:
        return None
    return Refusal("materials_missing", {"names": "，".join(str(name) for name in missing)})


def fee(guide: Guide, filled: Filled) -> Fee | None:
    """What these answers cost; the first that fits."""
    return next((one for one in guide.fees if filled.holds(one.when)), None)


def fee_paid(left: int) -> Refusal | None:
    """Nothing is begun before the fee is there."""
    return Refusal("fee_unpaid", {"amount": yuan(left)}) if left else None


def may_pay_fee(state: str, left: int) -> Refusal | None:
    """Is there anything to pay, and still something to pay it for?"""
    if state in OVER:
        return Refusal("fee_over")
    return None if left else Refusal("fee_paid")


def fee_goes_back(told: Fee | None, state: str, *, paid: int, begun: bool) -> bool:
    """Nothing came of it before the work began, and the guide gives it back or names it no more."""
    return bool(paid) and (told is None or told.returned) and not begun and state in OVER


def agreed(opinions: Sequence[tuple[str, bool | None]]) -> Refusal | None:
    """Do all departments agree?"""
    for unit, agrees in opinions:
        if agrees is False:
            return Refusal("department_disagrees", {"unit": unit})
    return None


class Known(NamedTuple):
    """What is known of who applies; nothing where nobody knows."""

    born: date | None = None
    residence: str = ""


def fits(guide: Guide, who: Known, on: date) -> Refusal | None:
    """Does what is known speak against it? The day one turns so old counts."""
    least = guide.who.age_from
    if least and who.born and _years(who.born, on) < least:
        return Refusal("too_young", {"matter": guide.name, "years": least})
    if guide.who.residence and who.residence and who.residence not in guide.who.residence:
        return Refusal("residence_unfit", {"matter": guide.name})
    return None


def _years(born: date, on: date) -> int:
    """Years completed on a day; who was born on 29 February completes them on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def word_for(despite: str, unfit: Iterable[Refusal]) -> Refusal | None:
    """What does not fit is recorded only with a word why."""
    told = " ".join(str(one) for one in unfit)
    return Refusal("unfit", {"told": told, "field": "despite"}) if told and not despite.strip() else None  # fmt: skip


def day_of(moment: datetime) -> date:
    """The day of the site's calendar."""
    return localtime(moment).date()


class Waiting(NamedTuple):
    """One who waits."""

    ticket: Any
    number: int
    first: bool  # goes first by the rule
    since: datetime  # when it came, or the time it is booked for
    booked: bool


def line(waiting: Sequence[Waiting], before: Sequence[bool], row: int) -> list[Waiting]:
    """The order in which they are called. `before`: whether the last ones called went first by the rule, newest last.

    Whoever is booked comes at its time; then those who go first; after `row` of them in a row one of the others.
    """
    booked = sorted((one for one in waiting if one.booked), key=lambda one: (one.since, one.number))
    first = deque(sorted((one for one in waiting if one.first and not one.booked), key=lambda one: one.number))  # fmt: skip
    rest = deque(sorted((one for one in waiting if not one.first and not one.booked), key=lambda one: one.number))  # fmt: skip
    run = 0
    for went_first in reversed(before):
        if not went_first:
            break
        run += 1
    found = list(booked)
    while first or rest:
        take_first = bool(first) and (run < row or not rest)
        found.append((first if take_first else rest).popleft())
        run = run + 1 if take_first else 0
    return found


def wait_minutes(ahead: int, counters: int, minutes: float) -> int:
    """How long somebody waits behind so many, at so many counters."""
    return math.ceil(ahead * minutes / max(counters, 1))


def slots(opens: datetime, closes: datetime, step: timedelta) -> list[datetime]:
    """When appointments of a day begin; the last one ends before closing."""
    many = int((closes - opens) / step)
    return [opens + n * step for n in range(many)]


LONGEST_MANDATE_DAYS = 366


def entrusts(guides: Sequence[str], until: date, on: date) -> Refusal | None:
    """Limited in matters and in time."""
    if not guides:
        return Refusal("mandate_of_nothing", {"field": "guides"})
    if not on <= until <= on + timedelta(days=LONGEST_MANDATE_DAYS):
        return Refusal("mandate_until", {"field": "until"})
    return None


def allows(guides: Sequence[str], until: date, ended: bool, guide: str, on: date) -> Refusal | None:
    """May a matter be applied for under it?"""
    if ended or on > until:
        return Refusal("mandate_over")
    return None if guide in guides else Refusal("mandate_not_for")


@lru_cache(maxsize=1)
def _fillers() -> tuple[re.Pattern[str], frozenset[str]]:
    return re.compile("|".join(map(re.escape, FILLERS["zh"].words))), frozenset(FILLERS["en"].words)


def without_fillers(text: str) -> str:
    """A text without the Chinese words that do not say what it is about."""
    return _fillers()[0].sub("", plain(text)).strip()


def content(text: str) -> list[str]:
    """The terms of a text that say what it is about: pairs of characters, words and numbers without the small words."""
    long, small = _fillers()
    bare = long.sub(" ", plain(text))
    found = [one for one in terms(bare + " " * 60) if one not in small]
    return [_stem(one) for one in found if len(one) > 1 or not one.isascii()]


def _stem(term: str) -> str:
    """One and many are the same in English."""
    if term.isascii() and term.isalpha() and len(term) > 3:
        for end, put in (("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")):
            if term.endswith(end) and len(term) - len(end) > 2:
                return term[: -len(end)] + put
    return term


def aspect_of(text: str) -> str:
    """What of a matter is asked: its papers, time, fee …"""
    said = plain(text)
    return next((one.key for one in ASPECTS if any(word in said for word in one.words)), "what")


def telephone_fits(telephone: str) -> Refusal | None:
    """Can it be phoned? Six to fifteen digits, as people write them."""
    digits = sum(one in "0123456789" for one in telephone)
    right = 6 <= digits <= 15 and not set(telephone) - set("0123456789 +-()")
    return None if right else Refusal("telephone_missing", {"field": "telephone"})


def terminal_state(closed: datetime | None, heard: datetime | None, at: datetime, quiet: timedelta) -> str:  # fmt: skip
    """Closed, never heard, on, or silent for too long."""
    if closed:
        return "closed"
    if heard is None:
        return "new"
    return "on" if at - heard <= quiet else "off"


def uptime(minutes: int, hours: timedelta) -> float | None:
    """The share of its hours in which a terminal was heard; nothing before there is a minute to count."""
    whole = hours.total_seconds() / 60
    return min(minutes / whole, 1.0) if whole >= 1 else None


def at_home(guides: Sequence[Guide]) -> Refusal | None:
    """Can all of these be done at somebody's home?"""
    if not guides:
        return Refusal("home_visit_of_nothing", {"field": "guides"})
    never = [one.name for one in guides if not one.visit]
    names = "，".join(str(one) for one in never)
    return Refusal("not_at_home", {"names": names, "field": "guides"}) if never else None


def proven(way: str, witness: str, file: bool) -> Refusal | None:
    """Words need a witness; everything else something to look at."""
    if way == Confirmed.WORDS:
        return None if witness.strip() else Refusal("witness_missing", {"field": "witness"})
    return None if file else Refusal("mark_missing", {"field": "mark"})
