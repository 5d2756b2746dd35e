"""Names and measures of systems that are let in."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class Standing(StrEnum):
    """How a system stands, as in `data/flow.yaml`."""

    ASKED = "asked"  # by its operator; nobody has looked yet
    TESTING = "testing"
    PASSED = "passed"
    HALFWAY = "halfway"  # one of two has approved
    ADMITTED = "admitted"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REFUSED = "refused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


IN_FORCE: Final = (Standing.ADMITTED, Standing.EXPIRING)
OPEN: Final = (Standing.TESTING, Standing.PASSED, Standing.HALFWAY)
UNDECIDED: Final = (Standing.ASKED, *OPEN)
CLOSED: Final = (Standing.EXPIRED, Standing.REFUSED, Standing.ENDED, Standing.WITHDRAWN)
POST: Final = "outside_system"

# The course of a conformance run.
RECORDS: Final = 25
PAGE: Final = 10
LATER_SECONDS: Final = 3  # told with 429 for the second page
AWAY_SECONDS: Final = 2  # told with 503 for the first try of a report
REPORTS: Final = 2


class Seen(NamedTuple):
    """One call of a run, as the platform saw it."""

    at: datetime
    method: str
    path: str  # below the run: "records?after=10", "reports"; else the whole address
    agent: str
    source: str
    secure: bool
    once: bytes | None
    body: bytes | None
    status: int
    reason: str
    replayed: bool
