from django.db import models
from django.db.models import Q

from lifang.core.ids import new_id


class Fit(models.Model):
    """One learning from corrections: the weights, from how many reports, and how they did on those held out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    reports = models.PositiveIntegerField()
    duplicates = models.PositiveIntegerField()
    f1 = models.FloatField()  # of these weights
    f1_before = models.FloatField()  # of those in use before, on the same reports
    in_use = models.BooleanField(default=False)
    better = models.BooleanField()
    weights = models.JSONField()  # matter ("" for all) → fact → weight
    lines = models.JSONField()  # matter ("" for all) → from what likelihood on a case is proposed
    senses = models.BinaryField(
        null=True
    )  # what words mean, by these reports (`core.learn.Senses`)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_use"], condition=Q(in_use=True), name="fit_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.at}"
