"""Who may come in: gates with their rules, passes of visitors, cards and codes of households, and passages that are soon forgotten."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, MaskedText, SealedText
from lifang.living.catalogue import GATE_KINDS, GateKind
from lifang.living.terms import Direction, Medium, Who


class Gate(Scoped):
    """A way in of an estate or of one building, kept by a company; whom it lets in is data of its row."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # gate_kinds.yaml
    name = models.CharField(max_length=60)
    building = models.ForeignKey(
        "registry.Place", models.PROTECT, null=True, related_name="+"
    )  # or a stair; none: the whole area
    device = models.ForeignKey("sensing.Device", models.PROTECT, null=True, related_name="+")
    admits = ArrayField(
        models.CharField(max_length=10, choices=[(one.value, one.value) for one in Who]),
        default=list,
    )
    visitors_from = models.TimeField(null=True)  # by day; none: at any hour
    visitors_until = models.TimeField(null=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["area"], name="gate_area"),
            GinIndex(fields=["holders"], name="gate_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], condition=Q(closed_at__isnull=True), name="gate_name_once"),
            models.UniqueConstraint(fields=["device"], condition=Q(closed_at__isnull=True), name="gate_device_once"),
            models.CheckConstraint(condition=Q(visitors_from__isnull=True, visitors_until__isnull=True) | Q(visitors_until__gt=F("visitors_from")), name="gate_hours"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def what(self) -> GateKind:
        return GATE_KINDS[self.kind]


class Pass(Scoped):
    """A household lets a visitor in, from then until then, so many times. Seen by the household and its company."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    called = SealedText(null=True)  # for the household alone, to tell its passes apart
    plate = MaskedText(mask="plate", null=True)
    plate_key = BlindIndex(of="plate", purpose="living.pass_plate")
    code = SealedText(null=True)
    code_key = BlindIndex(of="code", purpose="living.pass_code")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    entries = models.PositiveSmallIntegerField()  # so many times in
    used = models.PositiveSmallIntegerField(default=0)
    came_at = models.DateTimeField(null=True)  # the last time in
    came_by = models.ForeignKey(Gate, models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True)  # since then
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="pass_area"),
            GinIndex(fields=["holders"], name="pass_holders"),
            models.Index(fields=["unit", "-starts_at"], name="pass_unit"),
            models.Index(fields=["dwelling", "-ends_at"], name="pass_dwelling"),
            models.Index(fields=["plate_key", "-ends_at"], name="pass_plate"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code_key"], name="pass_code_once"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="pass_ends"),
            models.CheckConstraint(condition=Q(entries__gte=1, used__lte=F("entries")), name="pass_entries"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}"


class Permit(Scoped):
    """A card or a code with which a household passes; of a door, not of a person."""

    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")
    dwelling = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    medium = models.CharField(max_length=4, choices=[(one.value, one.value) for one in Medium])
    number = SealedText(null=True)
    number_key = BlindIndex(of="number", purpose="living.permit")
    made_at = models.DateTimeField()
    until = models.DateField(null=True)  # the last day
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-made_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="permit_area"),
            GinIndex(fields=["holders"], name="permit_holders"),
            models.Index(fields=["unit", "-made_at"], name="permit_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number_key"], condition=Q(ended_at__isnull=True), name="permit_once"),
            models.UniqueConstraint(fields=["dwelling"], condition=Q(ended_at__isnull=True, medium="code"), name="permit_one_code"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.medium


class Passage(Scoped):
    """Somebody stood at a gate: when, in or out, and whether it opened. Of a household it is not even kept which."""

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="passages")
    visit = models.ForeignKey(
        Pass, models.CASCADE, null=True, related_name="passages"
    )  # of visitors alone
    who = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Who], blank=True, default="")  # fmt: skip
    direction = models.CharField(max_length=3, choices=[(one.value, one.value) for one in Direction])  # fmt: skip
    opened = models.BooleanField()
    reason = models.CharField(max_length=30, blank=True)  # why it did not
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["area"], name="passage_area"),
            GinIndex(fields=["holders"], name="passage_holders"),
            models.Index(fields=["gate", "-at"], name="passage_gate"),
            models.Index(fields=["at"], name="passage_at"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.at:%H:%M}"
