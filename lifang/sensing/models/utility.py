"""Utility lines: pipes and wires under and over the ground. Where they run is nobody's business but of those who work on it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped


class UtilityLine(Scoped):
    """One line from end to end; its area is the smallest that holds all of it."""

    kind = models.CharField(max_length=20)  # line_kinds.yaml
    code = models.CharField(max_length=60)  # the keeper's own
    keeper = models.CharField(max_length=120)  # a company or unit
    path = models.JSONField()  # [[lon, lat], …], WGS-84
    metres = models.FloatField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    material = models.CharField(max_length=60, blank=True)
    diameter = models.PositiveIntegerField(null=True)  # mm
    voltage = models.PositiveIntegerField(null=True)  # V
    depth = models.FloatField(null=True)  # m below the ground; below 0: above it
    laid_on = models.DateField(null=True)
    years = models.PositiveSmallIntegerField(null=True)  # otherwise than its kind
    state = models.CharField(max_length=10)  # terms.LineState
    source = models.CharField(max_length=120)  # who says so, from what
    accuracy = models.FloatField(null=True)  # m
    works = models.ForeignKey("Works", models.PROTECT, null=True, related_name="lines", db_index=False)  # fmt: skip
    entered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-entered_at", "-id"]
        indexes = [
            models.Index(fields=["area", "kind"], name="utilityline_area"),
            models.Index(
                fields=["works"], condition=Q(works__isnull=False), name="utilityline_works"
            ),
            GinIndex(fields=["holders"], name="utilityline_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["keeper", "code"], condition=Q(retired_at__isnull=True), name="utilityline_once"),
            models.CheckConstraint(condition=Q(metres__gt=0), name="utilityline_long"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(keeper="") & ~Q(source=""), name="utilityline_named"),
            models.CheckConstraint(condition=Q(state__in=["planned", "installed"]), name="utilityline_state"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code
