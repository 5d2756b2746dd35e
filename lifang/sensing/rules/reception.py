"""What a file of reception must hold, who may approve it, and which match messages are taken: no database, no clock.

The face rules of 2025 (reference FR-01 to FR-08) as code. The platform compares nobody and has no list to compare with.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lifang.core.access import Refusal
from lifang.sensing.catalogue import refused_words
from lifang.sensing.models import Reception
from lifang.sensing.rules.pictures import carries
from lifang.sensing.terms import Receiving, Unfit

ALTERNATIVES: Final = ("card", "code", "staffed")
AREA_DIGITS: Final = 9  # a street at most: never a whole county
MOST_DEVICES: Final = 20
KEEP_MOST: Final = 30
MOST_LINE: Final = 2048
LATE, EARLY = timedelta(hours=24), timedelta(minutes=5)
FIELDS: Final = ("id", "subject", "class", "device", "at")

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
# An identity number of 18 or 15 digits, a telephone number, a passport, wherever it stands in a text.
_IDENTITY: Final = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?!\d)|(?<![A-Za-z0-9])[A-Za-z]{1,2}\d{8}(?![A-Za-z0-9])"
)
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Numbers(NamedTuple):
    """What the site's policy allows."""

    on: bool
    days: int
    viewers: int
    a_day: int


class NewReception(NamedTuple):
    """A file before it is entered."""

    area: str
    system: str
    operator: str
    purpose: str
    necessity: str
    basis: str
    document: str
    assessment: str
    assessed_until: date | None
    place_kind: str
    notice: str
    notice_on: date | None
    alternative_kind: str
    alternative: str
    classes: Sequence[str]
    devices: Sequence[UUID]
    viewers: Sequence[str]
    keep_days: int
    starts_on: date | None
    ends_on: date | None


class Told(NamedTuple):
    """A match message that may be taken."""

    message: str
    subject: str
    kind: str
    device: str
    at: datetime


class Door(NamedTuple):
    """What is asked of each message of a file."""

    classes: Collection[str]
    devices: Collection[str]
    since: date
    until: date


def switched_on(numbers: Numbers) -> Refusal | None:
    return None if numbers.on else Refusal("reception_off")


def complete(new: NewReception, today: date, numbers: Numbers, places: Mapping[str, bool], classes: Collection[str]) -> Iterator[Refusal | None]:  # fmt: skip
    """Every piece that must be on file, each with its field. `places`: kind → is it private?"""
    for name, most in _WORDS.items():
        yield _words(name, getattr(new, name), most)
    yield (
        None if AREA_DIGITS <= len(new.area) <= 15 else Refusal("reception_area", {"field": "area"})
    )
    private = places.get(new.place_kind)
    yield Refusal("reception_place", {"field": "place_kind"}) if private is None else None
    yield Refusal("reception_private", {"field": "place_kind"}) if private else None
    known = new.alternative_kind in ALTERNATIVES
    yield None if known else Refusal("reception_alternative", {"field": "alternative_kind"})
    yield _some("classes", new.classes, len(classes), classes)
    yield _some("devices", new.devices, MOST_DEVICES)
    yield _some("viewers", new.viewers, numbers.viewers)
    accounts = all(one.startswith("account:") for one in new.viewers)
    yield None if accounts else Refusal("viewer_not_person", {"field": "viewers"})
    keeps = 1 <= new.keep_days <= KEEP_MOST
    yield None if keeps else Refusal("reception_keep", {"field": "keep_days", "most": KEEP_MOST})
    yield from _dates(new, today, numbers.days)


def _dates(new: NewReception, today: date, most: int) -> Iterator[Refusal | None]:
    starts, ends = new.starts_on, new.ends_on
    if starts is None or ends is None:
        yield Refusal("reception_dates", {"field": "ends_on", "most": most})
        return
    fits = today <= starts < ends <= starts + timedelta(days=most) and ends > today
    yield None if fits else Refusal("reception_dates", {"field": "ends_on", "most": most})
    assessed = new.assessed_until is not None and new.assessed_until >= ends
    yield None if assessed else Refusal("reception_assessed", {"field": "assessed_until"})
    hangs = new.notice_on is not None and new.notice_on <= starts
    yield None if hangs else Refusal("reception_notice", {"field": "notice_on"})


