"""What a device recorded of a thing it told."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.sensing.terms import Recorded

_KINDS = [(one.value, one.value) for one in Recorded]


class Recording(Scoped):
    """A clip or a still of what one message told. Its file is nobody's by itself: it is shown with the alarm, for a purpose."""

    device = models.ForeignKey("Device", models.PROTECT, related_name="+")
    message = models.BigIntegerField()  # the maker's message id, hashed as on its observations
    at = models.DateTimeField()  # event time of the message
    measures = ArrayField(models.CharField(max_length=30))  # what the message told
    kind = models.CharField(max_length=5, choices=_KINDS)
    digest = models.CharField(max_length=64, db_collation="C")  # of what was sent
    seconds = models.FloatField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "kind", "id"]
        indexes = [
            models.Index(fields=["area"], name="recording_area"),
            models.Index(fields=["device", "at"], name="recording_device"),
            models.Index(fields=["received_at"], name="recording_received"),
            GinIndex(fields=["holders"], name="recording_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device", "message", "kind"], name="recording_once"),
        ]

    def __str__(self) -> str:
        return self.kind
