"""Devices, where they stood, and what was done to them."""

import secrets

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lifang.core.access.models import Scoped
from lifang.core.crypto.fields import SealedText
from lifang.core.geo.measure import cell
from lifang.core.search import Searchable
from lifang.sensing.catalogue import TYPES
from lifang.sensing.terms import DeviceState

CELL_METRES = 50.0
_NUMBER_BITS = 52  # what every JSON reader keeps exactly


def a_number() -> int:
    """A number for a device, for standards that ask for one."""
    return secrets.randbelow(2**_NUMBER_BITS - 1) + 1


_STATES = [(state.value, state.value) for state in DeviceState]


class Device(Scoped, Searchable):
    """A device at a place, planned or installed; what it says lies in its series."""

    searched = ("code", "video_code", "position")
    sounded = ("name",)

    type = models.CharField(max_length=30)  # device_types.yaml
    name = models.CharField(max_length=120)
    maker = models.ForeignKey("Maker", models.PROTECT, null=True, related_name="devices")
    admission = models.ForeignKey("Admission", models.PROTECT, null=True, related_name="devices")
    model = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=80, db_collation="C")  # as its messages name it
    video_code = models.CharField(max_length=20, blank=True)  # GB/T 28181
    # Who speaks for it; a device without a gateway speaks for itself or through its maker.
    gateway = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    state = models.CharField(max_length=12, choices=_STATES)
    place = models.ForeignKey("registry.Place", models.PROTECT, null=True, related_name="+")
    position = models.CharField(
        max_length=120, blank=True
    )  # where exactly: "3rd floor, by the lift"
    lon = models.FloatField(null=True, blank=True)  # WGS-84
    lat = models.FloatField(null=True, blank=True)
    cell = models.BigIntegerField(null=True, editable=False)
    keeper = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, related_name="+")
    keeper_name = models.CharField(max_length=120, blank=True)  # a keeper that is no unit
    maintainer = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, related_name="+")
    maintainer_name = models.CharField(max_length=120, blank=True)
    works = models.ForeignKey(
        "Works", models.PROTECT, null=True, related_name="devices", db_index=False
    )
    # the number on its label, under which the register of machines knows it
    label = models.CharField(max_length=20, blank=True, default="", db_default="")
    site = models.ForeignKey("Site", models.PROTECT, null=True, related_name="devices", db_index=False)  # fmt: skip
    line = models.ForeignKey("UtilityLine", models.PROTECT, null=True, related_name="devices", db_index=False)  # fmt: skip
    every_seconds = models.PositiveIntegerField(null=True)  # otherwise than its type
    planned_on = models.DateField(null=True)
    installed_on = models.DateField(null=True)
    serviced_on = models.DateField(null=True)
    service_due_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)  # end of life
    out_until = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    number = models.BigIntegerField(unique=True, default=a_number, editable=False)
    told = models.JSONField(null=True, blank=True)  # what its maker says of it, in SensorThings

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["area", "type"], name="device_area"),
            models.Index(fields=["code"], name="device_code"),
            models.Index(fields=["place"], name="device_place"),
            models.Index(fields=["works"], condition=Q(works__isnull=False), name="device_works"),
            models.Index(fields=["label"], condition=~Q(label=""), name="device_label"),
            models.Index(fields=["line"], condition=Q(line__isnull=False), name="device_line"),
            models.Index(fields=["site"], condition=Q(site__isnull=False), name="device_site"),
            models.Index(fields=["cell"], condition=Q(retired_at__isnull=True), name="device_cell"),
            GinIndex(fields=["holders"], name="device_holders"),
            GinIndex(fields=["tokens"], name="device_tokens"),
        ]
        constraints = [
            # Living devices that one key or one gateway speaks for have different codes.
            models.UniqueConstraint(
                fields=["maker", "code"],
                condition=Q(retired_at__isnull=True, gateway__isnull=True),
                nulls_distinct=False,
                name="device_code_once",
            ),
            models.UniqueConstraint(
                fields=["gateway", "code"],
                condition=Q(retired_at__isnull=True, gateway__isnull=False),
                name="device_code_once_behind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DeviceState]),
                name="device_state_known",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="device_named"),
            models.CheckConstraint(
                condition=Q(video_code="") | Q(video_code__regex=r"^[0-9]{20}$"),
                name="device_video_code_20_digits",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True, cell__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90), cell__isnull=False),
                name="device_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="retired", retired_at__isnull=False)
                | ~Q(state="retired") & Q(retired_at__isnull=True),
                name="device_retired_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="installed") | Q(installed_on__isnull=False),
                name="device_installed_when",
            ),
            models.CheckConstraint(
                condition=Q(gateway__isnull=True) | ~Q(gateway=models.F("id")),
                name="device_not_behind_itself",
            ),
        ]

    def __str__(self) -> str:
        """Its name; one that nobody named is called by its type, in the reader's language."""
        kind = TYPES.get(self.type)
        unnamed = kind is not None and self.name == name_of(self.type, self.code)
        return f"{kind.name} {self.code}" if unnamed and kind else self.name

    def stand(self, lon: float, lat: float) -> None:
        """Put it on the map."""
        self.lon, self.lat, self.cell = lon, lat, cell(lon, lat, CELL_METRES)


def name_of(kind: str, code: str) -> str:
    """What a device is called as long as nobody gives it a name."""
    return f"{TYPES[kind].name.zh} {code}"


class Entry(Scoped):
    """One line of a device's service log. `facts`: field → what it was, what it is now."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="log")
    kind = models.CharField(
        max_length=20
    )  # plan install edit move service battery repair out back retire bind release
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["device", "-at"], name="device_log"),
            models.Index(fields=["area"], name="device_log_area"),
            GinIndex(fields=["holders"], name="device_log_holders"),
        ]

    def __str__(self) -> str:
        return self.kind


class Stay(Scoped):
    """Where a device stood from one time to another; the one without an end is where it stands."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]  # SensorThings shows it
    device = models.ForeignKey(Device, models.PROTECT, related_name="stays")
    name = models.CharField(max_length=120)
    lon = models.FloatField()  # WGS-84
    lat = models.FloatField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    told = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="stay_area"),
            GinIndex(fields=["holders"], name="stay_holders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(until__isnull=True), name="stay_now_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="stay_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pull(Scoped):
    """A camera that is asked for its events by ONVIF."""

    device = models.OneToOneField(Device, models.PROTECT, related_name="pull")
    url = models.CharField(max_length=300)  # its device service
    username = models.CharField(max_length=60, blank=True)
    password = SealedText(null=True, blank=True)
    since = models.DateTimeField(
        null=True
    )  # it answers, or is away, since then; nothing: not asked yet
    why = models.CharField(max_length=200, blank=True)  # it is away; "": it answers

    class Meta:
        indexes = [
            models.Index(fields=["area"], name="pull_area"),
            GinIndex(fields=["holders"], name="pull_holders"),
        ]

    def __str__(self) -> str:
        return self.url
