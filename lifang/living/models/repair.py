"""A repair that a household ordered from its property company, and the parts it took."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.crypto.fields import SealedText
from lifang.core.flow.models import Subject
from lifang.core.flow.shape import State
from lifang.core.ids import new_id
from lifang.living.catalogue import REPAIR, REPAIR_KINDS, RepairKind
from lifang.living.terms import Spot


class Repair(Subject):
    """Seen by its company and by the household."""

    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)  # repair_kinds.yaml
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)
    spot = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Spot])
    floor = models.SmallIntegerField(null=True)
    text = models.CharField(max_length=500, blank=True)
    telephone = SealedText(null=True, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    quoted = models.BigIntegerField(default=0)  # fen; nothing: free of charge
    visit_from = models.DateTimeField(null=True)
    visit_to = models.DateTimeField(null=True)
    charged = models.BigIntegerField(default=0)
    bill = models.OneToOneField("living.Bill", models.PROTECT, null=True, related_name="repair")
    stars = models.PositiveSmallIntegerField(null=True)
    fixed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Of the running stage: when its manager was told that it is late, and when the street is.
    warned_at = models.DateTimeField(null=True)
    street_at = models.DateTimeField(null=True)
    late = models.PositiveSmallIntegerField(default=0)  # how many stages were late
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="repair_area"),
            GinIndex(fields=["holders"], name="repair_holders"),
            models.Index(fields=["unit", "state", "opened_at"], name="repair_unit"),
            models.Index(fields=["street_at"], condition=Q(street_at__isnull=False, escalated_at__isnull=True), name="repair_street"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=Q(quoted__gte=0, charged__gte=0, charged__lte=F("quoted")), name="repair_charge"),
            models.CheckConstraint(condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="repair_stars"),
            models.CheckConstraint(
                condition=Q(visit_from__isnull=True, visit_to__isnull=True) | Q(visit_to__gt=F("visit_from")), name="repair_visit"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def what(self) -> RepairKind:
        return REPAIR_KINDS[self.kind]

    @property
    def stage(self) -> State:
        return REPAIR().state[self.state]


class RepairPart(models.Model):
    """Material that went into it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    repair = models.ForeignKey(Repair, models.PROTECT, related_name="parts")
    name = models.CharField(max_length=60)
    count = models.PositiveSmallIntegerField()
    price = models.BigIntegerField()  # of one, fen

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(count__gt=0, price__gte=0), name="repairpart_fits")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} × {self.count}"
