"""The week of a community's alarms, looked back on by somebody who answers for it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.flow.models import Subject


class Review(Subject):
    """What was raised in one week, what it turned out to be, and what might be changed; as it was when it was written."""

    week = models.DateField()  # its Monday
    body = models.JSONField()  # rules.review.Body
    raised = models.PositiveIntegerField(default=0)
    proposals = models.PositiveSmallIntegerField(default=0)
    written_at = models.DateTimeField()
    word = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-week", "area"]
        indexes = [
            models.Index(fields=["-week", "area"], name="review_week"),
            GinIndex(fields=["holders"], name="review_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["area", "week"], name="review_once"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, word="") | Q(signed_at__isnull=False) & ~Q(word=""),
                name="review_signed_with_a_word",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.area} {self.week}"
