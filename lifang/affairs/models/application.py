"""One matter of one person, what was laid to it, who works on it, and what came of it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.affairs.catalogue import APPLICATION, GUIDES, Fee, Guide
from lifang.affairs.terms import OPEN, OVER, Met
from lifang.core.access.models import Scoped
from lifang.core.access.pen import Pen
from lifang.core.crypto.fields import MaskedText, SealedText
from lifang.core.files.store import follow
from lifang.core.flow.models import Subject
from lifang.core.flow.shape import State as FlowState


class Intake(Scoped):
    """One visit to a window, one telephone call, one envelope: several matters of one person."""

    token = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    name = MaskedText(mask="name")
    telephone = MaskedText(mask="telephone", null=True)
    channel = models.CharField(max_length=12)
    desk = models.CharField(max_length=15, db_collation="C")
    home = models.CharField(
        max_length=15, db_collation="C", blank=True
    )  # where whoever came lives, if it is another window's area
    ticket = models.ForeignKey("affairs.Ticket", models.SET_NULL, null=True, related_name="intakes")
    guides = models.JSONField(default=list)  # keys, in the order told
    despite = models.CharField(
        max_length=200, blank=True
    )  # why, though what is known speaks against it
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    anonymised_at = models.DateTimeField(null=True)  # nothing of the visitor is left in it

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["area", "-begun_at"], name="intake_area"),
            GinIndex(fields=["holders"], name="intake_holders"),
        ]

    def __str__(self) -> str:
        return str(self.name)


class Application(Subject):
    """From the first page to the result in one's hand."""

    number = models.CharField(max_length=20, unique=True)
    token = models.CharField(max_length=16, unique=True)  # the receipt: treat it as a key
    guide = models.CharField(max_length=60)
    edition = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=12)
    desk = models.CharField(max_length=15, db_collation="C")
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, related_name="applications")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    mandate = models.ForeignKey("affairs.Mandate", models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    name = MaskedText(mask="name")
    telephone = MaskedText(mask="telephone", null=True)
    answers = SealedText()
    known = models.PositiveSmallIntegerField(default=0)  # answers that were known before
    asked = models.PositiveSmallIntegerField(default=0)
    reuse = models.BooleanField(default=False)  # consents that what was laid here serves again
    delivery = models.CharField(max_length=10, default="online")
    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    answer = models.TextField(blank=True)  # what the applicant reads
    fee = models.PositiveIntegerField(
        default=0, db_default=0
    )  # fen, as the guide had it on that day
    fee_kind = models.CharField(
        max_length=40, blank=True, default="", db_default=""
    )  # which of the guide's fees
    fee_paid = models.PositiveIntegerField(default=0, db_default=0)
    wanted = models.JSONField(default=list)  # keys of materials that are asked for
    trips = models.PositiveSmallIntegerField(
        null=True
    )  # days on which somebody had to come for it; null: from before it was counted
    tripped_on = models.DateField(null=True)  # the last of them
    emptied_at = models.DateTimeField(null=True)  # what was written is gone
    anonymised_at = models.DateTimeField(null=True)  # whose it was is gone too

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["area", "state"], name="application_area_state"),
            models.Index(fields=["-submitted_at", "-id"], name="application_newest"),
            models.Index(fields=["person", "guide"], name="application_person"),
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN), name="application_due"),
            GinIndex(fields=["holders"], name="application_holders"),
        ]
        constraints = [
            # Nobody has the same matter open twice.
            models.UniqueConstraint(
                fields=["person", "guide"], condition=Q(state__in=OPEN), name="application_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, closed_at__isnull=False)
                | ~Q(state__in=OVER) & Q(closed_at__isnull=True),
                name="application_over_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("submitted_at")),
                name="application_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(fee_paid__lte=F("fee")), name="application_fee_paid_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def matter(self) -> Guide:
        return GUIDES[self.guide]

    @property
    def stage(self) -> FlowState:
        return APPLICATION().state[self.state]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def fee_left(self) -> int:
        return self.fee - self.fee_paid

    @property
    def fee_told(self) -> Fee | None:
        """The fee as the guide names it; none where it names it no more."""
        return next((one for one in self.matter.fees if one.key == self.fee_kind), None)

    def _share(self, pen: Pen, new: bool) -> None:
        """Files too are seen by whoever sees the application."""
        moved = not new and self.shared != (self.area, [*self.holders])
        super()._share(pen, new)
        if moved:
            follow(self, pen)


class Laid(models.Model):
    """One material of one application: how it is met."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="laid")
    key = models.CharField(max_length=40)
    met = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Met])
    files = models.JSONField(default=list)  # ids of attachments of this or an earlier application
    source = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="laid_once")]

    def __str__(self) -> str:
        return self.key


class Part(models.Model):
    """What one department does of it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="parts")
    key = models.CharField(max_length=40)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)
    opinion = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="part_of_once")]

    def __str__(self) -> str:
        return self.key


class Result(Scoped):
    """The paper that came of it: signed by the site, verified by anybody who holds it."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="result")
    number = models.CharField(max_length=24, unique=True)
    issued_on = models.DateField()
    holds_until = models.DateField(null=True)
    sha256 = models.CharField(max_length=64, db_collation="C", unique=True)
    signature = models.CharField(max_length=200)
    key = models.CharField(max_length=60)  # the public key it is signed with
    file = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        indexes = [*Scoped.Meta.indexes]

    def __str__(self) -> str:
        return self.number
