"""Edited versions of rules, and what the rule engine has to remember."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.ids import new_id
from lifang.sensing.terms import RuleState

_STATES = [(state.value, state.value) for state in RuleState]


class Edition(models.Model):
    """A rule otherwise than in the catalogue. It speaks of kinds of devices and never of people."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=_STATES)
    body = models.JSONField()  # catalogue.AlarmRule
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state="published"), name="edition_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state="draft"), name="edition_one_draft"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="edition_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.number}"


class Pending(Scoped):
    """What a rule remembers of a device while something goes on, and when it is due: the durable timer."""

    device = models.ForeignKey("Device", models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    body = models.BinaryField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="pending_due"),
            models.Index(fields=["area"], name="pending_area"),
            GinIndex(fields=["holders"], name="pending_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device", "rule"], name="pending_once"),
        ]

    def __str__(self) -> str:
        return self.rule
