"""Dogs that are kept here, and the notices their keepers got."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, MaskedText
from lifang.registry.models.person import Batch
from lifang.registry.terms import Way


class Dog(Scoped):
    """A dog that is kept here; who keeps it is a tie. `holders`: the property companies of its estate."""

    name = models.CharField(max_length=40)  # as it is called
    breed = models.CharField(max_length=40, blank=True)
    size = models.CharField(max_length=10)  # codes: dog_size
    colour = models.CharField(max_length=20, blank=True)
    licence = MaskedText(mask="identity", null=True, blank=True)
    licence_key = BlindIndex(of="licence", purpose="registry.dog_licence")
    licensed_until = models.DateField(null=True, blank=True)
    vaccinated_on = models.DateField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="dogs")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "size", "id"], name="dog_area"),
            models.Index(fields=["licence_key"], name="dog_licence"),
            GinIndex(fields=["holders"], name="dog_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="dog_named"),
            models.UniqueConstraint(
                fields=["licence_key"],
                condition=Q(valid_to__isnull=True, licence_key__isnull=False),
                name="dog_licence_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="dog_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DogNotice(Scoped):
    """Notices that went to keepers of dogs together: where, why, who sent them."""

    road = models.CharField(max_length=120, blank=True)  # the section where dogs were seen
    words = models.CharField(max_length=300, blank=True)  # added by the sender
    large = models.BooleanField(default=False)  # to keepers of large dogs alone
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["area", "-sent_at"], name="dog_notice_area"),
            GinIndex(fields=["holders"], name="dog_notice_holders"),
        ]

    def __str__(self) -> str:
        return self.road or str(self.pk)


class DogNotified(models.Model):
    """One keeper of one dog was told, or is to be told at the door."""

    notice = models.ForeignKey(DogNotice, models.CASCADE, related_name="told")
    dog = models.ForeignKey(Dog, models.PROTECT, related_name="told")
    rules = ArrayField(
        models.CharField(max_length=40)
    )  # dog_rules.yaml: what was not as it should be
    way = models.CharField(max_length=7, choices=[(one.value, one.value) for one in Way])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "dog"], name="dog_notified_once"),
            models.CheckConstraint(
                condition=Q(way__in=[one.value for one in Way]), name="dog_notified_way"
            ),
        ]

    def __str__(self) -> str:
        return self.way
