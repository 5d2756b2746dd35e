"""What a household owes: tariffs, meters, the month's run, bills with their lines. Money is whole fen."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.ids import new_id
from lifang.living.terms import Basis, RunState, Source


class Tariff(Scoped):
    """What a company charges for one item in an area, from a month to a month."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    item = models.CharField(max_length=30)  # items.yaml
    basis = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Basis])
    price = models.BigIntegerField()  # ten-thousandths of a yuan
    since = models.CharField(max_length=7, db_collation="C")  # the first month
    until = models.CharField(max_length=7, blank=True, db_collation="C")  # the last month
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="tariff_area"),
            GinIndex(fields=["holders"], name="tariff_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "area", "item", "since"], name="tariff_once"),
            models.UniqueConstraint(
                fields=["unit", "area", "item"], condition=Q(until=""), name="tariff_one_runs"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="tariff_price"),
            models.CheckConstraint(
                condition=Q(until="") | Q(until__gte=F("since")), name="tariff_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.since}"


class Meter(Scoped):
    """A household's meter."""

    place = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    item = models.CharField(max_length=30)
    number = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="meter_area"),
            GinIndex(fields=["holders"], name="meter_holders"),
        ]
        constraints = [models.UniqueConstraint(fields=["place", "item"], name="meter_once")]

    def __str__(self) -> str:
        return self.number


class Reading(Scoped):
    """What a meter said at the end of a month, in thousandths."""

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    month = models.CharField(max_length=7, db_collation="C")
    value = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="reading_area"),
            GinIndex(fields=["holders"], name="reading_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["meter", "month"], name="reading_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="reading_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.value}"


class Run(Scoped):
    """A month's bills of a company in an area, issued batch by batch in the background."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    month = models.CharField(max_length=7, db_collation="C")
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in RunState])
    doors = models.PositiveIntegerField()  # to go through
    gone = models.PositiveIntegerField(default=0)  # gone through
    bills = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    unmeasured = models.PositiveIntegerField(default=0)  # nothing known to charge by
    cursor = models.UUIDField(null=True)  # the last dwelling gone through
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="livingrun_area"),
            GinIndex(fields=["holders"], name="livingrun_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "area", "month"], name="livingrun_once"),
            models.CheckConstraint(condition=Q(gone__lte=F("doors")), name="livingrun_gone"),
            models.CheckConstraint(
                condition=Q(state="done", ended_at__isnull=False)
                | ~Q(state="done") & Q(ended_at__isnull=True),
                name="livingrun_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.month


class Bill(Scoped):
    """What one dwelling owes one company for one month: never paid beyond what it says."""

    number = models.CharField(max_length=24, unique=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")  # who is paid
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="issued")
    source = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Source])
    item = models.CharField(max_length=30, blank=True)  # of a utility's bill
    reference = models.CharField(max_length=40, blank=True)  # the utility's own number of it
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    month = models.CharField(max_length=7, db_collation="C")
    amount = models.BigIntegerField()
    credited = models.BigIntegerField(default=0)  # taken off again: a mistake in the bill
    paid = models.BigIntegerField(default=0)
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    reminded = models.CharField(max_length=20, blank=True)  # the last stage told, reminders.yaml

    class Meta:
        ordering = ["-month", "id"]
        indexes = [
            models.Index(fields=["area"], name="bill_area"),
            GinIndex(fields=["holders"], name="bill_holders"),
            models.Index(fields=["unit", "month", "id"], name="bill_unit"),
            models.Index(fields=["dwelling", "-month"], name="bill_dwelling"),
            models.Index(
                fields=["due_on"],
                condition=Q(paid__lt=F("amount") - F("credited")),
                name="bill_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling", "month"], condition=Q(source="run"), name="bill_one_company"
            ),
            models.UniqueConstraint(
                fields=["unit", "reference"], condition=~Q(reference=""), name="bill_reference"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bill_amount"),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("amount")), name="bill_credited"
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount") - F("credited")), name="bill_paid"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def owed(self) -> int:
        return self.amount - self.credited

    @property
    def left(self) -> int:
        return self.owed - self.paid


class BillLine(models.Model):
    """One item of a bill, with how it was counted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    item = models.CharField(max_length=30)
    basis = models.CharField(max_length=8, blank=True)
    quantity = models.BigIntegerField(null=True)  # thousandths
    price = models.BigIntegerField(null=True)  # ten-thousandths of a yuan
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "item"], name="billline_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billline_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"


class ReceiptPaper(Scoped):
    """The signed PDF of one payment, made when it was first asked for; the file hangs on it. Numbers and proof, nobody."""

    number = models.CharField(max_length=24, unique=True)  # of the payment
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="papers")
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=100)
    key = models.CharField(max_length=60)
    file = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="receiptpaper_area"),
            GinIndex(fields=["holders"], name="receiptpaper_holders"),
        ]

    def __str__(self) -> str:
        return self.number
