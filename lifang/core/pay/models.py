"""The books: balanced by the database, never changed. Then what is asked to be paid, and what was paid back."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.i18n import Text
from lifang.core.ids import new_id
from lifang.core.pay.terms import MOST, UP, LedgerKind, OrderState, RefundState


class Book(Scoped):
    """The accounts of one owner in one area: what is booked in it balances by itself."""

    owner = models.CharField(max_length=60)  # a holder
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="book_area"),
            GinIndex(fields=["holders"], name="book_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "area"], name="book_once"),
            models.CheckConstraint(condition=~Q(owner=""), name="book_owned"),
        ]

    def __str__(self) -> str:
        return f"{self.owner}@{self.area}"


class Ledger(Scoped):
    """One account of a book."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="ledgers")
    code = models.CharField(max_length=60)
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in LedgerKind]
    )
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="ledger_area"),
            GinIndex(fields=["holders"], name="ledger_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="ledger_once"),
            models.UniqueConstraint(fields=["id", "book"], name="ledger_of_book"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in LedgerKind]), name="ledger_kind_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def sign(self) -> int:
        """What a growing balance is multiplied with to read as a plus."""
        return 1 if self.kind in UP else -1


class Voucher(Scoped):
    """One thing that happened to money: its entries sum to nothing."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="vouchers")
    key = models.CharField(max_length=120, unique=True)  # the same thing is booked once
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="voucher_area"),
            GinIndex(fields=["holders"], name="voucher_holders"),
            models.Index(fields=["book", "-at"], name="voucher_book"),
            models.Index(fields=["subject"], name="voucher_subject"),
        ]
        constraints = [models.UniqueConstraint(fields=["id", "book"], name="voucher_of_book")]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """So many fen on one side of one account; seen with its voucher. The database refuses a voucher that does not balance, and every change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="entries")
    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="entries")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()  # fen; positive is debit
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["ledger", "at"], include=["amount"], name="entry_ledger"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["voucher", "position"], name="entry_position_once"),
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__range=(-MOST, MOST)), name="entry_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class PayOrder(Scoped):
    """Somebody is to pay an amount for something, in one way, until a time."""

    number = models.CharField(max_length=24, unique=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="orders")
    into = models.ForeignKey(Ledger, models.PROTECT, related_name="+")  # credited when it is paid
    purpose = models.CharField(max_length=40)  # purposes.py
    subject = models.UUIDField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    payee_zh = models.CharField(max_length=120)
    payee_en = models.CharField(max_length=120)
    payer = models.CharField(max_length=60, blank=True)  # a holder; "" for somebody at the counter
    way = models.CharField(max_length=20)  # adapters
    amount = models.BigIntegerField()
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in OrderState]
    )
    taken = models.BigIntegerField(default=0)  # of it, what the subject still wanted when it came
    refunded = models.BigIntegerField(default=0)  # asked for or given back
    reference = models.CharField(max_length=64, blank=True)  # the channel's number
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "-opened_at"], name="payorder_area"),
            GinIndex(fields=["holders"], name="payorder_holders"),
            models.Index(fields=["subject"], name="payorder_subject"),
            models.Index(
                fields=["opened_at"], condition=Q(state="waiting"), name="payorder_waiting"
            ),
            models.Index(
                fields=["way", "paid_at"], condition=Q(state="paid"), name="payorder_paid"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__range=(1, MOST)), name="payorder_amount"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False)
                | ~Q(state="paid") & Q(paid_at__isnull=True, taken=0, refunded=0),
                name="payorder_paid_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("amount")), name="payorder_taken"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="payorder_refunded"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")), name="payorder_expires"
            ),
            models.UniqueConstraint(
                fields=["way", "reference"], condition=~Q(reference=""), name="payorder_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> Text:
        return Text(zh=self.title_zh, en=self.title_en)

    @property
    def payee(self) -> Text:
        return Text(zh=self.payee_zh, en=self.payee_en)

    @property
    def left(self) -> int:
        """What can still be given back."""
        return self.amount - self.refunded if self.state == OrderState.PAID else 0


class Refund(Scoped):
    """Money that goes back: asked for under the order's lock, then given by the channel, once."""

    order = models.ForeignKey(PayOrder, models.PROTECT, related_name="refunds")
    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=120, unique=True)  # the same wish asked for twice is one
    amount = models.BigIntegerField()
    excess = models.BigIntegerField(default=0)  # of it, what nobody wanted when it came
    why = models.CharField(max_length=200)
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in RefundState]
    )
    reference = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="refund_area"),
            GinIndex(fields=["holders"], name="refund_holders"),
            models.Index(fields=["order"], name="refund_order"),
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="refund_asked"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__range=(1, MOST)), name="refund_amount"),
            models.CheckConstraint(
                condition=Q(excess__gte=0, excess__lte=F("amount")), name="refund_excess"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | Q(state="asked", done_at__isnull=True),
                name="refund_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Reconciliation(Scoped):
    """A day of one way compared with what the channel says: sums, and each difference by number."""

    way = models.CharField(max_length=20)
    day = models.DateField()
    ours = models.BigIntegerField()
    theirs = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    differences = models.JSONField(default=list)  # [{"number", "kind", "ours", "theirs"}]
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="reconciliation_area"),
            GinIndex(fields=["holders"], name="reconciliation_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["way", "day"], name="reconciliation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.day}"


class Difference(Scoped):
    """A number on which our books and the channel's statement of a day do not agree, until somebody settles it with a reason or it agrees after all."""

    way = models.CharField(max_length=20)
    day = models.DateField()
    number = models.CharField(max_length=24)
    order = models.ForeignKey(PayOrder, models.PROTECT, null=True, related_name="+")  # none: nobody here knows the number  # fmt: skip
    ours = models.BigIntegerField(null=True)
    theirs = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)  # compared again, and there was none any more
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True)  # differences.yaml
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-day", "number"]
        indexes = [
            models.Index(fields=["area"], name="difference_area"),
            GinIndex(fields=["holders"], name="difference_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["way", "day", "number"], name="difference_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, reason="") | Q(settled_at__isnull=False) & ~Q(reason=""), name="difference_settled"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.way} {self.number}"

    @property
    def open(self) -> bool:
        return self.settled_at is None and self.agreed_at is None


class Charge(models.Model):
    """The local stand-in's own book: what its cashier took and gave back. It knows numbers and amounts, nobody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=24, unique=True)  # of the order or the refund
    of = models.CharField(max_length=24, blank=True)  # of a refund: the order
    amount = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="charge_at")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__range=(1, MOST)), name="charge_amount"),
        ]

    def __str__(self) -> str:
        return self.number
