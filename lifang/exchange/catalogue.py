"""What an outside system may ask for, and what it has to show: see `data/`."""

import re
from typing import Literal

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.flow.shape import flow
from lifang.core.i18n import Text

_WAY = re.compile(r"(GET|POST|PUT|DELETE) [A-Za-z0-9._/-]{3,100}")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice."""

    key: str
    name: Text


class Access(Entry, frozen=True, kw_only=True):
    """One thing a system may ask for: which interfaces it opens, and what it must have for that."""

    plain: Text
    ways: list[str]  # "GET api/v1/cases": this address and what lies below it
    capabilities: list[str] = []
    personal: bool = False  # what is read may tell of people: two persons approve
    level: int = 0  # of classified protection (等保) that is needed at least
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        found = [f"`{way}` is no way" for way in self.ways if not _WAY.fullmatch(way)]
        if not self.ways:
            found.append("`ways` must name an interface")
        if self.personal and self.level < 2:
            found.append("what tells of people needs `level` 2 at least")
        return found


class Protection(Entry, frozen=True, kw_only=True):
    """A level of classified protection, and how many days an assessment is good for."""

    level: int
    days: int = 0  # 0: no assessment is asked for
    source: str = ""
    confirmed: bool = True


class DataKind(Entry, frozen=True, kw_only=True):
    """A kind of data that a system keeps."""

    personal: bool = False


class Check(Entry, frozen=True, kw_only=True):
    """One check of a conformance run, as a sentence, and how to pass it."""

    hint: Text


class Library(Entry, frozen=True, kw_only=True):
    """How a library names itself when nobody gave the program a name; no system's own."""

    begins: list[str]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number a city may want otherwise."""

    key: Literal["sandbox_days", "key_days", "remind_days", "run_minutes", "per_minute", "trial_per_minute", "own_waiting", "own_a_month"]  # fmt: skip
    amount: int
    note: Text


ACCESSES = catalogue("exchange", "accesses", Access, faults=Access.faults)
LEVELS = catalogue("exchange", "levels", Protection)
DATA_KINDS = catalogue("exchange", "data_kinds", DataKind)
CHECKS = catalogue("exchange", "checks", Check)
LIBRARIES = catalogue("exchange", "libraries", Library)
POLICY = catalogue("exchange", "policy", Policy)
SYSTEM_ADMISSION = flow("exchange", "system_admission")


def policy(key: str) -> int:
    """A policy number: `key_days`, `remind_days` …"""
    return int(POLICY[key].amount)


def days_of(level: int) -> int:
    """How long an assessment at this level is good for; 0 where none is asked for."""
    return next((one.days for one in LEVELS if one.level == level), 0)
