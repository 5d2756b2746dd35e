"""Ask about devices and what they said."""

from lifang.sensing.selectors.admissions import admission, admissions, runs
from lifang.sensing.selectors.devices import (
    Coverage,
    coverage,
    device,
    devices,
    find_devices,
    log,
    silent,
    with_seen,
)
from lifang.sensing.selectors.observations import (
    Point,
    changes,
    history,
    latest,
    latest_of,
    observations,
    poison,
    quarantined,
    series,
)

__all__ = [
    "Coverage",
    "Point",
    "admission",
    "admissions",
    "changes",
    "coverage",
    "device",
    "devices",
    "find_devices",
    "history",
    "latest",
    "latest_of",
    "log",
    "observations",
    "poison",
    "quarantined",
    "runs",
    "series",
    "silent",
    "with_seen",
]
