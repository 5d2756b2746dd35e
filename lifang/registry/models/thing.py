"""Facilities, vehicles and organisations, and their dated ties to people and places."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, MaskedText
from lifang.core.geo.measure import cell
from lifang.core.search import Searchable
from lifang.registry.catalogue import facility_name
from lifang.registry.models.dog import Dog
from lifang.registry.models.person import Batch, Person
from lifang.registry.models.place import CELL_METRES, Place


class Facility(Scoped, Searchable):
    """A public component that stands somewhere, with the eighteen fields of GB/T 47678.7 (standards, 2.5.4)."""

    searched = ("number", "remarks")
    sounded = ("name",)

    number = models.CharField(max_length=17, unique=True)  # 6 region + 2 + 3 + 6 serial
    component = models.CharField(max_length=5)  # components.yaml
    name = models.CharField(max_length=120)
    supervisor_code = models.CharField(max_length=18, blank=True)
    supervisor = models.CharField(max_length=120, blank=True)
    owner_code = models.CharField(max_length=18, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    maintainer_code = models.CharField(max_length=18, blank=True)
    maintainer = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=20)  # codes: facility_state
    surveyed_on = models.DateField()
    changed_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20)  # codes: facility_source
    remarks = models.CharField(max_length=300, blank=True)
    accuracy = models.CharField(max_length=1, blank=True)  # A, B, C
    lon = models.FloatField(null=True, blank=True)  # WGS-84
    lat = models.FloatField(null=True, blank=True)
    cell = models.BigIntegerField(null=True, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="facilities")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["area", "component"], name="facility_area"),
            models.Index(fields=["cell"], condition=Q(valid_to__isnull=True), name="facility_cell"),
            GinIndex(fields=["holders"], name="facility_holders"),
            GinIndex(fields=["tokens"], name="facility_tokens"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{17}$"), name="facility_number_17_digits"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True, cell__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90), cell__isnull=False),
                name="facility_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="facility_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return facility_name(self.name, self.component)

    @property
    def point(self) -> str:
        """Where it stands, as its history says it."""
        return "" if self.lon is None or self.lat is None else f"{self.lon:.6f}, {self.lat:.6f}"

    def stand(self, lon: float, lat: float) -> None:
        """Put it on the map."""
        self.lon, self.lat, self.cell = lon, lat, cell(lon, lat, CELL_METRES)


class Vehicle(Scoped):
    """A vehicle that is kept here, found by its plate."""

    plate = MaskedText(mask="plate")
    plate_key = BlindIndex(of="plate", purpose="registry.plate")
    kind = models.CharField(max_length=20)  # codes: vehicle
    plate_colour = models.CharField(max_length=10, blank=True)  # codes: plate_colour
    colour = models.CharField(max_length=20, blank=True)
    model = models.CharField(max_length=60, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="vehicles")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "id"], name="vehicle_area"),
            models.Index(fields=["plate_key"], name="vehicle_plate"),
            GinIndex(fields=["holders"], name="vehicle_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="vehicle_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plate)


class Organisation(Scoped, Searchable):
    """A company, a shop, a school, an association, known by its credit code (GB 32100)."""

    searched = ("address", "credit_code")
    sounded = ("name",)

    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, blank=True)
    kind = models.CharField(max_length=20)  # codes: organisation
    trade = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    telephone = MaskedText(mask="telephone", null=True, blank=True)
    telephone_key = BlindIndex(of="telephone", purpose="registry.telephone", form="telephone")
    staff_count = models.PositiveIntegerField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="organisations")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "kind"], name="organisation_area"),
            models.Index(fields=["credit_code"], name="organisation_code"),
            GinIndex(fields=["holders"], name="organisation_holders"),
            GinIndex(fields=["tokens"], name="organisation_tokens"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(valid_to__isnull=True) & ~Q(credit_code=""),
                name="organisation_code_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_named"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _exactly_one(*names: str) -> Q:
    """Of these columns one is set and the others are not."""
    found = Q(pk__in=[])
    for name in names:
        found |= Q(**{f"{other}__isnull": other != name for other in names})
    return found


class Tie(Scoped):
    """A dated relation: who (a person, an organisation) is what kind of thing to what (ties.yaml)."""

    kind = models.CharField(max_length=20)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="ties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="ties")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="ties")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="ties")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="ties")
    dog = models.ForeignKey(Dog, models.PROTECT, null=True, related_name="ties")
    body = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="people")
    other = models.ForeignKey(Person, models.PROTECT, null=True, related_name="others")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="tie_area"),
            GinIndex(fields=["holders"], name="tie_holders"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one("person", "organisation"), name="tie_who"
            ),
            models.CheckConstraint(
                condition=_exactly_one("place", "vehicle", "facility", "dog", "body", "other"),
                name="tie_what",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="tie_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
