"""What a helper did for somebody under an authority: who, what, when; both read it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.living.terms import Act


class Deed(Scoped):
    """Its area is the person's. A shop or a company is never among its holders."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, related_name="+"
    )  # the helper's
    agent = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Act])
    subject = models.UUIDField()  # the order, the repair, the bill, the desk's parcels
    said = models.CharField(max_length=120, blank=True)  # its number, its amount
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["area"], name="livingdeed_area"),
            GinIndex(fields=["holders"], name="livingdeed_holders"),
            models.Index(fields=["person", "-at"], name="livingdeed_person"),
            models.Index(fields=["subject"], name="livingdeed_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.said}"
