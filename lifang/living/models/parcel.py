"""A parcel that waits at a property company's desk for a household, and the neighbour who may fetch it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText
from lifang.living.catalogue import CARRIERS, Carrier
from lifang.living.terms import Way


class Parcel(Scoped):
    """Seen by the company that keeps it and by the household it is for."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    batch = models.UUIDField()  # noted in one go
    piece = models.PositiveSmallIntegerField()  # of the batch
    carrier = models.CharField(max_length=20)  # carriers.yaml
    tail = models.CharField(max_length=8, blank=True)  # the last characters of its number
    shelf = models.CharField(max_length=20, blank=True)
    code = SealedText(null=True)
    noted_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)  # since when it counts as overdue
    tries = models.PositiveSmallIntegerField(default=0)  # wrong codes in a row
    locked_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Way], blank=True, default="")  # fmt: skip
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-noted_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="parcel_area"),
            GinIndex(fields=["holders"], name="parcel_holders"),
            models.Index(fields=["unit", "-noted_at"], name="parcel_unit"),
            models.Index(fields=["noted_at"], condition=Q(ended_at__isnull=True), name="parcel_waits"),
            models.Index(fields=["dwelling"], condition=Q(ended_at__isnull=True), name="parcel_door"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["unit", "batch", "piece"], name="parcel_once"),
            models.CheckConstraint(condition=Q(ended_at__isnull=True, way="") | Q(ended_at__gte=F("noted_at")) & ~Q(way=""), name="parcel_ends"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.carrier} {self.tail}"

    @property
    def by(self) -> Carrier:
        return CARRIERS[self.carrier]


class Neighbour(Scoped):
    """A household lets another one fetch its parcels, until a day. Seen by both."""

    dwelling = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)
    neighbour = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    neighbour_address = models.CharField(max_length=200)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    code = SealedText()
    named_at = models.DateTimeField()
    until = models.DateField()  # the last day
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-named_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="neighbour_area"),
            GinIndex(fields=["holders"], name="neighbour_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dwelling"], condition=Q(ended_at__isnull=True), name="neighbour_one"),
            models.CheckConstraint(condition=~Q(dwelling=F("neighbour")), name="neighbour_other"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.until}"
