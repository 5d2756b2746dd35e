"""The register and what was observed, as OGC SensorThings API 1.1 asks for it: one statement a list, one more for each `$expand`."""

from lifang.sensing.rules.things.grammar import Asked, Unfit, ask
from lifang.sensing.rules.things.kinds import KINDS, Kind, Link, Who
from lifang.sensing.selectors.things.listed import (
    Found,
    Page,
    Step,
    by_newest,
    count,
    found,
    listed,
    waits,
)
from lifang.sensing.selectors.things.targets import (
    Target,
    lines_of,
    own_device,
    streams_of,
    target,
    targets,
)

__all__ = [
    "KINDS",
    "Asked",
    "Found",
    "Kind",
    "Link",
    "Page",
    "Step",
    "Target",
    "Unfit",
    "Who",
    "ask",
    "by_newest",
    "count",
    "found",
    "lines_of",
    "listed",
    "own_device",
    "streams_of",
    "target",
    "targets",
    "waits",
]
