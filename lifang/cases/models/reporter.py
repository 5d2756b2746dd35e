from django.db import models
from django.db.models import Q

from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.ids import new_id


class Reporter(models.Model):
    """Somebody who reported or joined a case; keeps the receipt, and may stay without a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="reporters")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    name = SealedText(blank=True)
    phone = SealedText(blank=True)
    phone_index = BlindIndex(of="phone", purpose="phone", form="telephone")
    said = models.TextField(blank=True)
    at = models.DateTimeField()
    token = models.CharField(
        max_length=24, unique=True
    )  # opens the receipt; known to the reporter only
    first = models.BooleanField(default=False)
    stars = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["phone_index"],
                condition=Q(phone_index__isnull=False),
                name="reporter_phone",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "account"], condition=Q(account__isnull=False), name="reporter_once"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(first=True), name="reporter_one_first"
            ),
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="reporter_stars"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"

    @property
    def reachable(self) -> bool:
        return bool(self.account_id or self.phone)
