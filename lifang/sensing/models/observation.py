"""Series, what was observed, the newest of each, and what could not be read."""

import math
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.sensing.models.device import Device


class Series(Scoped):
    """One measure of one device."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]  # stands on every observation: eight bytes, not sixteen
    device = models.ForeignKey(Device, models.PROTECT, related_name="series")
    measure = models.CharField(max_length=30)  # measures.yaml
    told = models.JSONField(null=True, blank=True)  # what its maker says of it, in SensorThings

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="series_area"),
            GinIndex(fields=["holders"], name="series_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device", "measure"], name="series_once"),
        ]

    def __str__(self) -> str:
        return self.measure


class Observation(models.Model):
    """What a series was at one time: a view of `sensing_message`, where all that one message says of a device is one row.

    Partitioned by day of `at`, written in batches by the store alone. Who names the device too finds it by the index.
    """

    pk = models.CompositePrimaryKey("series_id", "at", "message")
    series = models.ForeignKey(Series, models.DO_NOTHING, db_constraint=False, related_name="+")
    device = models.ForeignKey(Device, models.DO_NOTHING, db_constraint=False, related_name="+")
    at = models.DateTimeField()  # event time
    message = models.BigIntegerField()  # the maker's message id, hashed; 0 without one
    arrived_at = models.DateTimeField()
    value = models.FloatField()
    quality = models.SmallIntegerField()
    facts = models.JSONField(null=True)

    class Meta:
        managed = False  # migrations/0019_messages.py
        db_table = "sensing_observation"

    def __str__(self) -> str:
        return f"{self.value:g}"


class Latest(Scoped):
    """The newest observation of a series, by event time. Has the area of its series, so that the wall costs no join."""

    id = None  # type: ignore[assignment]
    series = models.OneToOneField(
        Series, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="latest"
    )
    at = models.DateTimeField()
    arrived_at = models.DateTimeField()  # of the last message, even if it told of an earlier time
    value = models.FloatField()
    quality = models.SmallIntegerField()
    facts = models.JSONField(null=True)
    since = models.DateTimeField()  # the value has been the same since then
    readings = models.BigIntegerField(default=0)  # how many observations of it are kept
    # The least and the greatest of its good values since the hour of the newest began, and of the hour before. Never less
    # than it was: what is worked in late or at once counts to the newer hour.
    hour = models.BigIntegerField(default=0)  # since 1970
    low = models.FloatField(default=-math.inf)
    high = models.FloatField(default=math.inf)
    low_before = models.FloatField(default=-math.inf)
    high_before = models.FloatField(default=math.inf)

    class Meta:
        indexes: ClassVar[list[models.Index]] = []  # read by its key, changed all the time

    def __str__(self) -> str:
        return f"{self.value:g}"


class Quarantined(Scoped):
    """A message that could not be read, with the reason; the same poison again is only counted."""

    way = models.CharField(max_length=8)
    source = models.CharField(max_length=120)  # key, gateway or topic it came by
    reason = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    topic = models.TextField(blank=True)
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    count = models.PositiveBigIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "-last_at"], name="quarantine_area"),
            GinIndex(fields=["holders"], name="quarantine_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "reason", "digest"], name="quarantine_once"),
        ]

    def __str__(self) -> str:
        return self.reason


class Counted(Scoped):
    """How many messages of a source were taken or refused on a day, by reason (`""`: taken)."""

    day = models.DateField()
    way = models.CharField(max_length=8)
    source = models.CharField(max_length=120)
    reason = models.CharField(max_length=20, blank=True)
    count = models.PositiveBigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["area", "-day"], name="counted_area"),
            GinIndex(fields=["holders"], name="counted_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "way", "source", "reason", "area"], name="counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count}"


class Firing(Scoped):
    """An alert that a foreign monitoring system says is firing; it goes when that is resolved."""

    source = models.CharField(max_length=120)  # the key it came by
    code = models.CharField(max_length=200)  # whose, as it names the device
    fingerprint = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    critical = models.BooleanField()
    since = models.DateTimeField(null=True)
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="firing_area"),
            GinIndex(fields=["holders"], name="firing_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "code", "fingerprint"], name="firing_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Announced(Scoped):
    """What a device has announced by Home Assistant's discovery: what it will say where, and how that is read."""

    source = models.CharField(max_length=120)  # the key it came by
    key = models.CharField(max_length=900)  # the topic of the announcement
    spoken = models.JSONField()  # adapters.homeassistant.Spoken, several
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="announced_area"),
            GinIndex(fields=["holders"], name="announced_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="announced_once"),
        ]

    def __str__(self) -> str:
        return self.key
