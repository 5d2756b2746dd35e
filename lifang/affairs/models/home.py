"""At somebody's home: a visit that was ordered, and what was read aloud there and confirmed."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.affairs.terms import Confirmed, Heard
from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import MaskedText, SealedText
from lifang.core.flow.models import Subject


class HomeVisit(Subject):
    """Somebody comes to the home of a person, for matters, at a time the hall has free."""

    number = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+"
    )  # who ordered
    mandate = models.ForeignKey("affairs.Mandate", models.SET_NULL, null=True, related_name="+")
    ordered_by = models.CharField(max_length=6, choices=[(one, one) for one in ("self", "family", "staff")])  # fmt: skip
    guides = models.JSONField(default=list)
    name = MaskedText(mask="name")
    telephone = MaskedText(mask="telephone", null=True)
    home = SealedText()  # where to, as it was told
    note = SealedText()  # what to mind
    point = models.ForeignKey("affairs.Point", models.PROTECT, related_name="+")
    slot_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()  # which of the visits of this time
    worker = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    intake = models.ForeignKey("affairs.Intake", models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField()
    late_at = models.DateTimeField(null=True)  # its time was over, and those in charge were told
    phoned_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["area", "state"], name="homevisit_area_state"),
            models.Index(fields=["person"], name="homevisit_person"),
            GinIndex(fields=["holders"], name="homevisit_holders"),
        ]
        constraints = [
            # No time is given twice, and nobody is visited twice at once.
            models.UniqueConstraint(
                fields=["point", "slot_at", "place"],
                condition=Q(state__in=["ordered", "assigned"]),
                name="homevisit_slot_once",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["ordered", "assigned"]),
                name="homevisit_one_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Confirmation(Scoped):
    """What was read aloud to whoever it concerns, and how they said that they understood it."""

    application = models.ForeignKey("affairs.Application", models.CASCADE, related_name="confirmations")  # fmt: skip
    of = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Heard])
    way = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Confirmed])
    words = SealedText()  # what was read, line by line
    present = SealedText()  # who was there
    witness = MaskedText(mask="name", null=True)
    file = models.UUIDField(null=True)  # the mark, the signature or the photo
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+"
    )  # who read
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        indexes = [*Scoped.Meta.indexes]

    def __str__(self) -> str:
        return f"{self.of} {self.way}"
