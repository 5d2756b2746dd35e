"""Ask about devices and what they said."""

from lifang.sensing.selectors.devices import (
    device,
    devices,
    find_devices,
    log,
    with_seen,
)
from lifang.sensing.selectors.observations import (
    Point,
    history,
    latest,
    latest_of,
    observations,
    series,
)

__all__ = [
    "Point",
    "device",
    "devices",
    "find_devices",
    "history",
    "latest",
    "latest_of",
    "log",
    "observations",
    "series",
    "with_seen",
]
