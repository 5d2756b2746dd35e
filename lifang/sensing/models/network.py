"""Networks at buildings: what somebody stated or measured there of fibre, 5G and broadcasting."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped


class NetworkCheck(Scoped):
    """One statement or measurement at one building; the newest of an operator there holds."""

    building = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # network_kinds.yaml
    operator = models.CharField(max_length=60)  # a company
    measured = models.FloatField(null=True)  # in the unit of its kind; null: stated
    covered = models.BooleanField()
    found_on = models.DateField()
    evidence = models.CharField(
        max_length=200
    )  # the letter, or where and with what it was measured
    batch = models.UUIDField()  # sent twice, noted once
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area", "building", "kind"], name="networkcheck_area"),
            GinIndex(fields=["holders"], name="networkcheck_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "building"], name="networkcheck_once"),
            models.CheckConstraint(condition=~Q(operator="") & ~Q(evidence=""), name="networkcheck_proved"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.operator}"
