"""A shop or supplier behind the business door: what is published of it, its licence, its services."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.flow.models import Subject
from lifang.core.flow.shape import State
from lifang.core.ids import new_id
from lifang.living.catalogue import SHOP, TRADES, Trade
from lifang.living.terms import Side

CHARITY = "5"  # GB 32100: registered with civil affairs


class Shop(Subject):
    """Seen by its keeper's account and by the staff of its area; once it is listed, read by everybody."""

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    trade = models.CharField(max_length=20)  # trades.yaml
    code = models.CharField(max_length=18)  # unified social credit code
    about = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=120)
    lon = models.FloatField()
    lat = models.FloatField()
    opens = models.TimeField()
    closes = models.TimeField()
    days = models.CharField(max_length=7, db_collation="C")  # of the week, Monday is 1
    telephone = models.CharField(max_length=20)  # of the shop: published
    step_free = models.BooleanField(default=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    terms = models.CharField(max_length=20)  # the edition that its keeper agreed to
    asked_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # refused, removed or left since

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["area"], name="shop_area"),
            GinIndex(fields=["holders"], name="shop_holders"),
            models.Index(fields=["trade", "area"], condition=Q(state="listed"), name="shop_listed"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["code", "address"], condition=Q(ended_at__isnull=True), name="shop_code_once"),
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at__isnull=True), name="shop_one_of_account"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="shop_code_shape"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="shop_hours"),
            models.CheckConstraint(condition=Q(days__regex=r"^[1-7]{1,7}$"), name="shop_days"),
            models.CheckConstraint(condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="shop_on_earth"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def what(self) -> Trade:
        return TRADES[self.trade]

    @property
    def stage(self) -> State:
        return SHOP().state[self.state]

    @property
    def side(self) -> Side:
        """Registered with civil affairs is a charity, with the market regulator a business: the code says so."""
        return Side.CHARITY if self.code.startswith(CHARITY) else Side.BUSINESS


class ShopLicence(Scoped):
    """The subject of the licence's photos: seen by the keeper and from the community up, never by a grid alone."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="licences")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="shoplicence_area"),
            GinIndex(fields=["holders"], name="shoplicence_holders"),
        ]

    def __str__(self) -> str:
        return f"{self.sent_at}"


class Offer(models.Model):
    """A service or a thing with its price; read by everybody who reads its shop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="offers")
    name = models.CharField(max_length=60)
    unit = models.CharField(max_length=12)  # what the price is for
    price = models.BigIntegerField()  # fen
    at_home = models.BooleanField(default=False)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "id"]
        constraints = [models.CheckConstraint(condition=Q(price__range=(0, 10_000_000)), name="offer_price")]  # fmt: skip

    def __str__(self) -> str:
        return self.name
