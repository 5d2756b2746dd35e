"""Two policies for passwords, and what is no password under either."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import msgspec

from lifang.core.access import Refusal
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.config import config
from lifang.core.ids import short_code

LONGEST: Final = 128
TAIL: Final = 5  # characters behind a common word that make no password of it
LEFT: Final = 4  # characters that must remain when the words about the account are taken out

_AROUND: Final = "0123456789!@#$%^&*()._-+=?~ ,;:"
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")


class Profile(msgspec.Struct, frozen=True):
    """`intl` follows NIST SP 800-63B-4 and ASVS 5.0; `dengbao` GB/T 22239-2019 level 3, 8.1.4.1."""

    alone: int  # shortest without a second factor
    with_factor: int
    kinds: int  # of: small letter, capital, figure, sign
    days: int  # until it has to be changed; 0: never


PROFILES: Final = {
    "intl": Profile(alone=15, with_factor=8, kinds=1, days=0),
    "dengbao": Profile(alone=10, with_factor=10, kinds=3, days=90),
}


def profile() -> Profile:
    """The policy in force."""
    return PROFILES[config().password_profile]


@cache
def common() -> frozenset[str]:
    """Passwords that everybody tries first."""
    words = (files("lifang.core.accounts") / "data" / "common.txt").read_text("utf-8")
    return frozenset(line for line in words.splitlines() if line and not line.startswith("#"))


def fit(
    raw: str, *, factor: bool, about: Iterable[str] = (), rules: Profile | None = None
) -> Refusal | None:
    """May this be a password of an account with (or without) a second factor?"""
    rules = rules or profile()
    least = rules.with_factor if factor else rules.alone
    if len(raw) < least:
        return Refusal("password_short", {"least": least, "field": "new"})
    if len(raw) > LONGEST:
        return Refusal("password_long", {"most": LONGEST, "field": "new"})
    if _kinds(raw) < rules.kinds:
        return Refusal("password_plain", {"kinds": rules.kinds, "field": "new"})
    if _guessable(raw) or _about(raw, about):
        return Refusal("password_known", {"field": "new"})
    return None


def _kinds(raw: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(test(c) for c in raw) for test in tests)


def _guessable(raw: str) -> bool:
    """A common word with figures and signs around it, a repetition, or the alphabet walked along."""
    plain = raw.casefold()
    if plain == DEMO_PASSWORD.casefold() and not config().demo:
        return True
    reads = {plain, plain.strip(_AROUND)}
    reads |= {read.translate(_LEET) for read in reads} | {plain.translate(_LEET).strip(_AROUND)}
    reads |= {plain[:cut] for cut in range(max(5, len(plain) - TAIL), len(plain))}
    return not reads.isdisjoint(common()) or _repeats(plain) or _walks(plain)


def _repeats(plain: str) -> bool:
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, min(5, len(plain)))
    )


def _walks(plain: str) -> bool:
    """abcdefgh, 87654321; figures go round."""
    figures = plain.isdigit()
    steps = {(ord(b) - ord(a)) % 10 if figures else ord(b) - ord(a) for a, b in pairwise(plain)}
    return len(steps) == 1 and steps <= ({1, 9} if figures else {1, -1})


def _about(raw: str, about: Iterable[str]) -> bool:
    """Made of the login, the name, the telephone or the product, and little else."""
    rest = raw.casefold()
    words = {word.casefold() for word in (*about, "lifang", "password", "里坊")}
    for word in sorted(
        (word for word in words if len(word) >= 3 or not word.isascii()), key=len, reverse=True
    ):
        rest = rest.replace(word, "") if word else rest
    return len(rest) < len(raw) and len(rest) < max(LEFT, len(raw) // 2)


def due(set_at: datetime | None, at: datetime, rules: Profile | None = None) -> bool:
    """Has it to be changed because of its age?"""
    days = (rules or profile()).days
    return bool(days) and (set_at is None or at - set_at >= timedelta(days=days))


def issued() -> str:
    """A password to hand over: four groups that can be read aloud, with a capital, a figure and a sign."""
    groups = "-".join(short_code(4).capitalize() for _ in range(4))
    return f"{groups}-{secrets.randbelow(90) + 10}x"
