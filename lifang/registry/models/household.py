"""Households: who lives with whom, behind which door, from when to when."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.registry.models.person import Batch, Person
from lifang.registry.models.place import Place
from lifang.registry.terms import HEAD


class Household(Scoped):
    """People who keep house together; its members and its door are dated relations."""

    kind = models.CharField(max_length=20)  # codes: household
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="households")
    visited_at = models.DateTimeField(null=True, blank=True)  # the newest visit that met somebody
    visit_due_on = models.DateField(null=True, blank=True)  # the earliest due of its visit plans
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "id"], name="household_area"),
            GinIndex(fields=["holders"], name="household_holders"),
            models.Index(
                fields=["area", "visit_due_on"],
                condition=Q(valid_to__isnull=True, visit_due_on__isnull=False),
                name="household_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="household_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Membership(Scoped):
    """A person in a household, with the relation to its head (GB/T 4761)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField(max_length=20)
    expires_on = models.DateField(null=True, blank=True)  # of a temporary resident's registration
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=20, blank=True)  # why: moved_out, died, merged, mistake

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="membership_area"),
            GinIndex(fields=["holders"], name="membership_holders"),
            models.Index(
                fields=["area", "expires_on"],
                condition=Q(valid_to__isnull=True, expires_on__isnull=False),
                name="membership_expiry",
            ),
            models.Index(
                fields=["valid_to"], condition=Q(valid_to__isnull=False), name="membership_over"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person"],
                condition=Q(valid_to__isnull=True),
                name="membership_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(valid_to__isnull=True, relation=HEAD),
                name="membership_one_head",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.relation


class Occupancy(Scoped):
    """A household behind a door, as owner, tenant or guest."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="occupancies")
    dwelling = models.ForeignKey(Place, models.PROTECT, related_name="occupancies")
    kind = models.CharField(max_length=20)  # codes: occupancy
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="occupancy_area"),
            GinIndex(fields=["holders"], name="occupancy_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "dwelling"],
                condition=Q(valid_to__isnull=True),
                name="occupancy_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="occupancy_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
