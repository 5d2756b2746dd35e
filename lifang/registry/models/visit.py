"""Visits at the door, and those that were not made in time."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import MaskedText
from lifang.core.flow.models import Subject as Flowing
from lifang.registry.models.household import Household
from lifang.registry.models.person import Person


class Visit(Scoped):
    """Somebody of the grid called on a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="visits")
    kind = models.CharField(max_length=30)  # visits.yaml
    outcome = models.CharField(max_length=20)  # codes: visit_outcome
    note = MaskedText(mask="all", null=True, blank=True)
    office = models.CharField(max_length=120, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    next_on = models.DateField(null=True, blank=True)
    # Made by the device that wrote it down, so that the same visit sent twice is one.
    token = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "at"], name="visit_area"),
            GinIndex(fields=["holders"], name="visit_holders"),
            models.Index(fields=["household", "kind", "at"], name="visit_household"),
        ]

    def __str__(self) -> str:
        return self.kind


class VisitPlan(Scoped):
    """A household (or one person of it) is to be called on again by a day, as its kind of visit says."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="plans")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="plans")
    kind = models.CharField(max_length=30)
    cycle_days = models.PositiveIntegerField()
    due_on = models.DateField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["area", "due_on"], condition=Q(valid_to__isnull=True), name="plan_due"
            ),
            GinIndex(fields=["holders"], name="plan_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person", "kind"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="plan_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class MissedVisit(Flowing):
    """A planned visit that nobody made in time: a to-do of the grid until somebody goes or says why not."""

    plan = models.ForeignKey(VisitPlan, models.PROTECT, related_name="missed")
    due_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="missed_area"),
            GinIndex(fields=["holders"], name="missed_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="missed_once"),
        ]

    def __str__(self) -> str:
        return str(self.plan_id)
