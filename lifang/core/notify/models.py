from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.ids import new_id
from lifang.core.notify.terms import Channel, Pace, State


def choices(kind: type[Channel] | type[State] | type[Pace]) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in kind]


class Message(Scoped):
    """One message to one recipient over one channel; the words are made from the template when read."""

    recipient = models.CharField(
        max_length=60
    )  # a holder, or "tel:"/"mailto:" for an address alone
    channel = models.CharField(max_length=5, choices=choices(Channel))
    template = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    secrets = SealedText(null=True)  # JSON of the facts nobody but the recipient may read
    language = models.CharField(max_length=8, default="zh-hans")
    link = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField(default=False)
    digest = models.BooleanField(default=False)
    key = models.CharField(max_length=120, blank=True)
    address = SealedText(null=True)
    address_key = BlindIndex(of="address", purpose="notify.address")
    state = models.CharField(max_length=7, choices=choices(State))
    via = models.CharField(max_length=20, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["recipient", "-asked_at"], name="message_inbox"),
            models.Index(
                fields=["state", "due_at"],
                condition=Q(state__in=("queued", "sending")),
                name="message_waiting",
            ),
            models.Index(fields=["address_key", "sent_at"], name="message_rate"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "channel", "key", "address_key"],
                condition=~Q(key=""),
                nulls_distinct=False,
                name="message_once",
            ),
            models.CheckConstraint(
                condition=Q(channel="inbox") | Q(address__isnull=False), name="message_has_address"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.channel}"


class Preference(models.Model):
    """How one holder wants to be reached."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    holder = models.CharField(max_length=60, unique=True)
    telephone = SealedText(null=True)
    email = SealedText(null=True)
    sms = models.BooleanField(default=True)
    mail = models.BooleanField(default=True)
    pace = models.CharField(max_length=8, choices=choices(Pace), default=Pace.AT_ONCE)
    language = models.CharField(max_length=8, default="zh-hans")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.holder


class Endpoint(Scoped):
    """A machine of somebody else that wants to hear of our events."""

    url = models.URLField(max_length=500)
    secret = SealedText()
    events = ArrayField(models.CharField(max_length=80))  # names; "cases.*" is a whole context
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    old_secret = SealedText(null=True)  # also signs until then, so that the other side can change
    old_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # attempts in a row
    disabled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.url

    def secrets(self, at: datetime) -> list[str]:
        """Those that sign now, the new one first."""
        old = (
            [self.old_secret] if self.old_secret and self.old_until and at < self.old_until else []
        )
        return [self.secret, *old]

    def wants(self, name: str) -> bool:
        context = f"{name.split('.', maxsplit=1)[0]}.*"
        return bool({"*", name, context} & set(self.events))


class Delivery(models.Model):
    """One event on its way to one endpoint, and how the last attempt went."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    told = models.UUIDField()  # the event's id
    event = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=7, choices=choices(State), default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["endpoint", "-asked_at"], name="delivery_log")]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "told"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint_id}"
