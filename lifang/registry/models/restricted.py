"""The restricted store: what only named people may know, on a named ground."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.crypto.fields import MaskedText
from lifang.core.ids import new_id


class RestrictedRecord(models.Model):
    """That a person belongs to a restricted group. Not `Scoped`: no area shows it, only being named as a viewer does.

    It points at the person by a bare id, so that no join, no list and no count of persons reaches it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person_id = models.UUIDField()
    group = models.CharField(max_length=40)  # restricted.yaml
    basis = MaskedText(mask="all", null=True)  # the decision or document on which it stands
    detail = MaskedText(mask="all", null=True, blank=True)
    viewers = ArrayField(models.CharField(max_length=60))  # "account:<uuid>"
    review_on = models.DateField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            GinIndex(fields=["viewers"], name="restricted_viewers"),
            models.Index(fields=["person_id"], name="restricted_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(basis__isnull=False), name="restricted_has_basis"),
            models.CheckConstraint(condition=~Q(viewers=[]), name="restricted_has_viewers"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="restricted_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RestrictedLook(models.Model):
    """Each look into the store; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(RestrictedRecord, models.PROTECT, related_name="looks")
    viewers = ArrayField(models.CharField(max_length=60))
    purpose = models.CharField(max_length=30)
    work_kind = models.CharField(max_length=10, blank=True, default="")  # todo, visit
    work = models.UUIDField(null=True, blank=True)
    office = models.CharField(max_length=120)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["record", "at"], name="restricted_look_record")]

    def __str__(self) -> str:
        return str(self.pk)
