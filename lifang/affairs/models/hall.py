"""Where matters are done: service points with their counters, and who waits there today."""

from datetime import datetime

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.affairs.terms import WAITS, Turn
from lifang.core.access.models import Scoped
from lifang.core.i18n import Text
from lifang.core.ids import new_id


class Point(Scoped):
    """A service point: a hall of a street, a station of a community. Its area is that of its window."""

    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    address = models.CharField(max_length=120)
    lon = models.FloatField()
    lat = models.FloatField()
    hours = models.CharField(max_length=40)  # opening hours by key (core.calendar)
    telephone = models.CharField(max_length=20, blank=True)
    guides = models.JSONField(default=list)  # keys of what it can do; none: every matter
    minutes = models.PositiveSmallIntegerField(default=12)  # a visitor takes, until it is measured
    bookable = models.PositiveSmallIntegerField(default=1)  # appointments at the same time
    visits = models.PositiveSmallIntegerField(
        default=1
    )  # home visits at the same time; none: it makes none
    step_free = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        indexes = [*Scoped.Meta.indexes]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=120), name="point_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


class Counter(models.Model):
    """One window of a point, and who sits there now."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(Point, models.CASCADE, related_name="counters")
    number = models.PositiveSmallIntegerField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["point", "number"], name="counter_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(account__isnull=False), name="counter_one_each"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Ticket(Scoped):
    """A place in the line of one day, taken on the spot or booked before. Nobody's name stands on it."""

    point = models.ForeignKey(Point, models.PROTECT, related_name="tickets")
    day = models.DateField()
    number = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=16, unique=True)
    priority = models.CharField(max_length=10, blank=True)  # why it goes first: priorities.yaml
    guides = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Turn])
    slot_at = models.DateTimeField(null=True)  # booked for
    place = models.PositiveSmallIntegerField(null=True)  # which of the appointments of this time
    counter = models.ForeignKey(Counter, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["point", "day", "state"], name="ticket_line"),
            models.Index(fields=["area", "-day"], name="ticket_area"),
            GinIndex(fields=["holders"], name="ticket_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["point", "day", "number"], name="ticket_number_once"),
            # No appointment is given twice, whoever asks at the same moment.
            models.UniqueConstraint(
                fields=["point", "slot_at", "place"],
                condition=Q(slot_at__isnull=False, state__in=WAITS),
                name="ticket_slot_once",
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state=Turn.CALLED), name="ticket_one_at_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(slot_at__isnull=True, place__isnull=True)
                | Q(slot_at__isnull=False, place__isnull=False),
                name="ticket_slot_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """As it is called: A for those taken on the spot, B for those booked."""
        return f"{'B' if self.slot_at else 'A'}{self.number:03d}"

    def here_from(self) -> datetime:
        """From when on it stands in the line."""
        return self.slot_at or self.made_at
