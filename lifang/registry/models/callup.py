"""Call-ups of people who agreed to help, and what each of them answered."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.registry.terms import Answer, Way


class CallUp(Scoped):
    """People were called to an incident: where, who was asked for, what for. `holders`: the accounts that were called."""

    incident = models.UUIDField()  # of a higher context, by its bare id
    title = models.CharField(max_length=120)
    tags = ArrayField(models.CharField(max_length=40))  # tags.yaml: whom it asked for
    words = models.CharField(max_length=300)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["area", "-sent_at"], name="callup_area"),
            models.Index(fields=["incident"], name="callup_incident"),
            GinIndex(fields=["holders"], name="callup_holders"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="callup_says_what")]

    def __str__(self) -> str:
        return self.title


class Called(Scoped):
    """One person was called, once for an incident, and answers whether they come. By a bare id: no merge rewrites what was sent."""

    call = models.ForeignKey(CallUp, models.CASCADE, related_name="called")
    incident = models.UUIDField()
    person_id = models.UUIDField()
    tags = ArrayField(models.CharField(max_length=40))  # for which of the groups
    way = models.CharField(max_length=7, choices=[(one.value, one.value) for one in Way])
    answer = models.CharField(max_length=6, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["call", "answer"], name="called_answer"),
            GinIndex(fields=["holders"], name="called_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["incident", "person_id"], name="called_once"),
            models.CheckConstraint(
                condition=Q(way__in=[one.value for one in Way]), name="called_way"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=[one.value for one in Answer], answered_at__isnull=False),
                name="called_answered",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
