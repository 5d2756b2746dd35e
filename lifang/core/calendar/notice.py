"""Reads the yearly notice on holidays as the State Council's office publishes it; pure."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.core.calendar.plan import Break, holiday_name
from lifang.core.calendar.week import days_between
from lifang.core.i18n.when import day_text

MOST = 20_000  # characters; the longest notice so far has under 1,500

_CLAUSE = re.compile(r"[。;\n]")
_NUMBERED = re.compile(r"^\s*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.]?|\d{1,2}[、.])\s*")
_NAMED = re.compile(r"^\s*([^\d:()\s]{2,20}):")
_YEAR = re.compile(r"(\d{4})年[^\d。]{0,80}(?:安排|通知)")
_COUNT = re.compile(r"共(\d{1,2})天")
_DAY = r"(?:(?P<y>\d{4})年)?(?:(?P<m>\d{1,2})月)?(?P<d>\d{1,2})日(?:\([^()]{0,30}?(?:周|星期)(?P<w>[一二三四五六日天])\))?"
_TOKEN = re.compile(rf"{_DAY}|(?P<to>至|到|[-—~]+)|(?P<off>放假)|(?P<work>上班)")
_WEEKDAYS = "一二三四五六日"

_WRITTEN = re.compile(r"(?:(\d{4})\s*[-/.年])?\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)


class Read(NamedTuple):
    """What a notice says; `unread` are its sentences with a date that say neither, `doubts` what does not fit."""

    breaks: list[Break]
    unread: list[str]
    doubts: list[Refusal]


def read(text: str, year: int) -> Read:
    """Holidays and make-up workdays of a notice for `year`."""
    found = Read([], [], [])
    plain = unicodedata.normalize("NFKC", text[:MOST]).replace("\r", "\n")
    if (said := _YEAR.search(plain)) and int(said[1]) != year:
        found.doubts.append(Refusal("notice_year", {"said": said[1], "year": str(year)}))
    name = ""
    for clause in _CLAUSE.split(plain):
        words = _NUMBERED.sub("", clause)
        if named := _NAMED.match(words):
            name, words = named[1], words[named.end() :]
        _Clause(found, name, year).read(words)
    return found._replace(breaks=_joined(found.breaks))


def written_days(text: str, year: int) -> tuple[date, ...] | None:
    """Dates one after another, with or without their year; None where there is something else, ValueError for no date."""
    if _WRITTEN.sub("", text).strip(" ,，、;；"):
        return None
    return tuple(
        date(int(found[1] or year), int(found[2]), int(found[3]))
        for found in _WRITTEN.finditer(text)
    )


class _Clause:
    """One sentence: days gather until a verb says what they are."""

    def __init__(self, found: Read, name: str, year: int) -> None:
        self.found, self.name, self.year = found, name, year
        self.month: int | None = None
        self.days: list[tuple[date, date]] = []
        self.open = False  # a "to" waits for its second day

    def read(self, words: str) -> None:
        off = 0
        for token in _TOKEN.finditer(words):
            if token["to"]:
                self.open = bool(self.days)
            elif token["off"] and self.days:
                off += self._off()
            elif token["work"] and self.days:
                self._work()
            elif token["d"]:
                self._day(token)
        if self.days:
            self.found.unread.append(words.strip()[:200])
        count = _COUNT.search(words)
        if off and count and int(count[1]) != off and "连休" not in words:
            facts = {"name": self.name, "said": count[1], "found": str(off)}
            self.found.doubts.append(Refusal("notice_count", facts))

    def _day(self, token: re.Match[str]) -> None:
        self.year = int(token["y"] or self.year)
        self.month = int(token["m"] or self.month or 0)
        try:
            day = date(self.year, self.month, int(token["d"]))
        except ValueError:
            self.found.doubts.append(Refusal("notice_date", {"words": token[0]}))
            return
        if token["w"] and _WEEKDAYS.index(token["w"].replace("天", "日")) != day.weekday():
            facts = {"day": day_text(day), "said": token["w"]}
            self.found.doubts.append(Refusal("notice_weekday", facts))
        if self.open and self.days:
            self.days[-1] = self.days[-1][0], day
        else:
            self.days.append((day, day))
        self.open = False

    def _off(self) -> int:
        days, self.days = self.days, []
        name = holiday_name(self.name)
        self.found.breaks.extend(Break(name, first, last) for first, last in days)
        return sum(max(0, (last - first).days + 1) for first, last in days)

    def _work(self) -> None:
        days = tuple(_each(self.days))
        self.days = []
        self.found.breaks.append(Break(holiday_name(self.name), make_up=days))


def _each(spans: list[tuple[date, date]]) -> Iterator[date]:
    for first, last in spans:
        # A mistyped end must not become thousands of days.
        yield from days_between(first, last)[:31]


def _joined(breaks: list[Break]) -> list[Break]:
    """Make-up workdays stand beside the break of the same name."""
    joined: list[Break] = []
    for one in breaks:
        place = next((n for n, other in enumerate(joined) if other.name == one.name), None)
        if one.first is None and place is not None:
            joined[place] = joined[place]._replace(make_up=joined[place].make_up + one.make_up)
        else:
            joined.append(one)
    return joined
