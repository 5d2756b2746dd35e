"""A safety notice: what the police ask people of some buildings to beware of, or what happened there."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped


class SafetyNotice(Scoped):
    """Published as it is told; nobody's person is in it. `area` is its community."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    batch = models.UUIDField()  # sent twice, told once
    kind = models.CharField(max_length=20)  # safety_kinds.yaml
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=500)
    happened_on = models.DateField(null=True)  # of what happened alone
    places = models.JSONField(default=list)  # [building, its name with the estate]
    until = models.DateTimeField()  # shown until then
    told = models.PositiveIntegerField(default=0)  # accounts that were told
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)  # how it ended, told to the same people

    class Meta:
        ordering = ["-noted_at", "id"]
        indexes = [
            models.Index(fields=["area", "-noted_at"], name="safetynotice_area"),
            GinIndex(fields=["holders"], name="safetynotice_holders"),
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="safetynotice_stands"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["unit", "batch"], name="safetynotice_once"),
            models.CheckConstraint(
                condition=Q(until__gte=F("noted_at")), name="safetynotice_until"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="safetynotice_said"),
        ]

    def __str__(self) -> str:
        return self.title
