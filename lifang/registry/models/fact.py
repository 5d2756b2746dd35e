"""What is known, since when, from whom, until when; who looked; what a resident wants put right."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import MaskedText
from lifang.core.flow.models import Subject as Flowing
from lifang.registry.models.person import Person
from lifang.registry.terms import Subject

SUBJECTS = [(kind.value, kind.value) for kind in Subject]


class Fact(Scoped):
    """One value of one element at one time: append-only, so the newest is the current and the others its history."""

    subject_kind = models.CharField(max_length=12, choices=SUBJECTS)
    subject = models.UUIDField()
    element = models.CharField(max_length=60)
    value = models.CharField(max_length=300, blank=True)  # of public and internal elements
    sealed = MaskedText(mask="all", null=True, blank=True)  # of personal ones and above
    source = models.CharField(max_length=30)
    seen_at = models.DateTimeField()
    office = models.CharField(max_length=120, blank=True)  # that verified it
    verified_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="fact_area"),
            GinIndex(fields=["holders"], name="fact_holders"),
            models.Index(fields=["subject", "element", "at"], name="fact_subject"),
            models.Index(
                fields=["area", "expires_on"],
                condition=Q(expires_on__isnull=False),
                name="fact_expiry",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(value="") | Q(sealed__isnull=True), name="fact_clear_or_sealed"
            ),
        ]

    def __str__(self) -> str:
        return self.element


class Look(Scoped):
    """Somebody saw one sensitive field of one row: which office, when, for what. The person may read it."""

    subject_kind = models.CharField(max_length=12, choices=SUBJECTS)
    subject = models.UUIDField()
    element = models.CharField(max_length=60)
    purpose = models.CharField(max_length=30)
    work_kind = models.CharField(max_length=30, blank=True)
    work = models.UUIDField(null=True, blank=True)
    office = models.CharField(max_length=120)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="look_area"),
            GinIndex(fields=["holders"], name="look_holders"),
            models.Index(fields=["subject", "at"], name="look_subject"),
            models.Index(fields=["account", "at"], name="look_account"),
        ]

    def __str__(self) -> str:
        return self.element


class Correction(Flowing):
    """A resident says that something known of them is wrong; a grid worker looks and decides."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    element = models.CharField(max_length=60)
    value = MaskedText(mask="all")
    note = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="correction_area"),
            GinIndex(fields=["holders"], name="correction_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "element"],
                condition=Q(decided_at__isnull=True),
                name="correction_once_open",
            ),
        ]

    def __str__(self) -> str:
        return self.element
