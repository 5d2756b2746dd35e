"""The money of works: what was agreed, what is to be paid when, what was paid. Lines are never changed; a wrong one is struck."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.sensing.terms import MoneyKind

_KINDS = [(one.value, one.value) for one in MoneyKind]


class WorksMoney(Scoped):
    """One line in whole fen, with the paper behind it and who signed."""

    works = models.ForeignKey("Works", models.PROTECT, related_name="money")
    kind = models.CharField(max_length=10, choices=_KINDS)
    amount = models.BigIntegerField()  # fen
    title = models.CharField(max_length=120)
    paper = models.CharField(max_length=80, blank=True)  # contract, supplement, invoice or voucher
    on = models.DateField()  # signed, due, paid
    # Of an instalment: kept back until its day, against defects.
    retention = models.BooleanField(default=False)
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="payments", db_index=False)  # fmt: skip
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    struck_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["on", "id"]
        indexes = [
            models.Index(fields=["works", "on"], name="works_money_of"),
            models.Index(fields=["area"], name="works_money_area"),
            GinIndex(fields=["holders"], name="works_money_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="works_money_above_zero"),
            models.CheckConstraint(condition=~Q(title=""), name="works_money_titled"),
            models.CheckConstraint(condition=Q(kind="paid", of__isnull=False) | ~Q(kind="paid") & Q(of__isnull=True), name="works_money_paid_of"),
            models.CheckConstraint(condition=Q(retention=False) | Q(kind="instalment"), name="works_money_retention"),
            models.CheckConstraint(condition=Q(struck_at__isnull=True, struck_why="") | Q(struck_at__isnull=False) & ~Q(struck_why=""), name="works_money_struck"),
            models.UniqueConstraint(fields=["works"], condition=Q(kind="contract", struck_at__isnull=True), name="works_one_contract"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title
