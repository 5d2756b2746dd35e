"""Systems of others that use our interfaces, and how they did in the sandbox."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText
from lifang.core.flow.models import Subject

_IN_FORCE = ("admitted", "expiring")
_WITHOUT_ACCOUNT = ("asked", "refused", "withdrawn")


class OutsideSystem(Subject):
    """A platform or program of somebody else: who answers for it, what it asks for, from where it comes, until when."""

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    body = models.CharField(max_length=120)  # the legal body that answers for it
    credit_code = models.CharField(max_length=18)
    contact = SealedText(null=True, blank=True)
    telephone = SealedText(null=True, blank=True)
    purpose = models.CharField(max_length=500)
    accesses = ArrayField(models.CharField(max_length=30))  # accesses.yaml
    personal = models.BooleanField()  # one of them tells of people: two approve
    networks = ArrayField(models.CharField(max_length=43))
    kept = ArrayField(models.CharField(max_length=30))  # data_kinds.yaml: what it keeps
    level = models.PositiveSmallIntegerField(default=0)  # of classified protection; 0: none
    certificate = models.CharField(max_length=60, blank=True)
    assessed_on = models.DateField(null=True)
    account = models.OneToOneField("accounts.Account", models.PROTECT, null=True, related_name="+")
    # Who applied at the public door, until the term of that is over; nobody where staff entered it.
    applicant = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    first_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["area", "state"], name="outsidesystem_area"),
            models.Index(fields=["state", "expires_at"], name="outsidesystem_expires"),
            GinIndex(fields=["holders"], name="outsidesystem_holders"),
            models.Index(
                fields=["applicant", "-asked_at"],
                condition=Q(applicant__isnull=False),
                name="outsidesystem_applicant",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=_IN_FORCE)
                | Q(first_by__isnull=False, expires_at__isnull=False),
                name="outsidesystem_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_IN_FORCE, personal=True) | Q(second_by__isnull=False),
                name="outsidesystem_by_two",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | ~Q(first_by=F("asked_by")),
                name="outsidesystem_first_is_another",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True)
                | Q(first_by__isnull=False)
                & ~Q(second_by=F("asked_by"))
                & ~Q(second_by=F("first_by")),
                name="outsidesystem_second_is_a_third",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_WITHOUT_ACCOUNT) | Q(account__isnull=False),
                name="outsidesystem_account",
            ),
            models.CheckConstraint(
                condition=Q(opened_by__isnull=True)
                | (Q(first_by__isnull=True) | ~Q(first_by=F("opened_by")))
                & (Q(second_by__isnull=True) | ~Q(second_by=F("opened_by"))),
                name="outsidesystem_opened_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(accesses=[]) & ~Q(networks=[]), name="outsidesystem_limited"
            ),
            models.CheckConstraint(
                condition=Q(level=0) | ~Q(certificate="") & Q(assessed_on__isnull=False),
                name="outsidesystem_level_proved",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def its_account(self) -> UUID:
        """Of who calls; it has one since it was opened."""
        assert self.account_id is not None  # noqa: S101 -- the database knows it
        return self.account_id


class Run(Scoped):
    """One conformance run: from when to when, what was found."""

    system = models.ForeignKey(OutsideSystem, models.PROTECT, related_name="runs")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    passed = models.BooleanField(default=False)
    findings = models.JSONField(default=list)  # [{"check": …, "passed": …, "facts": {…}}]

    class Meta:
        ordering = ["-began_at", "-id"]
        indexes = [
            models.Index(fields=["system", "-began_at"], name="exchangerun_system"),
            models.Index(fields=["area"], name="exchangerun_area"),
            GinIndex(fields=["holders"], name="exchangerun_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system"], condition=Q(ended_at__isnull=True), name="exchangerun_one_open"
            ),
            models.CheckConstraint(
                condition=Q(passed=False) | Q(ended_at__isnull=False),
                name="exchangerun_passed_at_end",
            ),
        ]

    def __str__(self) -> str:
        return "passed" if self.passed else "open" if self.ended_at is None else "failed"
