from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from lifang.core.catalogue import gather
from lifang.core.i18n import Text


@dataclass(frozen=True)
class Refusal:
    """Why not, as a reason code a person can read; `str()` is the sentence."""

    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        known = reasons().get(self.reason)
        return str(known.text.of(**self.facts)) if known else self.reason


class Refused(Exception):
    """An act was refused; carries the `Refusal`."""

    def __init__(self, refusal: Refusal | str, **facts: Any) -> None:
        self.refusal = Refusal(refusal, facts) if isinstance(refusal, str) else refusal
        super().__init__(self.refusal.reason)


def insist(*refusals: Refusal | None) -> None:
    """Raise `Refused` with the first refusal; say nothing when there is none."""
    for refusal in refusals:
        if refusal is not None:
            raise Refused(refusal)


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    text: Text
    hidden: bool = False  # answered like "does not exist"


@cache
def reasons() -> dict[str, Reason]:
    """Every context's `data/reasons.yaml`."""
    return gather("reasons", Reason)
