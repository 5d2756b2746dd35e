"""Names and measures of the API."""

from datetime import timedelta
from typing import Final

KEEP: Final = "api.keep_machines"
OVERSEE: Final = "api.oversee_keys"
PREFIX: Final = 8
LONGEST: Final = timedelta(days=366)
PER_MINUTE: Final = 600
ANONYMOUS_PER_MINUTE: Final = 120
BODY_BYTES: Final = 1024 * 1024
DEPTH: Final = 20
PAGE: Final = 50
MOST: Final = 200
ANSWERS_KEPT: Final = timedelta(hours=48)
CALLS_KEPT: Final = timedelta(days=180)
TURNED_AWAY_KEPT: Final = timedelta(days=400)
NETWORKS: Final = 20
WIDEST_V4, WIDEST_V6 = 16, 32  # prefix lengths: nothing wider is a network of somebody's own
