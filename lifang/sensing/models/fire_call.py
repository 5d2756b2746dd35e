"""The fire service was told of an alarm: when, by whom, in which words, what it answered."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.sensing.terms import FireState, FireWay

_WAYS = [(one.value, one.value) for one in FireWay]
_STATES = [(one.value, one.value) for one in FireState]


class FireCall(Scoped):
    """One call to 119 about one alarm; its words stay as they were told."""

    alarm = models.ForeignKey("Alarm", models.PROTECT, related_name="fire_calls")
    way = models.CharField(max_length=10, choices=_WAYS)
    state = models.CharField(max_length=7, choices=_STATES)
    called_at = models.DateTimeField()  # as who called says; of the interface when it was ordered
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    words = models.TextField(max_length=1000)
    answer = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=40, blank=True)  # of the call, as the fire service has it
    facts = models.JSONField(default=dict)  # what the interface sends
    via = models.CharField(max_length=20, blank=True)  # adapters.fire_service
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # of the next attempt
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-called_at", "-id"]
        indexes = [
            models.Index(fields=["area"], name="firecall_area"),
            models.Index(fields=["alarm", "-called_at"], name="firecall_alarm"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="firecall_due"),
            GinIndex(fields=["holders"], name="firecall_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="firecall_has_words"),
            # By telephone nothing waits; by the interface what waits has a time, what is sent too.
            models.CheckConstraint(
                condition=Q(way="telephone", state="told", via="") | Q(way="interface", state="queued", due_at__isnull=False)
                | Q(way="interface", state="sent", sent_at__isnull=False) | Q(way="interface", state="failed", due_at__isnull=True),
                name="firecall_way_and_state",
            ),
            models.UniqueConstraint(fields=["alarm"], condition=Q(way="interface", state__in=["queued", "sent"]), name="firecall_sent_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.way} {self.called_at:%Y-%m-%d %H:%M}"