def may_approve(file: Reception, actors: Collection[UUID], today: date) -> Refusal | None:
    """Whoever asked approves nothing, nobody approves twice, and nothing is approved whose time is over. `actors`: all accounts of the person."""
    if not actors or file.asked_by_id in actors:
        return Refusal("approver_asked")
    if file.first_by_id in actors:
        return Refusal("approver_twice")
    return Refusal("reception_over") if file.ends_on < today else None


def standing(state: str, door: Door, today: date, *, on: bool) -> Unfit | None:
    """Why nothing at all is taken on this file now."""
    if not on:
        return Unfit.OFF
    if state == Receiving.SUSPENDED:
        return Unfit.SUSPENDED
    if state == Receiving.ENDED or today > door.until:
        return Unfit.OVER
    if state != Receiving.ON:
        return Unfit.NOT_IN_FORCE
    return Unfit.NOT_YET if today < door.since else None


def judge(line: bytes, door: Door, at: datetime) -> Told | Unfit:
    """One message: exactly five short words, or the reason why it is refused. What is worse is said first."""
    if len(line) > MOST_LINE:
        return Unfit.TOO_LARGE
    try:
        said = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Unfit.NOT_JSON
    if not isinstance(said, dict):
        return Unfit.SHAPE
    forbidden = _forbidden(said, door.devices)
    if forbidden is not None:
        return forbidden
    if any(not isinstance(said.get(name), str) for name in FIELDS):
        return Unfit.SHAPE
    return _fits(Told(said["id"], said["subject"], said["class"], said["device"], _time(said["at"])), door, at)  # fmt: skip


def _fits(told: Told, door: Door, at: datetime) -> Told | Unfit:
    if not (_CODE.fullmatch(told.message) and _CODE.fullmatch(told.subject)):
        return Unfit.SHAPE
    if told.kind not in door.classes:
        return Unfit.CLASS
    if told.device not in door.devices:
        return Unfit.DEVICE
    return told if at - LATE <= told.at <= at + EARLY else Unfit.TIME


_NEVER: Final = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


def _time(text: str) -> datetime:
    """With its offset; what is no time is never now."""
    try:
        found = msgspec.convert(text, datetime, strict=True)
    except msgspec.ValidationError:
        return _NEVER
    return found if found.tzinfo is not None else _NEVER


def _forbidden(said: Mapping[str, Any], devices: Collection[str]) -> Unfit | None:
    """What must not be here at all, wherever in the message it hides; the code of a device on file is its own."""
    names = [_plain(name) for name in _keys(said)]
    own = isinstance(said.get("device"), str) and said["device"] in devices
    texts = list(_texts({**said, "device": ""} if own else said))
    if carries(said):
        return Unfit.PICTURE
    if refused_words(Unfit.FEATURES).intersection(names):
        return Unfit.FEATURES
    if refused_words(Unfit.NAME).intersection(names) or any(_HAN.search(text) for text in texts):
        return Unfit.NAME
    if refused_words(Unfit.IDENTITY).intersection(names) or any(
        _IDENTITY.search(text) for text in texts
    ):
        return Unfit.IDENTITY
    return Unfit.FIELD if set(said) - set(FIELDS) else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield str(name)
            yield from _keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each)


def _texts(value: Any) -> Iterator[str]:
    """Every text and number, as text; the time and the own words of the message tell nothing of anybody."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from (
                () if name == "at" and isinstance(each, str) and len(each) <= 35 else _texts(each)
            )
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)


_WORDS: Final = {
    "system": 120, "operator": 120, "purpose": 300, "necessity": 300, "basis": 300, "document": 80, "assessment": 80, "notice": 500,
    "alternative": 300,
}  # fmt: skip


def _words(name: str, text: str, most: int) -> Refusal | None:
    return None if 0 < len(text.strip()) <= most else Refusal("reception_words", {"field": name, "most": most})  # fmt: skip


def _some(name: str, given: Sequence[Any], most: int, known: Collection[Any] | None = None) -> Refusal | None:  # fmt: skip
    fits = 0 < len(set(given)) <= most and (known is None or set(given) <= set(known))
    return None if fits else Refusal("reception_some", {"field": name, "most": most})


def warned(faces: int, limit: int, percent: int) -> bool:
    """Near the number from which filing is due."""
    return faces * 100 >= limit * percent
