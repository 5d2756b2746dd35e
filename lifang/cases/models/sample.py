from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.ids import new_id


class Sample(Scoped):
    """Closed cases drawn to be looked at once more. Anybody with the list and the seed draws the same ones."""

    seed = models.CharField(max_length=40)
    start = models.DateTimeField()  # cases closed from here …
    end = models.DateTimeField()  # … until before here
    population = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # of the whole list, so that it cannot change unseen
    size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=F("population")), name="sample_not_more_than_all"
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="sample_period"),
            models.UniqueConstraint(
                fields=["area", "start", "end", "seed"], name="sample_once_a_seed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.seed}"


class Recheck(models.Model):
    """One case of a sample, and whether a second look agrees that it was rightly closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sample = models.ForeignKey("cases.Sample", models.PROTECT, related_name="rechecks")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="rechecks")
    rank = models.PositiveIntegerField()
    agrees = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "case"], name="recheck_once"),
            models.UniqueConstraint(fields=["sample", "rank"], name="recheck_in_order"),
            models.CheckConstraint(
                condition=Q(agrees__isnull=True, at__isnull=True)
                | Q(agrees__isnull=False, at__isnull=False),
                name="recheck_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.rank}"
