"""Days of observations that lie in the archive."""

from django.db import models


class Archived(models.Model):
    """One day as a file of Parquet: written, read back and counted before the day was erased here. Nobody's home is in it."""

    day = models.DateField(primary_key=True)
    rows = models.BigIntegerField()  # in the file
    erased = (
        models.BigIntegerField()
    )  # of homes of people, and what nobody has registered: gone for good
    checksum = models.CharField(max_length=16)  # of its rows, whatever their order
    sha256 = models.CharField(max_length=64)  # of the file
    size = models.BigIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"
