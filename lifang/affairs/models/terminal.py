"""Machines that serve by themselves: whose they are, where they stand, what they do, and whether they run."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.core.i18n import Text
from lifang.core.ids import new_id


class Terminal(Scoped):
    """A kiosk. A company may own or pay for it; the area is that of whoever looks after it."""

    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    address = models.CharField(max_length=120)
    lon = models.FloatField()
    lat = models.FloatField()
    owner = models.CharField(max_length=80)
    funder = models.CharField(max_length=80, blank=True)
    keeper = models.CharField(max_length=60, blank=True)  # who mends it
    telephone = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=40)  # when it should run, by key (core.calendar)
    services = models.JSONField(default=list)  # keys of services.yaml
    point = models.ForeignKey("affairs.Point", models.PROTECT, null=True, related_name="+")  # whose tickets  # fmt: skip
    word = models.CharField(max_length=64, blank=True)  # digest of what the machine shows it is
    paired_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["area"], name="terminal_area"),
            GinIndex(fields=["holders"], name="terminal_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["word"], condition=~models.Q(word=""), name="terminal_word_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)


class TerminalDay(models.Model):
    """In how many minutes of a day's hours it was heard."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="days")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "day"], name="terminal_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.minutes}"
