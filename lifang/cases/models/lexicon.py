from django.db import models
from django.db.models import Q

from lifang.core.ids import new_id


class Lexicon(models.Model):
    """One learning from how reports ended: which words were said of which matter, and how that did on reports held out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    reports = models.PositiveIntegerField()
    held_out = models.PositiveIntegerField()
    first = models.FloatField()  # of those held out: how often the right matter stood first
    first_before = models.FloatField()  # by the catalogue's words alone, on the same reports
    better = models.BooleanField()
    in_use = models.BooleanField(default=False)
    trust = models.FloatField()  # how much a point of the catalogue's words counts
    matters = models.JSONField()  # matter → [reports, {pair of characters: how often}]
    moved = (
        models.JSONField()
    )  # matter → {pair of characters: in how many reports that were corrected to it}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_use"], condition=Q(in_use=True), name="lexicon_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.at}"
