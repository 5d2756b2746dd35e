"""Works that bring devices: what was planned, what stands, and what those who took them over found."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.sensing.terms import WorksState


class Works(Scoped):
    """One project at one place; its devices point to it."""

    kind = models.CharField(max_length=20)  # works_kinds.yaml
    name = models.CharField(max_length=120)
    builder = models.CharField(max_length=120, blank=True)
    investment = models.BigIntegerField(null=True)  # whole yuan
    begun_on = models.DateField(null=True)
    planned = models.JSONField(default=dict)  # type → how many points
    state = models.CharField(max_length=8, default=WorksState.OPEN)  # terms.WorksState
    # What each check found, the last one last: {"at", "by", "state", "note", "found": [[type, planned, installed, heard, intact]]}
    checks = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="works_area"),
            GinIndex(fields=["holders"], name="works_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="works_named"),
            models.CheckConstraint(condition=Q(investment__isnull=True) | Q(investment__gte=0), name="works_money"),
            models.CheckConstraint(condition=Q(state__in=["open", "refused"], handed_over_at__isnull=True) | Q(state__in=["gaps", "passed"], handed_over_at__isnull=False), name="works_handed_over"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
