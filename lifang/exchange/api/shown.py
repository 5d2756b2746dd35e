"""How a run is told to the program that walks it."""

from collections.abc import Iterable, Mapping
from typing import Any

from lifang.exchange.catalogue import CHECKS


def checks_of(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each check with its sentence and how to pass it, in both languages. `passed: null`: not `tried` yet, or it cannot be seen here."""
    told = []
    for one in findings:
        check = CHECKS[one["check"]]
        told.append({
            **one, "zh": check.name.zh, "en": check.name.en,
            "hint": {"zh": check.hint.zh, "en": check.hint.en},
        })  # fmt: skip
    return told
