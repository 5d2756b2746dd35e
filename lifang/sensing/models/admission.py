"""Makers, what of theirs is admitted, and the keys that open the ways in."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText
from lifang.core.flow.models import Subject
from lifang.core.ids import new_id

PREFIX = 8


class Maker(Scoped):
    """A company that makes or runs devices."""

    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, blank=True)
    contact = SealedText(null=True, blank=True)
    telephone = SealedText(null=True, blank=True)
    since = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="maker_area"),
            GinIndex(fields=["holders"], name="maker_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="maker_code_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="maker_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Admission(Subject):
    """A maker asks that one model of one type may connect here."""

    maker = models.ForeignKey(Maker, models.PROTECT, related_name="admissions")
    number = models.CharField(max_length=20, unique=True)
    type = models.CharField(max_length=30)  # device_types.yaml
    model = models.CharField(max_length=60)
    dialect = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="admission_area"),
            GinIndex(fields=["holders"], name="admission_holders"),
        ]

    def __str__(self) -> str:
        return self.number


class Run(Scoped):
    """One conformance run: what was sent, what was found."""

    admission = models.ForeignKey(Admission, models.PROTECT, related_name="runs")
    at = models.DateTimeField()
    passed = models.BooleanField()
    findings = models.JSONField(default=list)  # [{"check": …, "passed": …, "facts": {…}}]

    class Meta:
        indexes = [
            models.Index(fields=["admission", "-at"], name="run_admission"),
            models.Index(fields=["area"], name="run_area"),
            GinIndex(fields=["holders"], name="run_holders"),
        ]

    def __str__(self) -> str:
        return "passed" if self.passed else "failed"


class Key(models.Model):
    """A way in for devices: of one device or gateway, or of all devices of a maker's admission.

    Not `Scoped`: it is read before there is anybody whose wall could stand.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    prefix = models.CharField(max_length=PREFIX, unique=True)
    digest = models.BinaryField(max_length=32)
    device = models.ForeignKey("Device", models.PROTECT, null=True, related_name="keys")
    admission = models.ForeignKey(Admission, models.PROTECT, null=True, related_name="keys")
    sandbox = models.BooleanField(default=False)
    kind = models.CharField(max_length=8, blank=True, default="", db_default="")  # terms.KeyKind
    # What both sides compute with and never send: only where a standard asks for it.
    shared = SealedText(null=True, blank=True)
    areas = ArrayField(models.CharField(max_length=15), default=list, blank=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    token = ""  # the whole key, on the object that was just issued and nowhere else

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="key_expires_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(device__isnull=True, admission__isnull=False)
                | Q(device__isnull=False, admission__isnull=True),
                name="key_of_one",
            ),
            models.CheckConstraint(
                condition=Q(kind="", shared__isnull=True)
                | Q(kind__in=["signed", "digest", "line"], shared__isnull=False),
                name="key_shared_when_computed",
            ),
        ]

    def __str__(self) -> str:
        return f"lf_{self.prefix}…"
