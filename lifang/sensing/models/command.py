"""What devices were asked to do, and what became of it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.sensing.models.alarm import Alarm
from lifang.sensing.models.device import Device


class Command(Scoped):
    """One wish to one device; it stands until it is answered or its time is over."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="commands")
    kind = models.CharField(max_length=20)  # commands.yaml
    text = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    alarm = models.ForeignKey(Alarm, models.PROTECT, null=True, related_name="+")  # it followed
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    done = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["device", "-asked_at"], name="command_of"),
            models.Index(fields=["until"], condition=Q(answered_at__isnull=True), name="command_open"),
            models.Index(fields=["area"], name="command_area"),
            GinIndex(fields=["holders"], name="command_holders"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("asked_at")), name="command_ends"),
            models.CheckConstraint(condition=Q(answered_at__isnull=True, done__isnull=True) | Q(answered_at__isnull=False, done__isnull=False), name="command_answered"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.kind
