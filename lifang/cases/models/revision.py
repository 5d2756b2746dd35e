from django.db import models
from django.db.models import F, Q

from lifang.core.calendar.terms import Limit
from lifang.core.ids import new_id


class Revision(models.Model):
    """Other limits for a matter, for cases opened from an instant on, in an area and all below it.

    Like the catalogue it stands over, it speaks of matters and never of people: every member of staff may read it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    matter = models.CharField(max_length=12)
    area = models.CharField(max_length=15, db_collation="C", blank=True)
    stages = models.JSONField()  # stage → {amount, unit}; a stage not named keeps its limit
    valid_from = models.DateTimeField()
    reason = models.CharField(max_length=400)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-valid_from", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "area", "valid_from"],
                condition=Q(withdrawn_at__isnull=True),
                name="revision_once_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__gt=F("made_at")), name="revision_never_backdated"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("valid_from")),
                name="revision_in_force_stays",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(stages={}), name="revision_says_what_and_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.valid_from:%Y-%m-%d}"

    @property
    def limits(self) -> dict[str, Limit]:
        """Stage → limit."""
        return {stage: Limit(said["amount"], said["unit"]) for stage, said in self.stages.items()}
