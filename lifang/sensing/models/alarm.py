"""Alarms: at most one open for a subject and a rule, what was done about it, and when nobody is to be told."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.sensing.terms import Severity, Verdict

_SEVERITIES = [(one.value, one.value) for one in Severity]
_VERDICTS = [(one.value, one.value) for one in Verdict]


class Alarm(Scoped):
    """Something that needs an answer by somebody within a time."""

    subject = models.CharField(max_length=60)  # device:…, vigil:…
    rule = models.CharField(max_length=40)
    edition = models.PositiveIntegerField(default=0)  # 0: as in the catalogue
    device = models.ForeignKey("Device", models.PROTECT, null=True, related_name="alarms")
    place = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    hazard = models.CharField(max_length=20)
    severity = models.CharField(max_length=10, choices=_SEVERITIES)
    rank = models.SmallIntegerField()  # of the severity; life safety first of all
    life = models.BooleanField(default=False)
    since = models.DateTimeField()  # the condition
    raised_at = models.DateTimeField()  # event time
    told_at = models.DateTimeField()  # when it was here
    last_at = models.DateTimeField()  # raised again
    count = models.PositiveIntegerField(default=1)
    cleared_at = models.DateTimeField(null=True)  # the condition is gone
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    latched = models.BooleanField(default=False, db_default=False)  # stays until a person resets it
    reset_at = models.DateTimeField(null=True)
    reset_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)  # late data say it never was
    shelved_until = models.DateTimeField(null=True)
    # The reason why it is recorded and not told: a dead gateway, or the first of its kind here.
    inhibited_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="inhibits")
    lead = models.ForeignKey("self", models.PROTECT, null=True, related_name="group")
    folded = models.BooleanField(default=False)  # by flood mode
    evidence = models.JSONField(default=dict)
    step = models.PositiveSmallIntegerField(default=0)  # of the chain of contacts
    step_due_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, choices=_VERDICTS, blank=True)
    verdict_cause = models.CharField(max_length=300, blank=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["rank", "-raised_at", "id"]
        indexes = [
            models.Index(fields=["area", "-raised_at"], name="alarm_area"),
            models.Index(
                fields=["rank", "-raised_at"],
                condition=Q(ended_at__isnull=True),
                name="alarm_open",
            ),
            models.Index(
                fields=["step_due_at"],
                condition=Q(step_due_at__isnull=False),
                name="alarm_step",
            ),
            models.Index(fields=["rule", "-raised_at"], name="alarm_rule"),
            GinIndex(fields=["holders"], name="alarm_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reset_at__isnull=True) | Q(latched=True), name="alarm_reset_latched"
            ),
            models.UniqueConstraint(
                fields=["subject", "rule"],
                condition=Q(ended_at__isnull=True),
                name="alarm_one_open",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at__isnull=True)
                | ~Q(verdict="") & Q(verdict_at__isnull=False),
                name="alarm_verdict_when",
            ),
            models.CheckConstraint(
                condition=Q(lead__isnull=True) | ~Q(lead=F("id")), name="alarm_not_own_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"


class AlarmStep(Scoped):
    """What happened to an alarm: its history, for people."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["alarm", "-at"], name="alarmstep_alarm"),
            models.Index(fields=["area"], name="alarmstep_area"),
            GinIndex(fields=["holders"], name="alarmstep_holders"),
        ]

    def __str__(self) -> str:
        return self.kind


class Flood(Scoped):
    """More alarms than a desk can answer: the first is shown, life safety always, the rest folded."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    alarms = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["area", "-began_at"], name="flood_area"),
            GinIndex(fields=["holders"], name="flood_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(ended_at__isnull=True), name="flood_one"
            ),
        ]

    def __str__(self) -> str:
        return self.area
