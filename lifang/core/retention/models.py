from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.ids import new_id

AREA = "area"  # the kind of a hold on a whole area


class LegalHold(Scoped):
    """Nothing of this is erased until then, whatever its term says. Set by one person, lifted by another."""

    kind = models.CharField(max_length=20)  # "area", or a kind of `access.sights`
    subject = models.UUIDField(null=True)
    label = models.CharField(max_length=60, blank=True)  # the number of a case; never a name
    why = models.CharField(max_length=300)
    document = models.CharField(max_length=80)  # number of the decision or letter it stands on
    until = models.DateField()  # the last day
    set_by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="legalhold_area"),
            GinIndex(fields=["holders"], name="legalhold_holders"),
            models.Index(
                fields=["subject"], condition=Q(lifted_at__isnull=True), name="legalhold_standing"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AREA, subject__isnull=True) | ~Q(kind=AREA) & Q(subject__isnull=False),
                name="legalhold_on_something",
            ),
            models.CheckConstraint(
                condition=~Q(why="") & ~Q(document="") & ~Q(area=""), name="legalhold_says_why"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("set_by")),
                name="legalhold_lifted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__gte=F("set_at"), lifted_by__isnull=False) & ~Q(lifted_why=""),
                name="legalhold_lifted_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.document}"


class Run(models.Model):
    """One night's erasing, or one that was asked for; it stands until every term has had its turn."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    waiting = ArrayField(
        models.CharField(max_length=80), default=list
    )  # terms still to be worked off
    left = ArrayField(models.CharField(max_length=80), default=list)  # terms it was ended without
    asked_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at__isnull=True), name="run_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="run_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.started_at)


class Erasure(models.Model):
    """One batch of one term: how many rows went, never which. While `rows` is empty the database's door is open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="erasures")
    key = models.CharField(max_length=80)  # of the term
    before = models.DateTimeField()
    at = models.DateTimeField()
    rows = models.PositiveIntegerField(null=True)
    held = models.PositiveIntegerField(null=True)  # kept by legal holds; counted by the last batch
    parts = models.JSONField(default=dict)  # what else went with them, counted

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["key", "-at"], name="erasure_key")]
        constraints = [
            models.CheckConstraint(condition=Q(before__lte=F("at")), name="erasure_of_the_past"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.rows}"
