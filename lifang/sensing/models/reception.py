"""Match alarms of a lawful outside system: the file that allows them, its key, what came, who looked, and when filing is due.

There is no column for a picture, a template, a name or a number of a person, and none may be added.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.flow.models import Subject
from lifang.core.ids import new_id
from lifang.sensing.models.admission import PREFIX

_ALWAYS = ("system", "operator", "purpose", "necessity", "basis", "document", "assessment", "notice", "alternative")  # fmt: skip
_BY_TWO = ("on", "suspended")


class Reception(Subject):
    """One outside system may send match alarms: for what, on what ground, from which devices, until when, for whose eyes."""

    number = models.CharField(max_length=20, unique=True)
    system = models.CharField(max_length=120)
    operator = models.CharField(max_length=120)  # who answers for that system
    purpose = models.CharField(max_length=300)
    necessity = models.CharField(max_length=300)  # why nothing milder does
    basis = models.CharField(max_length=300)  # the law, with its article
    document = models.CharField(max_length=80)  # number of the case or decision
    assessment = models.CharField(max_length=80)  # number of the impact assessment
    assessed_until = models.DateField()
    place_kind = models.CharField(max_length=20)  # match_places.yaml
    notice = models.CharField(max_length=500)  # the words at the place
    notice_on = models.DateField()  # they hang since
    alternative_kind = models.CharField(max_length=10)
    alternative = models.CharField(max_length=300)  # what else opens the same door
    classes = ArrayField(models.CharField(max_length=30))  # match_classes.yaml
    devices = ArrayField(models.UUIDField())
    viewers = ArrayField(models.CharField(max_length=60))  # "account:<uuid>"
    keep_days = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    first_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["area", "state"], name="reception_area"),
            GinIndex(fields=["holders"], name="reception_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=_BY_TWO)
                | Q(first_by__isnull=False, second_by__isnull=False),
                name="reception_by_two",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | ~Q(first_by=F("asked_by")),
                name="reception_first_is_another",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True)
                | Q(first_by__isnull=False) & ~Q(second_by=F("asked_by")) & ~Q(second_by=F("first_by")),
                name="reception_second_is_a_third",
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="reception_ends"),
            models.CheckConstraint(
                condition=Q(assessed_until__gte=F("ends_on")), name="reception_assessed"
            ),
            models.CheckConstraint(
                condition=~Q(devices=[]) & ~Q(viewers=[]) & ~Q(classes=[]), name="reception_named"
            ),
            models.CheckConstraint(
                condition=~Q(*((name, "") for name in _ALWAYS), _connector=Q.OR),
                name="reception_on_file",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ReceptionKey(models.Model):
    """The key of an outside system: it opens the way in for matches and nothing else; a key of devices does not open that way.

    Not `Scoped`: it is read before there is anybody whose wall could stand.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reception = models.ForeignKey(Reception, models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=PREFIX, unique=True)
    digest = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    token = ""  # the whole key, on the object that was just issued and nowhere else

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reception"], condition=Q(revoked_at__isnull=True), name="receptionkey_one"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="receptionkey_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"lf_{self.prefix}…"


class ReceptionCount(Scoped):
    """How many messages of an outside system were taken or refused on a day, by reason (`""`: taken)."""

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="counts")
    day = models.DateField()
    reason = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="receptioncount_area"),
            GinIndex(fields=["holders"], name="receptioncount_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reception", "day", "reason"], name="receptioncount_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count}"


class Match(Scoped):
    """What an outside system told of: seen by named viewers alone, so it lies in no area; where it was stands in `grid`.

    Of whom the outside system speaks, only a keyed fingerprint of its own id is kept, another one in every file.
    """

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="matches")
    message = models.BinaryField(max_length=32)
    outside = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=30)  # match_classes.yaml
    device = models.ForeignKey("Device", models.PROTECT, related_name="+")
    place = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    grid = models.CharField(max_length=15, db_collation="C")
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    alarm = models.OneToOneField("Alarm", models.PROTECT, related_name="match")

    class Meta:
        indexes = [
            models.Index(fields=["reception", "received_at"], name="match_reception"),
            models.Index(fields=["outside"], name="match_outside"),
            GinIndex(fields=["holders"], name="match_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reception", "message"], name="match_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MatchLook(Scoped):
    """Each look at a match, with its purpose; it stays when the match is erased."""

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="looks")
    match_id = models.UUIDField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=30)  # match_purposes.yaml
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["area"], name="matchlook_area"),
            models.Index(fields=["reception", "-at"], name="matchlook_reception"),
            models.Index(fields=["match_id", "account"], name="matchlook_match"),
            GinIndex(fields=["holders"], name="matchlook_holders"),
        ]

    def __str__(self) -> str:
        return self.purpose


class Filing(Subject):
    """Filing with the provincial cyberspace office: due thirty work days after the number is reached, and after a change."""

    cause = models.CharField(
        max_length=10, choices=[("reached", "reached"), ("changed", "changed")]
    )
    faces = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    filed_number = models.CharField(max_length=80, blank=True)
    filed_at = models.DateTimeField(null=True)
    filed_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-began_at"]
        indexes = [
            models.Index(fields=["area", "state"], name="filing_area"),
            GinIndex(fields=["holders"], name="filing_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(filed_at__isnull=True), name="filing_one_open"
            ),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True) | ~Q(filed_number=""), name="filing_numbered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"
