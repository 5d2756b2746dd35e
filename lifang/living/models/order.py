"""What a household orders from a shop, what of it is paid by a subsidy, what was paid out to the shop."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText
from lifang.core.flow.models import Subject
from lifang.core.flow.shape import State
from lifang.living.catalogue import ORDER


class Order(Subject):
    """Seen by whoever ordered and by the shop's keeper: what, where, when; nothing of who they are."""

    number = models.CharField(max_length=20, unique=True)
    batch = models.UUIDField(unique=True)  # sent twice, ordered once
    shop = models.ForeignKey("living.Shop", models.PROTECT, related_name="orders")
    offer = models.ForeignKey("living.Offer", models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)  # as it was offered
    unit = models.CharField(max_length=12)
    price = models.BigIntegerField()
    count = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    subsidy = models.BigIntegerField(default=0)  # of it, what others pay
    credited = models.BigIntegerField(
        default=0
    )  # of the household's part, what the shop took off again
    paid = models.BigIntegerField(default=0)
    address = models.CharField(max_length=200, blank=True)  # where; nothing: at the shop
    wanted_at = models.DateTimeField()
    wish = models.CharField(max_length=200, blank=True)
    telephone = SealedText(null=True, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    stars = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-ordered_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="order_area"),
            GinIndex(fields=["holders"], name="order_holders"),
            models.Index(fields=["shop", "state", "-ordered_at"], name="order_shop"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(count__range=(1, 99)), name="order_count"),
            models.CheckConstraint(condition=Q(amount=F("price") * F("count")), name="order_amount"),
            models.CheckConstraint(condition=Q(subsidy__gte=0, subsidy__lte=F("amount")), name="order_subsidy"),
            models.CheckConstraint(condition=Q(credited__gte=0, credited__lte=F("amount") - F("subsidy")), name="order_credited"),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount") - F("subsidy")), name="order_paid"),
            models.CheckConstraint(condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="order_stars"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def own(self) -> int:
        """What the household pays itself."""
        return self.amount - self.subsidy - self.credited

    @property
    def left(self) -> int:
        return max(0, self.own - self.paid)

    @property
    def stage(self) -> State:
        return ORDER().state[self.state]


class Grant(Scoped):
    """Why an order is subsidised: which scheme, which group. The shop is never among its holders."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=30)  # subsidies.yaml
    group = models.CharField(max_length=30)  # tags.yaml of the register
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    month = models.CharField(max_length=7, db_collation="C")
    amount = models.BigIntegerField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # the order came to nothing

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["area"], name="livinggrant_area"),
            GinIndex(fields=["holders"], name="livinggrant_holders"),
            models.Index(fields=["account", "scheme", "month"], name="livinggrant_month"),
        ]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="livinggrant_amount")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.amount}"


class Payout(Scoped):
    """Subsidies of confirmed orders, paid out to a shop by its street."""

    number = models.CharField(max_length=20, unique=True)
    token = models.UUIDField(unique=True)
    shop = models.ForeignKey("living.Shop", models.PROTECT, related_name="payouts")
    amount = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["area"], name="payout_area"),
            GinIndex(fields=["holders"], name="payout_holders"),
        ]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount")]

    def __str__(self) -> str:
        return self.number
