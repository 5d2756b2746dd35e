"""Answers, and which of them were known before anybody asked. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from lifang.core.forms.shape import FILES, Condition, Exit, FormSpec, Question
from lifang.core.i18n import Text


class Given(NamedTuple):
    """A value that is known, how it may be shown to others, where it is from and since when."""

    value: Any
    shown: str
    source: Text
    on: str = ""  # the day it was written down, ISO


class Origin(msgspec.Struct, frozen=True):
    """The same as it is kept."""

    shown: str
    source: Text
    on: str = ""


@dataclass
class Filled:
    """What has been answered. A known answer keeps its origin until somebody writes another."""

    answers: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    @classmethod
    def read(cls, body: str) -> "Filled":
        told = msgspec.json.decode(body)
        return cls(told["answers"], msgspec.convert(told["origins"], dict[str, Origin]))

    def written(self) -> str:
        return msgspec.json.encode({"answers": self.answers, "origins": self.origins}).decode()

    @classmethod
    def known(cls, form: FormSpec, given: Mapping[str, Given]) -> "Filled":
        """A form of which what is known is answered already: by the element of a question, else by its key."""
        found = cls()
        for one in form.questions:
            told = (given.get(one.element) if one.element else None) or given.get(one.key)
            if told is not None and told.value not in ("", None) and _chosen(one, told.value):
                found.answers[one.key] = told.value
                found.origins[one.key] = Origin(told.shown, told.source, told.on)
        return found

    def answer(self, answers: Mapping[str, Any]) -> None:
        """Take answers; one that says the same as was known leaves its origin."""
        for key, value in answers.items():
            if key in self.origins and self.answers.get(key) != value:
                del self.origins[key]
            self.answers[key] = value

    def holds(self, rules: Iterable[Condition]) -> bool:
        return all(self._holds(rule) for rule in rules)

    def _holds(self, rule: Condition) -> bool:
        value = self.answers.get(rule.question)
        return bool({*value} & {*rule.is_}) if isinstance(value, list) else value in rule.is_

    def asked(self, form: FormSpec) -> list[Question]:
        """The questions of this form after these answers. What hangs on a question that is not asked is not asked."""
        found: list[Question] = []
        keys: set[str] = set()
        for one in form.questions:
            if all(rule.question in keys for rule in one.when) and self.holds(one.when):
                found.append(one)
                keys.add(one.key)
        return found

    def stopped(self, form: FormSpec) -> Exit | None:
        """Where the form ends early, if it does."""
        keys = {one.key for one in self.asked(form)}
        return next(
            (one for one in form.exits if all(r.question in keys for r in one.when) and self.holds(one.when)),
            None,
        )  # fmt: skip

    def open(self, form: FormSpec) -> list[Question]:
        """What still waits for an answer. A question that may stay empty is answered by being passed."""
        return [one for one in self.asked(form) if not self._answered(one)]

    def _answered(self, one: Question) -> bool:
        if one.key not in self.answers:
            return False
        return not one.required or self.answers[one.key] not in ("", None, [])

    def counted(self, form: FormSpec) -> tuple[int, int]:
        """How many of the questions asked were known, of how many. Files count too."""
        asked = self.asked(form)
        return sum(one.key in self.origins for one in asked), len(asked)

    def kept(self, form: FormSpec) -> dict[str, Any]:
        """The answers to what was asked in the end; what was answered on the way and then left out is dropped."""
        return {one.key: self.answers[one.key] for one in self.asked(form) if one.key in self.answers}  # fmt: skip

    def files(self, form: FormSpec) -> dict[str, list[str]]:
        """Ids of the files by question."""
        kept = self.kept(form)
        return {
            one.key: kept[one.key]
            for one in form.questions
            if one.kind in FILES and kept.get(one.key)
        }


def _chosen(one: Question, value: Any) -> bool:
    return not one.options or value in {option.key for option in one.options}


def words(one: Question, value: Any) -> str:
    """An answer as people read it; files by how many."""
    if value in ("", None, []):
        return ""
    if one.kind == "yes":
        return str(YES if value == "yes" else NO)
    if one.options:
        picked = value if isinstance(value, list) else [value]
        return "，".join(str(option.name) for option in one.options if option.key in picked)
    if one.kind == "money":
        return f"¥{int(value) // 100}.{int(value) % 100:02d}"
    return str(len(value)) if one.kind in FILES else str(value)


YES, NO = Text("是", "Yes"), Text("否", "No")
