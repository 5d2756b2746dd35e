"""What a community took in and spent, rounds of its company, complaints about it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped


class LedgerLine(Scoped):
    """One line of a community's income list; booked, never changed: a mistake gets a counter-entry."""

    number = models.CharField(max_length=20, unique=True)
    item = models.CharField(max_length=30)  # community_items.yaml
    amount = models.BigIntegerField()  # fen; a counter-entry has the other sign
    party = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    entered_at = models.DateTimeField()
    counters = models.OneToOneField("self", models.PROTECT, null=True, related_name="countered")

    class Meta:
        ordering = ["-day", "-entered_at", "id"]
        indexes = [
            models.Index(fields=["area", "-day"], name="ledgerline_area"),
            GinIndex(fields=["holders"], name="ledgerline_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(counters__isnull=True, amount__gt=0) | Q(counters__isnull=False, amount__lt=0), name="ledgerline_sign"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class Inspection(Scoped):
    """One round: due on a day, done or not, in order or not."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)  # inspections.yaml
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    fine = models.BooleanField(null=True)
    found = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["due_on", "kind", "id"]
        indexes = [
            models.Index(fields=["area"], name="inspection_area"),
            GinIndex(fields=["holders"], name="inspection_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "area", "kind", "due_on"], name="inspection_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, fine__isnull=True) | Q(done_at__isnull=False, fine__isnull=False), name="inspection_whole"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class Complaint(Scoped):
    """What a household says about its company, a shop that it ordered from or a machine; the case that came of it answers."""

    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey("living.Order", models.PROTECT, null=True, related_name="complaints")
    machine = models.ForeignKey("living.Machine", models.PROTECT, null=True, related_name="complaints")  # fmt: skip
    topic = models.CharField(max_length=30)  # complaint_topics.yaml
    text = models.CharField(max_length=500)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    case_number = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="complaint_area"),
            GinIndex(fields=["holders"], name="complaint_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")), name="complaint_ends"),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, order__isnull=True, machine__isnull=True) | Q(unit__isnull=True, order__isnull=False, machine__isnull=True)
                | Q(unit__isnull=True, order__isnull=True, machine__isnull=False),
                name="complaint_against",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def against(self) -> str:
        """The company, the shop with the order, or the machine with its place."""
        if self.machine is not None:
            return f"{self.machine.what.name} {self.machine.number}, {self.machine.spot}"
        if self.order is not None:
            return f"{self.order.shop.name} {self.order.number}"
        return str(self.unit.name) if self.unit else ""
