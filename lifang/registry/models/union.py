"""Two households became one."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped


class Union(Scoped):
    """The members of `ended` joined `kept`; holds what undoes it exactly."""

    kept = models.ForeignKey("registry.Household", models.PROTECT, related_name="unions")
    ended = models.ForeignKey("registry.Household", models.PROTECT, related_name="+")
    undo = models.JSONField(default=dict)  # rows as they were, and rows that came to be
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    united_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="union_area"),
            GinIndex(fields=["holders"], name="union_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ended"], condition=Q(undone_at__isnull=True), name="union_ended_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
