from django.db import models
from django.db.models import Q

from lifang.core.ids import new_id


class Check(models.Model):
    """Somebody other than the doer looked whether it was really done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="checks")
    round = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.passed}"


class CallBack(models.Model):
    """The reporter was asked: is it solved, are you satisfied?"""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="call_backs")
    round = models.PositiveSmallIntegerField()
    reached = models.BooleanField()
    solved = models.BooleanField(null=True)
    stars = models.PositiveSmallIntegerField(null=True)
    by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="call_back_stars"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Pressing(models.Model):
    """A leader pressed for a case; it must be answered by the unit's next step."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="pressings")
    by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField()
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"
