"""A self-service machine of a community: whose it is, on which papers it stands, what was found, that it is gone."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.living.catalogue import MACHINE_KINDS, MachineKind
from lifang.living.terms import MachineStep


class Machine(Scoped):
    """Seen by the staff of its area; published to everybody, removed ones too."""

    number = models.CharField(max_length=20, unique=True)  # on its label
    kind = models.CharField(max_length=20)  # machine_kinds.yaml
    spot = models.CharField(max_length=120)  # where it stands, in words
    lon = models.FloatField()
    lat = models.FloatField()
    operator = models.CharField(max_length=80)  # a firm or a unit, never a person
    code = models.CharField(max_length=18)  # unified social credit code
    telephone = models.CharField(max_length=20)  # of the operator: published
    added_at = models.DateTimeField()
    checked_on = models.DateField(null=True)  # the last look
    stopped_at = models.DateTimeField(null=True)  # out of use until it is mended
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "number"]
        indexes = [
            models.Index(fields=["area"], name="machine_area"),
            GinIndex(fields=["holders"], name="machine_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="machine_on_earth"),
            models.CheckConstraint(condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("added_at")), name="machine_ends"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def what(self) -> MachineKind:
        return MACHINE_KINDS[self.kind]


class MachinePaper(Scoped):
    """A licence, permit, report or agreement: the newest of a kind counts."""

    machine = models.ForeignKey(Machine, models.PROTECT, related_name="papers")
    paper = models.CharField(max_length=20)  # machine_papers.yaml
    number = models.CharField(max_length=60)
    until = models.DateField(null=True)  # the last day it holds; none: without an end
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-noted_at", "id"]
        indexes = [
            models.Index(fields=["area"], name="machinepaper_area"),
            GinIndex(fields=["holders"], name="machinepaper_holders"),
        ]

    def __str__(self) -> str:
        return f"{self.paper} {self.number}"


class MachineNote(Scoped):
    """What happened to it: set up, looked at, stopped, in use again, removed."""

    machine = models.ForeignKey(Machine, models.PROTECT, related_name="notes")
    step = models.CharField(max_length=8, choices=[(one.value, one.value) for one in MachineStep])
    fine = models.BooleanField(null=True)  # of a look
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["area"], name="machinenote_area"),
            GinIndex(fields=["holders"], name="machinenote_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(step="checked", fine__isnull=False) | ~Q(step="checked") & Q(fine__isnull=True), name="machinenote_look"),
            models.CheckConstraint(condition=~Q(words="") | Q(step__in=["added", "back"]) | Q(fine=True), name="machinenote_words"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.step
