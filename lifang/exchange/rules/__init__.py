from lifang.exchange.rules.conformance import Finding, conform, passed
from lifang.exchange.rules.systems import NewSystem, complete, may_approve, may_run, tells_of_people

__all__ = [
    "Finding",
    "NewSystem",
    "complete",
    "conform",
    "may_approve",
    "may_run",
    "passed",
    "tells_of_people",
]
