from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from lifang.core.ids import new_id


class Outbox(models.Model):
    """An event on its way, written in the transaction of the act it tells of."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seq = models.BigIntegerField(unique=True, editable=False)
    name = models.CharField(max_length=60)
    facts = models.JSONField()
    area = models.CharField(max_length=15, blank=True, db_collation="C")
    holders = ArrayField(models.CharField(max_length=60), default=list)
    at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)  # every listener has had its turn
    passed_at = models.DateTimeField(null=True)  # acknowledged by the stream

    class Meta:
        indexes = [
            models.Index(fields=["seq"], condition=Q(heard_at__isnull=True), name="outbox_unheard"),
            models.Index(
                fields=["seq"], condition=Q(passed_at__isnull=True), name="outbox_unpassed"
            ),
            BrinIndex(fields=["at"], name="outbox_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.name}"


class Inbox(models.Model):
    """A listener's receipt, written with its effects: at least once on the wire, once in effect."""

    listener = models.CharField(max_length=120)
    event = models.UUIDField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listener", "event"], name="inbox_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} {self.event}"


class Trouble(models.Model):
    """A listener that failed: tried again with growing pauses, then laid aside for a person."""

    listener = models.CharField(max_length=120)
    event = models.ForeignKey(Outbox, models.CASCADE)
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField()
    again_at = models.DateTimeField(null=True)  # None: laid aside

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listener", "event"], name="trouble_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} {self.event_id}"
