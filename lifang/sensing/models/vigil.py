"""Somebody living alone who asked to be looked after by what the devices at home say."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText


class Vigil(Scoped):
    """With consent, for a purpose, until a day. `memory` holds quiet spells, never what was done when."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    place = models.ForeignKey("registry.Place", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    consent_on = models.DateField()
    until = models.DateField()
    contact = SealedText(null=True, blank=True)  # asked first
    telephone = SealedText(null=True, blank=True)
    second_contact = SealedText(
        null=True, blank=True
    )  # asked when nobody stirred and nobody answered
    second_telephone = SealedText(null=True, blank=True)
    memory = models.JSONField(default=dict)  # watch.person.Person
    due_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    paused_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["area", "id"]
        indexes = [
            models.Index(fields=["area"], name="vigil_area"),
            models.Index(fields=["place"], condition=Q(ended_at__isnull=True), name="vigil_place"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="vigil_due"),
            GinIndex(fields=["holders"], name="vigil_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="vigil_one"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("consent_on")), name="vigil_ends_after_consent"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="vigil_has_purpose"),
        ]

    def __str__(self) -> str:
        return str(self.person)
