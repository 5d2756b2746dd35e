from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.geo.measure import cell
from lifang.core.search import Searchable
from lifang.registry.terms import PlaceKind

CELL_METRES = 50.0


class Place(Scoped, Searchable):
    """A place with a name that a report, a home or a device can stand at."""

    searched = ("address",)
    sounded = ("name",)

    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in PlaceKind])
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True)
    lon = models.FloatField(null=True, blank=True)  # WGS-84
    lat = models.FloatField(null=True, blank=True)
    cell = models.BigIntegerField(null=True, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # Of a dwelling; a building says in `floor` how many it has.
    floor = models.SmallIntegerField(null=True, blank=True)
    number = models.CharField(max_length=20, blank=True)  # of the door or the building
    use = models.CharField(max_length=20, blank=True)  # codes: use
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    batch = models.ForeignKey("Batch", models.PROTECT, null=True, related_name="places")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["area", "kind"], name="place_area_kind"),
            models.Index(fields=["cell"], condition=Q(valid_to__isnull=True), name="place_cell"),
            models.Index(
                fields=["address", "area"],
                condition=Q(kind=PlaceKind.DWELLING, valid_to__isnull=True),
                name="place_dwelling_address",
            ),
            GinIndex(fields=["holders"], name="place_holders"),
            GinIndex(fields=["tokens"], name="place_tokens"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PlaceKind]), name="place_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="place_named"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True, cell__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90), cell__isnull=False),
                name="place_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="place_not_in_itself"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="place_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(area_m2__isnull=True) | Q(area_m2__gt=0), name="place_area_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stand(self, lon: float, lat: float) -> None:
        """Put the place on the map, and into the cell that finds its neighbours."""
        self.lon, self.lat, self.cell = lon, lat, cell(lon, lat, CELL_METRES)


class Resident(Scoped):
    """A person who lives here and has an account: seen by the area's staff and by the person."""

    account = models.OneToOneField("accounts.Account", models.PROTECT, related_name="resident")
    name = SealedText()
    telephone = SealedText(null=True, blank=True)
    telephone_key = BlindIndex(of="telephone", purpose="registry.telephone", form="telephone")
    person = models.OneToOneField("Person", models.PROTECT, null=True, related_name="resident")
    home = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="residents")
    enrolled_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)  # name and telephone are erased

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="resident_area"),
            models.Index(fields=["telephone_key"], name="resident_telephone"),
            GinIndex(fields=["holders"], name="resident_holders"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
