from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lifang.core.access import Actor
from lifang.core.access.models import ScopedQuerySet
from lifang.core.access.scope import within
from lifang.core.api import terms
from lifang.core.ids import new_id


class KeyQuerySet(ScopedQuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own keys; of the accounts of an area those of machines for who keeps machines there, all for who watches over keys. Never a secret."""
        if actor.may(terms.OVERSEE, ""):
            return self
        mine = Q(account=actor.id) if actor.id else Q(pk__in=[])
        for grant in actor.grants:
            there = within(grant.area, "account__area")
            if terms.OVERSEE in grant.capabilities:
                mine |= there
            elif terms.KEEP in grant.capabilities:
                mine |= there & Q(account__kind="machine")
        return self.filter(mine)


KeyManager = models.Manager.from_queryset(KeyQuerySet)


class ApiKey(models.Model):
    """A way in for a program: acts as its account, never beyond these areas and capabilities.

    Not `Scoped`: it is read before there is an actor whose wall could stand.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=terms.PREFIX, unique=True)
    digest = models.BinaryField(max_length=32)
    areas = ArrayField(
        models.CharField(max_length=15), default=list, blank=True
    )  # none: as the account
    capabilities = ArrayField(
        models.CharField(max_length=60), default=list, blank=True
    )  # none: reads only
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, db_default=[]
    )  # none: from anywhere
    ways = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, db_default=[]
    )  # "GET api/v1/cases"; none: every operation
    watched = models.BooleanField(default=False, db_default=False)  # each call of it is kept
    per_minute = models.PositiveIntegerField(default=terms.PER_MINUTE)
    issued_by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = KeyManager()
    token = ""  # the whole key, on the object that was just issued and nowhere else

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="apikey_expires_after_issue"
            ),
            models.CheckConstraint(condition=Q(per_minute__gt=0), name="apikey_rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (lf_{self.prefix}…)"


class TurnedAway(models.Model):
    """How often a key that holds was refused on a day, by reason: from another network, or beyond its ways."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="turned_away")
    day = models.DateField()
    reason = models.CharField(max_length=30)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    last_from = models.CharField(max_length=45, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "day", "reason"], name="turnedaway_once")
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.count}"


class Call(models.Model):
    """One call of a watched key, as the platform saw it; of what was sent only digests."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    agent = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=45, blank=True)
    secure = models.BooleanField()
    once = models.BinaryField(max_length=32, null=True)  # of the Idempotency-Key
    body = models.BinaryField(max_length=32, null=True)
    status = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    replayed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="call_key"),
            models.Index(fields=["at"], name="call_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Answer(models.Model):
    """What a request with an `Idempotency-Key` was answered; the next with the same key gets it again."""

    holder = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "key"], name="answer_once")]
        indexes = [models.Index(fields=["at"], name="answer_at")]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
