from django.db import models
from django.db.models import Q

from lifang.core.calendar.terms import Limit, Unit
from lifang.core.ids import new_id


class Delay(models.Model):
    """A unit's request for more time, and the answer. Amounts are added to the stage's limit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="delays")
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=30)
    note = models.TextField()
    asked = models.DecimalField(max_digits=8, decimal_places=2)
    granted = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # 0 = denied
    measure = models.CharField(max_length=14, choices=[(unit.value, unit.value) for unit in Unit])
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at__isnull=True), name="delay_one_pending"
            ),
            models.CheckConstraint(condition=Q(asked__gt=0), name="delay_asks_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked} {self.measure}"

    @property
    def wish(self) -> Limit:
        return Limit(self.asked, Unit(self.measure))
