from django.db import models
from django.db.models import Q

from lifang.cases.terms import Role
from lifang.core.ids import new_id


class Handling(models.Model):
    """A unit's part in one round of a case: handed over, signed for, fed back or returned."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="handlings")
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    role = models.CharField(max_length=6, choices=[(role.value, role.value) for role in Role])
    round = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True)  # why this unit, as the matrix said
    handed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    fed_back_at = models.DateTimeField(null=True)
    fed_back_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_for = models.CharField(max_length=30, blank=True)
    suggested = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(returned_at__isnull=True, fed_back_at__isnull=True),
                name="handling_once_open",
            ),
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=Q(role="lead", returned_at__isnull=True),
                name="handling_one_lead",
            ),
            models.CheckConstraint(
                condition=Q(fed_back_at__isnull=True) | Q(signed_at__isnull=False),
                name="handling_signed_before_feedback",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.role} {self.unit_id}"

    @property
    def holder(self) -> str:
        return f"unit:{self.unit_id}"

    @property
    def pending(self) -> bool:
        return self.fed_back_at is None and self.returned_at is None
