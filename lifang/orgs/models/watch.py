from django.db import models
from django.db.models import F, Q

from lifang.core.ids import new_id
from lifang.orgs.models.holding import Holding
from lifang.orgs.terms import WatchRole


class Watch(models.Model):
    """Somebody is on watch for an area or a unit from one moment to another: a plan. Whether they came is not kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.CharField(max_length=15, db_collation="C")
    unit = models.ForeignKey(
        "orgs.Unit", models.PROTECT, null=True, blank=True, related_name="watches"
    )
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="watches")
    span = models.CharField(max_length=20)  # of spans.yaml
    role = models.CharField(max_length=8, choices=[(r.value, r.value) for r in WatchRole])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    objects = Holding()

    class Meta:
        ordering = ["starts_at", "area", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="watch_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["area", "unit", "account", "starts_at"], nulls_distinct=False, name="watch_once"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["area", "starts_at"], name="watch_area")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.starts_at}"
