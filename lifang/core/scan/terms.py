"""Names and measures of reading photos."""

from datetime import timedelta
from typing import Final

from django.db import models

KEPT: Final = timedelta(hours=1)  # what was read; the photo itself goes as soon as it is read
WAITING_MOST: Final = 6  # of one account, not read yet
DAY_MOST: Final = 200  # of one account within what is kept


class State(models.TextChoices):
    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"
