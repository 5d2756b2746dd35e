from django.db import models
from django.db.models import Q

from lifang.core.calendar.terms import DayFact
from lifang.core.i18n import Text
from lifang.core.ids import new_id


class Day(models.Model):
    """A date worked or not by decree, for the whole site (`area` empty) or for one area and all below it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    date = models.DateField()
    area = models.CharField(max_length=15, db_collation="C", blank=True)
    working = models.BooleanField()
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80)
    source = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["date", "area"]
        constraints = [
            models.UniqueConstraint(fields=["date", "area"], name="day_once_an_area"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="day_named_in_both_languages"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    @property
    def name(self) -> Text:
        return Text(zh=self.name_zh, en=self.name_en)

    @property
    def fact(self) -> DayFact:
        return DayFact(self.working, self.name)
