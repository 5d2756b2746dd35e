from django.db import models
from django.db.models import F, Q

from lifang.core.i18n import Text
from lifang.core.ids import new_id
from lifang.orgs.models.holding import Holding
from lifang.orgs.terms import Role


class Unit(models.Model):
    """Somebody who answers: a department, a street office, a property company, an organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)  # of unit_kinds.yaml
    area = models.CharField(max_length=15, db_collation="C")  # what it serves
    credit_code = models.CharField(max_length=18, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    hours = models.CharField(max_length=30, blank=True)  # of the calendar's hours.yaml
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    opened = models.DateField()
    closed = models.DateField(null=True, blank=True)

    objects = Holding()

    class Meta:
        ordering = ["area", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="unit_credit_code_once"
            ),
            models.CheckConstraint(
                condition=Q(credit_code="") | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="unit_credit_code_shape",
            ),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="unit_named_in_both_languages"
            ),
            models.CheckConstraint(
                condition=Q(closed__isnull=True) | Q(closed__gte=F("opened")),
                name="unit_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="unit_not_its_own_parent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["area", "kind"], condition=Q(closed__isnull=True), name="unit_open"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def name(self) -> Text:
        return Text(zh=self.name_zh, en=self.name_en)

    @property
    def holder(self) -> str:
        return f"unit:{self.pk}"


class Duty(models.Model):
    """A county's or street's own word on who answers for a matter there; goes before duties.yaml."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    matter = models.CharField(max_length=5, db_collation="C")
    area = models.CharField(max_length=15, db_collation="C")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    role = models.CharField(max_length=6, choices=[(role.value, role.value) for role in Role])
    note = models.CharField(max_length=200, blank=True)  # the document that says so
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = Holding()

    class Meta:
        ordering = ["matter", "area", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(matter__regex=r"^[0-9]{2}([0-9]{3})?$"), name="duty_matter_digits"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="duty_role_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="duty_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["matter", "area"],
                condition=Q(valid_to__isnull=True, role="lead"),
                name="duty_one_lead",
            ),
            models.UniqueConstraint(
                fields=["matter", "area", "unit"],
                condition=Q(valid_to__isnull=True),
                name="duty_once_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter}@{self.area}"
