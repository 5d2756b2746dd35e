from django.db import models

from lifang.core.access.models import Scoped


class Upload(Scoped):
    """A photo on its way from a telephone, in parts; its id is made there."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    key = models.UUIDField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    have = models.PositiveIntegerField(default=0)
    word = models.CharField(max_length=2000, blank=True)  # the stash, once it is whole
    begun_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["begun_at"], name="upload_begun")]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="upload_once"),
            models.CheckConstraint(
                condition=models.Q(have__lte=models.F("size")), name="upload_not_beyond"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.have} of {self.size}"


class Part(models.Model):
    """A piece of a photo, as it came."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    start = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="part_once")]

    def __str__(self) -> str:
        return str(self.start)


class Record(Scoped):
    """What was written without a network and came later: taken once, however often it is sent."""

    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    key = models.UUIDField()
    kind = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()  # as we believe it
    said_at = models.DateTimeField()  # by the telephone's own clock
    ahead = models.IntegerField()  # seconds that clock was ahead when it sent
    sure = models.BooleanField()
    taken_at = models.DateTimeField()
    answer = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["account", "-taken_at"], name="record_account")]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="record_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
