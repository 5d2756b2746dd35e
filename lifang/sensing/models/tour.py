"""A tour: bins that were emptied, a patrol by residents or by a robot; where it came by and what was found there."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped


class Tour(Scoped):
    """One of them, after it was made. `who` is a vehicle or a team, nobody's name."""

    kind = models.CharField(max_length=20)  # tour_kinds.yaml
    who = models.CharField(max_length=60)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # Where it came by, in order: [device or "", its code, result of tour_kinds.yaml]
    stops = models.JSONField(default=list)
    total = models.PositiveIntegerField()
    good = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area", "-begun_at"], name="tour_area"),
            GinIndex(fields=["holders"], name="tour_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["area", "kind", "who", "begun_at"], name="tour_once"),
            models.CheckConstraint(condition=Q(ended_at__gte=F("begun_at")), name="tour_span"),
            models.CheckConstraint(
                condition=Q(total__gte=F("good") + F("missed"), total__gt=0), name="tour_counted"
            ),
        ]

    def __str__(self) -> str:
        return self.who
