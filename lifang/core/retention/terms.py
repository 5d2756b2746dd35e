from typing import Final

BATCH: Final = 200
STALE_HOURS: Final = 20  # a run older than this is ended without the terms that failed
LISTED: Final = 500  # rows of a list that a page shows
