"""A site where vehicles are charged or parked: whose it is, what it costs, which devices count what is free."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped


class Site(Scoped):
    """Published to everybody while it is open; its devices point to it."""

    kind = models.CharField(max_length=20)  # site_kinds.yaml
    name = models.CharField(max_length=80)
    spot = models.CharField(max_length=120)  # where it is, in words
    lon = models.FloatField()
    lat = models.FloatField()
    operator = models.CharField(max_length=80)  # a firm or a unit, never a person
    price = models.CharField(max_length=200)
    price_source = models.CharField(max_length=200)  # the notice or contract that says so
    spaces = models.PositiveIntegerField(null=True)  # in all, where not each has a device
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "name", "id"]
        indexes = [
            models.Index(fields=["area"], name="site_area"),
            GinIndex(fields=["holders"], name="site_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="site_on_earth"),
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="site_ends"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(price="") & ~Q(price_source=""), name="site_told"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
