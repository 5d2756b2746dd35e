"""Names and measures of work without a network."""

from datetime import timedelta
from typing import Final

PART_BYTES: Final = 256 * 1024  # the most of a photo in one request
PHOTO_BYTES: Final = 15_000_000
PHOTOS_OPEN: Final = 60  # begun and not yet used, of one account
PHOTO_KEPT: Final = timedelta(days=7)
PHOTO_GOOD: Final = timedelta(
    hours=20
)  # a stash is good for 24: it must outlive its record's request
AT_ONCE: Final = timedelta(minutes=5)
CLOCK_RIGHT: Final = timedelta(minutes=2)  # nobody's watch is better
CLOCK_BELIEVED: Final = timedelta(hours=24)  # beyond that a telephone's clock says nothing
OLDEST: Final = timedelta(days=30)
CARRIED: Final = timedelta(hours=12)  # how long a telephone may keep what it carries
