"""What a form is: questions in order, when each is asked, where it ends early. Pure data, as YAML has it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import msgspec

from lifang.core.i18n import Text

Kind = Literal[
    "text", "long", "name", "telephone", "identity", "date", "number", "money", "address",
    "choice", "several", "yes", "photo", "paper",
]  # fmt: skip
FILES = ("photo", "paper")
LISTS = ("choice", "several")
MOST_FILES = 6


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to choose."""

    key: str
    name: Text
    hint: Text | None = None


class Condition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"is_": "is"}
):
    """An earlier question was answered with one of these."""

    question: str
    is_: list[str]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is asked."""

    key: str
    name: Text
    kind: Kind
    hint: Text | None = None
    element: str = ""  # the data element it is; the owner of the form knows which there are
    like: str = ""  # the element it is of somebody else, or of the matter: bound to it, never filled in from a record
    required: bool = True
    options: list[Option] = []
    least: int | None = None  # of a number, of money in cents
    most: int | None = None  # of a number or money; of text the characters; of files how many
    past: bool = False  # of a date: not after today
    when: list[Condition] = []  # asked only if all of these hold


class Exit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the form ends early, with the reason and what to do instead."""

    key: str
    when: list[Condition]
    title: Text
    text: Text


class FormSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A form of one edition."""

    key: str
    name: Text
    edition: int = 1
    questions: list[Question]
    exits: list[Exit] = []

    @cached_property
    def question(self) -> dict[str, Question]:
        return {one.key: one for one in self.questions}

    def faults(self) -> list[str]:
        """What is wrong with it, in sentences."""
        return [*_twice(self), *_unled(self), *_unchoosable(self)]


def _twice(form: FormSpec) -> Iterator[str]:
    seen: set[str] = set()
    for one in form.questions:
        if one.key in seen:
            yield f"question `{one.key}` stands twice"
        if one.key in ("all", "review"):
            yield f"`{one.key}` is the name of a page"
        seen.add(one.key)


def _unled(form: FormSpec) -> Iterator[str]:
    before: dict[str, Question] = {}
    for one in form.questions:
        yield from (fault for rule in one.when for fault in _wrong(rule, before, one.key))
        before[one.key] = one
    yield from (fault for each in form.exits for rule in each.when for fault in _wrong(rule, before, each.key))  # fmt: skip
    yield from (f"exit `{one.key}` always holds" for one in form.exits if not one.when)


def _wrong(rule: Condition, before: dict[str, Question], where: str) -> Iterator[str]:
    asked = before.get(rule.question)
    if asked is None:
        yield f"`{where}` hangs on `{rule.question}`, which is not asked before it"
    elif asked.kind not in (*LISTS, "yes"):
        yield f"`{where}` hangs on `{rule.question}`, which is nothing to choose"
    else:
        known = {"yes", "no"} if asked.kind == "yes" else {option.key for option in asked.options}
        unknown = sorted(set(rule.is_) - known)
        yield from (f"`{where}`: `{rule.question}` is never `{one}`" for one in unknown)


def _unchoosable(form: FormSpec) -> Iterator[str]:
    for one in form.questions:
        if (one.kind in LISTS) != bool(one.options):
            yield f"`{one.key}`: a choice has options, and nothing else has"
        if one.kind in FILES and not 1 <= (one.most or 1) <= MOST_FILES:
            yield f"`{one.key}`: 1 to {MOST_FILES} files"
