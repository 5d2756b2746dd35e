"""People, and what is known of them row by row."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, MaskedText
from lifang.core.search import BlindTokens
from lifang.registry.terms import Document


class Batch(Scoped):
    """Where the values of many rows come from, until one of them changes: source, day, verifier, expiry."""

    source = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    seen_at = models.DateTimeField()
    office = models.CharField(max_length=120, blank=True)  # that verified it
    verified_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Person(Scoped):
    """A person who lives, stays or works here. Name and numbers read masked; `clear(row, "name")` is for actions."""

    name = MaskedText(mask="name")
    name_terms = BlindTokens(of="name", purpose="registry.person")
    name_key = BlindIndex(of="name", purpose="registry.name")
    document = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in Document]
    )
    identity = MaskedText(mask="identity", null=True, blank=True)
    identity_key = BlindIndex(of="identity", purpose="registry.identity")
    telephone = MaskedText(mask="telephone", null=True, blank=True)
    telephone_key = BlindIndex(of="telephone", purpose="registry.telephone", form="telephone")
    sex = models.CharField(max_length=10, blank=True)
    born = models.DateField(null=True, blank=True)
    ethnicity = models.CharField(max_length=10, blank=True)
    nationality = models.CharField(max_length=3, blank=True)
    education = models.CharField(max_length=20, blank=True)
    marital = models.CharField(max_length=20, blank=True)
    residence = models.CharField(max_length=20, blank=True)  # registered, floating, away, overseas
    registered_at = MaskedText(mask="address", null=True, blank=True)  # the household register's
    work_place = MaskedText(mask="all", null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="persons")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)  # nothing of a person is left in it

    class Meta:
        indexes = [
            models.Index(fields=["area", "id"], name="person_area"),
            models.Index(
                fields=["residence", "id"], name="person_residence"
            ),  # few of a city are "overseas"
            models.Index(
                fields=["valid_to"],
                condition=Q(valid_to__isnull=False, erased_at__isnull=True),
                name="person_over",
            ),
            GinIndex(fields=["holders"], name="person_holders"),
            GinIndex(fields=["name_terms"], name="person_name_terms"),
            models.Index(fields=["identity_key"], name="person_identity"),
            models.Index(fields=["telephone_key"], name="person_telephone"),
            models.Index(fields=["name_key", "born"], name="person_name_born"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__in=[kind.value for kind in Document]),
                name="person_document_known",
            ),
            # No number without a document. A document whose number is not known yet may stand.
            models.CheckConstraint(
                condition=~Q(document="none") | Q(identity__isnull=True),
                name="person_number_has_document",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="person_not_merged_into_self",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="person_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def age(self, on: date) -> int | None:
        """Whole years on a day."""
        if self.born is None:
            return None
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


class Tagging(Scoped):
    """A person belongs to a group, from a day to a day, on a ground, until a day of review."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="taggings")
    tag = models.CharField(max_length=40)
    source = models.CharField(max_length=30)
    office = models.CharField(max_length=120, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=20, blank=True)  # why: withdrawn, reviewed, moved, merged

    class Meta:
        indexes = [
            models.Index(fields=["area", "tag"], name="tagging_area"),
            models.Index(fields=["tag", "area"], name="tagging_tag"),
            GinIndex(fields=["holders"], name="tagging_holders"),
            models.Index(
                fields=["review_on"], condition=Q(valid_to__isnull=True), name="tagging_review"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "tag"],
                condition=Q(valid_to__isnull=True),
                name="tagging_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="tagging_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.tag


class Merge(Scoped):
    """Two records of one person became one; holds what undoes it exactly."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    dropped = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)  # codes of registry/rules: why they were thought one
    undo = models.JSONField(
        default=dict
    )  # columns as they were (envelopes stay envelopes), rows that moved
    note = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="merge_area"),
            GinIndex(fields=["holders"], name="merge_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dropped"], condition=Q(undone_at__isnull=True), name="merge_dropped_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
