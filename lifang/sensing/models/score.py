"""What a score rule remembers of a series."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.sensing.models.observation import Series


class Followed(Scoped):
    """A series that a score rule looks at: the detector as it was some minutes ago, and the readings since are in the store."""

    id = None  # type: ignore[assignment]
    series = models.OneToOneField(Series, models.CASCADE, primary_key=True, related_name="followed")
    body = models.BinaryField()  # watch.score.Track
    readings = models.BigIntegerField()  # as many were stored when it was last looked at
    looked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="followed_area"),
            GinIndex(fields=["holders"], name="followed_holders"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id}"
