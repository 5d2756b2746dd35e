from lifang.exchange.rules.conformance import Finding, conform, passed
from lifang.exchange.rules.systems import (
    NewSystem,
    complete,
    may_apply,
    may_approve,
    may_open,
    may_run,
    reachable,
    tells_of_people,
)

__all__ = [
    "Finding",
    "NewSystem",
    "complete",
    "conform",
    "may_apply",
    "may_approve",
    "may_open",
    "may_run",
    "passed",
    "reachable",
    "tells_of_people",
]
