"""Water, power, lift or gas that is off in some buildings, from when and until when."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.ids import new_id
from lifang.living.catalogue import OUTAGE_KINDS, OutageKind


class Outage(Scoped):
    """Published as it is told: what, where, when, why and by which company. Nobody's person is in it."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    batch = models.UUIDField()  # sent twice, told once
    kind = models.CharField(max_length=20)  # outage_kinds.yaml
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    edition = models.PositiveSmallIntegerField(
        default=1
    )  # how often it was told; another one with each change
    told = models.PositiveIntegerField(default=0)  # accounts that were told of this edition
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(
        null=True
    )  # earlier than planned, or called off before it began

    class Meta:
        ordering = ["-starts_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="outage_area"),
            GinIndex(fields=["holders"], name="outage_holders"),
            models.Index(fields=["ends_at"], condition=Q(ended_at__isnull=True), name="outage_stands"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["unit", "batch"], name="outage_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="outage_times"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"

    @property
    def what(self) -> OutageKind:
        return OUTAGE_KINDS[self.kind]


class OutageBuilding(models.Model):
    """One building it concerns."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    outage = models.ForeignKey(Outage, models.PROTECT, related_name="buildings")
    building = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    area = models.CharField(max_length=15, db_collation="C")
    name = models.CharField(max_length=250)  # with its estate

    class Meta:
        ordering = ["area", "name"]
        constraints = [models.UniqueConstraint(fields=["outage", "building"], name="outagebuilding_once")]  # fmt: skip

    def __str__(self) -> str:
        return self.name
