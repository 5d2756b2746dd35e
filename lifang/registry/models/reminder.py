"""What runs out in a grid, told once for all of it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.flow.models import Subject as Flowing
from lifang.registry.terms import Expiring, Reminding


class Reminder(Flowing):
    """A to-do of one grid: so many registrations (or values) run out or have run out. Kept true each night."""

    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Expiring])
    over = models.PositiveIntegerField()  # have run out
    soon = models.PositiveIntegerField()  # will within the time of the policy
    first_on = models.DateField()  # the earliest day
    told_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="reminder_area"),
            GinIndex(fields=["holders"], name="reminder_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind"], condition=Q(state=Reminding.OPEN), name="reminder_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.area}"
