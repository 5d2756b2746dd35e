from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.flow.models import Subject as Flowing


class Joint(Scoped):
    """A leader's order to several units to act on one matter, at one place or in a whole area, on a day; its effect is counted later."""

    matter = models.CharField(max_length=20)
    cell = models.BigIntegerField(null=True)  # one square of 200 m; without it the whole area
    place = models.CharField(max_length=200, blank=True)  # how the square is called
    on = models.DateField()
    words = models.CharField(max_length=500)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["area", "-on"], name="joint_area"),
            GinIndex(fields=["holders"], name="joint_holders"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="joint_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.area} {self.on}"


class JointPart(Flowing):
    """One unit's part in it: a to-do until the unit says what it did."""

    joint = models.ForeignKey(Joint, models.PROTECT, related_name="parts")
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["area", "state"], name="joint_part_area"),
            GinIndex(fields=["holders"], name="joint_part_holders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["joint", "unit"], name="joint_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.joint_id} {self.unit_id}"
