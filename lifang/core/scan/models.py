from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.core.scan.terms import State


class Scan(Scoped):
    """One photo that is being read, and what was read. It lies nowhere (`area` is empty): only its taker sees it."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    photo = models.BinaryField(null=True)  # sealed; gone as soon as it is read
    found = models.BinaryField(null=True)  # sealed
    asked_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="scan_asked"),
            models.Index(fields=["account", "asked_at"], name="scan_account"),
            GinIndex(fields=["holders"], name="scan_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=State.WAITING) | models.Q(photo__isnull=True),
                name="scan_keeps_no_photo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
