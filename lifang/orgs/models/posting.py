from datetime import datetime

from django.db import models
from django.db.models import F, Q

from lifang.core.ids import new_id
from lifang.orgs.models.holding import Holding


class Posting(models.Model):
    """An account holds a post at an area or in a unit from one moment to another; its grant is its effect."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="postings")
    post = models.CharField(max_length=40)  # of posts.yaml
    area = models.CharField(max_length=15, db_collation="C")
    unit = models.ForeignKey(
        "orgs.Unit", models.PROTECT, null=True, blank=True, related_name="postings"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    grant = models.OneToOneField("access.GrantRow", models.PROTECT, related_name="+")

    objects = Holding()

    class Meta:
        ordering = ["area", "post", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="posting_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["account", "post", "area", "unit"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="posting_once",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "post"], name="posting_area"),
            models.Index(fields=["account"], name="posting_account"),
        ]

    def __str__(self) -> str:
        return f"{self.post}@{self.area}"

    def holds(self, at: datetime) -> bool:
        """Is this posting in force at that moment?"""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class Deputy(models.Model):
    """Somebody stands in on a posting from one moment to another, e.g. during leave; why is nobody's business."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="deputies")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="deputyships")
    area = models.CharField(max_length=15, db_collation="C")  # the posting's
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    named_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    grant = models.OneToOneField("access.GrantRow", models.PROTECT, related_name="+")

    objects = Holding()

    class Meta:
        ordering = ["-valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="deputy_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "valid_from"], name="deputy_area"),
            models.Index(fields=["posting"], name="deputy_posting"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.posting_id}"
