"""What an area goes through: planned, moved into, running, renewed."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped


class Phase(Scoped):
    """From this day on an area is in this phase, until the next one begins; noted by its office on a named ground. Struck out, never erased."""

    kind = models.CharField(max_length=20)  # codes: phase
    since = models.DateField()
    source = models.CharField(max_length=200)  # the paper that says so
    note = models.CharField(max_length=500, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["area", "since"], name="phase_area"),
            GinIndex(fields=["holders"], name="phase_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "since"],
                condition=Q(struck_at__isnull=True),
                name="phase_one_a_day",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="phase_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.kind} {self.since}"
