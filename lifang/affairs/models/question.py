"""What somebody asked: questions nothing is written about, and people who want to be phoned back."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import MaskedText, SealedText
from lifang.core.flow.models import Subject


class Unanswered(Scoped):
    """A question without a source; asked again it counts. Numbers in it are taken out before it is kept."""

    text = models.CharField(max_length=200)
    key = models.CharField(
        max_length=64, db_collation="C"
    )  # what it comes to, without the small words
    language = models.CharField(max_length=8)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)  # what was done about it

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["area", "-count"], name="unanswered_area"),
            GinIndex(fields=["holders"], name="unanswered_holders"),
        ]
        constraints = [models.UniqueConstraint(fields=["area", "key"], name="unanswered_once")]

    def __str__(self) -> str:
        return self.text


class CallBack(Subject):
    """Somebody wants to talk to a person: who picks it up phones back."""

    text = SealedText()
    telephone = MaskedText(mask="telephone", null=True)
    channel = models.CharField(max_length=12)  # web, kiosk
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reached = models.BooleanField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["area", "state"], name="callback_area_state"),
            GinIndex(fields=["holders"], name="callback_holders"),
        ]

    def __str__(self) -> str:
        return str(self.telephone)
