from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import get_language

from lifang.core.geo.divisions import Level
from lifang.core.ids import new_id
from lifang.orgs.models.holding import Holding
from lifang.orgs.terms import KIND_NAMES, LEVELS, DivisionKind

_CODE = r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$"


class Division(models.Model):
    """An area by its unpadded code: city 4 digits, county 6, street 9, community 12, grid 15. Never deleted."""

    code = models.CharField(max_length=15, primary_key=True, db_collation="C")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    polygon = models.JSONField(null=True, blank=True)  # a GeoJSON geometry, WGS-84
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    square_metres = models.FloatField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)

    objects = Holding()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=_CODE), name="division_code_digits"),
            models.CheckConstraint(
                condition=Exact(Length("code"), F("level")), name="division_code_as_long_as_level"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, level__lte=Level.COUNTY)
                | (Q(parent__isnull=False, code__startswith=F("parent")) & ~Q(code=F("parent"))),
                name="division_inside_parent",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DivisionKind]),
                name="division_kind_known",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="division_named"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="division_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("code")),
                name="division_not_its_own_successor",
            ),
            models.CheckConstraint(
                condition=Q(
                    polygon__isnull=True,
                    west__isnull=True,
                    south__isnull=True,
                    east__isnull=True,
                    north__isnull=True,
                )
                | Q(
                    # Comparing with nothing is neither true nor false, and a check lets that pass.
                    polygon__isnull=False,
                    west__isnull=False,
                    south__isnull=False,
                    east__isnull=False,
                    north__isnull=False,
                    square_metres__isnull=False,
                    west__lt=F("east"),
                    south__lt=F("north"),
                    square_metres__gt=0,
                    drawn_at__isnull=False,
                ),
                name="division_drawn_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["level", "code"],
                condition=Q(valid_to__isnull=True),
                name="division_level_now",
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def area(self) -> str:
        """The code, by the name every other row has for where it lies."""
        return self.code

    @property
    def shown(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "zh").startswith("en")
        return self.name_en if english and self.name_en else self.name

    @property
    def drawn(self) -> bool:
        return self.square_metres is not None

    @property
    def abolished(self) -> bool:
        return self.valid_to is not None

    @property
    def level_name(self) -> str:
        return str(LEVELS[Level(self.level)][1])

    @property
    def kind_name(self) -> str:
        return str(KIND_NAMES[DivisionKind(self.kind)]) if self.kind else self.level_name

    @property
    def bounds(self) -> list[float] | None:
        """West, south, east, north."""
        if self.west is None:
            return None
        return [self.west, self.south, self.east, self.north]  # type: ignore[list-item]  # all or none


class Revision(models.Model):
    """One row: changes with every change of divisions, so that a process knows what it remembers is old.

    A random token, not a number: a number taken back by a rollback would come again with other content.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=new_id)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="revision_one_row")]

    def __str__(self) -> str:
        return str(self.token)
