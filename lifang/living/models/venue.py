"""What a household may book: a room, a gym, a court, a place to charge; and each time that was booked."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.living.catalogue import VENUE_KINDS, VenueKind


class Venue(Scoped):
    """A place to book, by slots of the same length, so many at a time, so many of a home in a week. Its settings are its own."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # venue_kinds.yaml
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True)  # where it is, what to bring
    opens = models.TimeField()
    closes = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField(default=1)  # bookings at the same time
    days_ahead = models.PositiveSmallIntegerField(default=7)
    per_week = models.PositiveSmallIntegerField(default=3)  # slots of one home in one week
    cancel_hours = models.PositiveSmallIntegerField(
        default=2
    )  # free of charge until so long before
    fee = models.BigIntegerField(default=0)  # fen a slot
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["area"], name="venue_area"),
            GinIndex(fields=["holders"], name="venue_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], condition=Q(closed_at__isnull=True), name="venue_name_once"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="venue_hours"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="venue_fee"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def what(self) -> VenueKind:
        return VENUE_KINDS[self.kind]


class Booking(Scoped):
    """One slot of one home. Seen by whoever booked and by the company."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="bookings")
    slot_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()  # which of those at the same time
    week = models.DateField()  # its Monday
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    bill = models.ForeignKey("living.Bill", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # given back
    why = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-slot_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="booking_area"),
            GinIndex(fields=["holders"], name="booking_holders"),
            models.Index(fields=["venue", "-slot_at"], name="booking_venue"),
        ]
        constraints = [
            # Nobody books what is booked, whoever asks at the same moment.
            models.UniqueConstraint(fields=["venue", "slot_at", "place"], condition=Q(ended_at__isnull=True), name="booking_once"),
            models.UniqueConstraint(fields=["venue", "slot_at", "dwelling"], condition=Q(ended_at__isnull=True), name="booking_one_home"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("slot_at")), name="booking_ends"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.slot_at:%Y-%m-%d %H:%M}"
