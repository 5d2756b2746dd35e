"""A community asks its homes what they need: an answer a home, and nobody's."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped


class NeedSurvey(Scoped):
    """Runs until the end of a day; its sums are published when it has ended."""

    asked_at = models.DateTimeField()
    until = models.DateField()
    ended_at = models.DateTimeField(null=True)  # before its day
    doors = models.PositiveIntegerField()  # homes that were asked

    class Meta:
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="needsurvey_area"),
            GinIndex(fields=["holders"], name="needsurvey_holders"),
        ]
        constraints = [models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("asked_at")), name="needsurvey_ends")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.area} {self.until}"


class NeedAnswer(Scoped):
    """What one home chose. `mark` is made of survey and home with a key: it counts a home once and names none."""

    survey = models.ForeignKey(NeedSurvey, models.CASCADE, related_name="answers")
    mark = models.CharField(max_length=64, db_collation="C")
    chosen = ArrayField(models.CharField(max_length=20))  # needs.yaml

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="needanswer_area"),
            GinIndex(fields=["holders"], name="needanswer_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["survey", "mark"], name="needanswer_once"),
        ]

    def __str__(self) -> str:
        return self.mark[:6]
