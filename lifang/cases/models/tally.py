from django.db import models


class Tally(models.Model):
    """How often a source did something in an hour. The source is a keyed hash: no address is kept."""

    key = models.BinaryField(max_length=32)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="tally_once")]
        indexes = [models.Index(fields=["hour"], name="tally_hour")]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
