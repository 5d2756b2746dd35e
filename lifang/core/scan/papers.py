"""What lines on a paper may mean: proposals, each to be confirmed by a person. No database, no clock."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from lifang.core.crypto.numbers import credit_fault, identity_fault, identity_said
from lifang.core.scan.catalogue import HEADS
from lifang.core.scan.reader import Line

DOUBTFUL: Final = 0.85  # under this the engine guessed
_HALF: Final = 0.5
_IDENTITY: Final = re.compile(r"(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])")
_CREDIT: Final = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Z])")
_TELEPHONE: Final = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4})(?!\d)")
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘ×x", "0123456789XXX")


class Proposal(NamedTuple):
    """A value for one field. `sure`: read clearly, and its check digit holds where it has one."""

    field: str  # identity, name, sex, nation, birth, address, credit_code, telephone, text
    value: str
    sure: bool


def proposals(lines: Sequence[Line]) -> list[Proposal]:
    """Everything these lines may mean, once each; the whole text last."""
    lines = _paired(lines)
    found = [*(_card(lines) or _form(lines)), *_telephones(lines)]
    text = "\n".join(line.text.strip() for line in lines if line.text.strip())
    if text:
        found.append(Proposal("text", text, min(line.sure for line in lines) >= DOUBTFUL))
    return found


def key_of(one: Proposal) -> str:
    """The option of a choice that a value means; nothing where it is no choice."""
    said = {_word("male"): "male", _word("female"): "female"}
    return said.get(one.value, "") if one.field == "sex" else ""


def personal(found: Iterable[Proposal]) -> bool:
    """Is this somebody's card?"""
    return any(one.field == "identity" for one in found)


def _form(lines: Sequence[Line]) -> list[Proposal]:
    """What is written behind the printed words of some other paper: nothing proves it, so all of it is doubtful but a code."""
    written = [*_first("name", lines), *_first("sex", lines), *_first("nation", lines), *_address(lines, 1)]  # fmt: skip
    return [*_codes(lines), *(one._replace(sure=False) for one in written)]


def _paired(lines: Sequence[Line]) -> list[Line]:
    """A printed word that stands alone in its box of a form belongs to what is written to its right."""
    heads = {one.word for one in HEADS.all() if one.key not in ("male", "female")}
    taken: set[int] = set()
    made: list[Line] = []
    for at, line in enumerate(lines):
        if at in taken:
            continue
        if _plain(line.text).rstrip(":：") in heads:
            beside = [
                (other.left, n)
                for n, other in enumerate(lines)
                if n != at and n not in taken and other.left >= line.right - _HALF * (line.bottom - line.top)
                and line.top < (other.top + other.bottom) / 2 < line.bottom
            ]  # fmt: skip
            if beside and _plain(lines[min(beside)[1]].text).rstrip(":：") not in heads:
                right = lines[min(beside)[1]]
                taken.add(min(beside)[1])
                made = [one for one in made if one is not right]
                line = Line(f"{line.text.strip()}{right.text.strip()}", min(line.sure, right.sure), line.left, line.top, right.right, line.bottom)  # fmt: skip  # noqa: PLW2901 -- the two are one
        made.append(line)
    return made


def _word(key: str) -> str:
    return HEADS[key].word


@cache
def _after(key: str) -> "re.Pattern[str]":
    """What stands behind the printed word of a card."""
    head = HEADS[key]
    return re.compile(f"{re.escape(head.word)}[:：]?{head.then}")


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text.translate(_WIDE))


def _card(lines: Sequence[Line]) -> list[Proposal]:
    """The front of an identity card; nothing unless a number on it passes its check."""
    number = next(
        (
            (hit[0], line)
            for line in lines
            for hit in _IDENTITY.finditer(_plain(line.text).upper().replace(_word("identity"), ""))
            if identity_fault(hit[0]) is None
        ),
        None,
    )
    if number is None:
        return []
    found = [Proposal("identity", number[0], number[1].sure >= DOUBTFUL)]
    for field in ("name", "sex", "nation"):
        found += _first(field, lines)
    return [*_agreed(found, number[0]), *_birth(lines, number[0]), *_address(lines)]


def _first(field: str, lines: Sequence[Line]) -> list[Proposal]:
    for line in lines:
        hit = _after(field).search(_plain(line.text))
        if hit:
            value = _cut(hit[1], field)
            return [Proposal(field, value, line.sure >= DOUBTFUL)] if value else []
    return []


def _cut(value: str, field: str) -> str:
    """Without what the next printed word of the same line says."""
    others = [
        value.find(one.word) for one in HEADS.all() if one.key not in (field, "male", "female")
    ]
    return value[: min((at for at in others if at >= 0), default=len(value))].strip(" :：")


def _agreed(found: list[Proposal], number: str) -> list[Proposal]:
    """A sex that the number contradicts is doubtful."""
    said = identity_said(number)
    if said is None:
        return found
    return [
        one._replace(sure=one.sure and one.value == _word("male" if said.male else "female"))
        if one.field == "sex"
        else one
        for one in found
    ]


def _birth(lines: Sequence[Line], number: str) -> list[Proposal]:
    for line in lines:
        hit = _after("birth").search(_plain(line.text))
        if hit:
            day = f"{hit[1]}-{int(hit[2]):02}-{int(hit[3]):02}"
            return [Proposal("birth", day, day.replace("-", "") == number[6:14])]
    return []


def _address(lines: Sequence[Line], most: int = 4) -> list[Proposal]:
    """The line that begins it and those under it, until another begins."""
    start = next(
        (i for i, line in enumerate(lines) if _plain(line.text).startswith(_word("address"))), None
    )
    if start is None:
        return []
    parts, sure = [], True
    for line in lines[start : start + most]:
        plain = _plain(line.text)
        if any(
            plain.startswith(one.word) for one in HEADS.all() if one.key != "address"
        ) or _IDENTITY.search(plain.upper()):
            break
        parts.append(plain.removeprefix(_word("address")).lstrip(":："))
        sure = sure and line.sure >= DOUBTFUL
    return [Proposal("address", "".join(parts), sure)] if any(parts) else []


def _codes(lines: Sequence[Line]) -> list[Proposal]:
    return [
        Proposal("credit_code", code, sure)
        for code, sure in _once(_CREDIT, lines)
        if credit_fault(code) is None
    ]


def _telephones(lines: Sequence[Line]) -> list[Proposal]:
    return [Proposal("telephone", number, sure) for number, sure in _once(_TELEPHONE, lines)]


def _once(pattern: "re.Pattern[str]", lines: Sequence[Line]) -> list[tuple[str, bool]]:
    found: dict[str, bool] = {}
    for line in lines:
        for hit in pattern.finditer(_plain(line.text).upper()):
            found.setdefault(hit[0], line.sure >= DOUBTFUL)
    return list(found.items())
