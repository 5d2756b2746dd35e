"""Ask about devices."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.search import matching
from lifang.sensing.catalogue import TYPES, policy
from lifang.sensing.models import Device, Entry, Latest
from lifang.sensing.terms import DeviceState

# Heard, and not in order: no picture, no recording, out of order, opened.
_BROKEN = Q(series__measure__in=("picture", "recording"), value=0) | Q(
    series__measure__in=("outage", "tamper"), value__gt=0
)


def devices(
    actor: Actor, area: str = "", kind: str = "", *, retired: bool = False
) -> QuerySet[Device]:
    """Devices of the actor's areas; retired ones only if they are asked for."""
    rows = Device.objects.visible_to(actor).filter(within(area))
    rows = rows if retired else rows.filter(retired_at__isnull=True)
    return rows.filter(type=kind) if kind else rows


def with_seen(actor: Actor, rows: QuerySet[Device]) -> QuerySet[Device]:
    """Each with `seen_at`: when its last message arrived."""
    words = Latest.objects.visible_to(actor).filter(series__device=OuterRef("pk")).order_by()
    seen = words.values("series__device").annotate(seen=Max("arrived_at")).values("seen")
    batteries = words.filter(series__measure="battery", value__lt=policy("battery_low"))
    return rows.annotate(seen_at=Subquery(seen), weak=Exists(batteries))


def silent(actor: Actor, rows: QuerySet[Device], at: datetime) -> QuerySet[Device]:
    """Of rows `with_seen`: those that should have spoken by now."""
    late = Q(pk__in=[])
    for spec in TYPES:
        if spec.silent_after:
            before = at - timedelta(seconds=spec.silent_after)
            late |= Q(type=spec.key, every_seconds__isnull=True, seen_at__lt=before)
    own = Q(every_seconds__isnull=False, seen_at__lt=at - F("every_seconds") * timedelta(seconds=3))
    return rows.filter(late | own, state=DeviceState.INSTALLED)


class Coverage(NamedTuple):
    """Of one type (and position): how many are wanted, stand, are heard, are in order."""

    type: str
    position: str
    wanted: int
    installed: int
    connected: int
    intact: int

    @property
    def rates(self) -> tuple[float | None, float | None, float | None]:
        """Coverage, networking and intact rate: installed ÷ wanted, connected ÷ installed, intact ÷ installed."""
        many = self.installed
        return (
            many / self.wanted if self.wanted else None,
            self.connected / many if many else None,
            self.intact / many if many else None,
        )


def coverage(actor: Actor, area: str, at: datetime) -> list[Coverage]:
    """Planned against installed against heard, by type; cameras by where they look."""
    return coverage_of(actor, devices(actor, area), at)


def coverage_of(actor: Actor, rows: QuerySet[Device], at: datetime) -> list[Coverage]:
    """The same of some devices."""
    rows = with_seen(actor, rows).exclude(state=DeviceState.UNVERIFIED)
    broken = Latest.objects.visible_to(actor).filter(_BROKEN, series__device=OuterRef("pk"))
    late = set(silent(actor, rows, at).values_list("pk", flat=True))
    found: dict[tuple[str, str], list[int]] = {}
    listed = rows.annotate(broken=Exists(broken.order_by())).order_by()
    for pk, kind, position, state, seen, hurt in listed.values_list("pk", "type", "position", "state", "seen_at", "broken"):  # fmt: skip
        key = (kind, position if kind in TYPES and TYPES[kind].video else "")
        sums = found.setdefault(key, [0, 0, 0, 0])
        heard = seen is not None and pk not in late
        stands = state != DeviceState.PLANNED
        for n, yes in enumerate((True, stands, stands and heard, stands and heard and not hurt)):
            sums[n] += yes
    return [Coverage(*key, *sums) for key, sums in sorted(found.items())]


def device(actor: Actor, pk: UUID | str) -> Device:
    """One device, retired or not. Raises `Refused("not_found")`."""
    rows = Device.objects.visible_to(actor).filter(pk=pk)
    found = rows.select_related(
        "place", "maker", "admission", "gateway", "keeper", "maintainer"
    ).first()
    if found is None:
        raise Refused("not_found")
    return found


def find_devices(actor: Actor, text: str, limit: int = 20) -> list[Device]:
    """By name, pinyin, code, camera code, position."""
    return list(matching(devices(actor), text).order_by("name", "id")[:limit])


def log(actor: Actor, of: Device) -> QuerySet[Entry]:
    """A device's service log, newest first."""
    return Entry.objects.visible_to(actor).filter(device=of).order_by("-at", "-id")


class Labelled(NamedTuple):
    """The device of a machine, as its own words say: it runs, it is out of order, it is silent; since when."""

    device: UUID
    name: str
    silent: bool
    outage: bool
    at: datetime | None


def labelled(actor: Actor, number: str, area: str, now: datetime) -> Labelled | None:
    """By the number of a label within a community, for everybody: whether it works is published with the machine."""
    if not number:
        return None
    with behind(SYSTEM):  # likewise
        rows = with_seen(SYSTEM, Device.objects.filter(within(area), label=number, retired_at__isnull=True))  # fmt: skip
        found = rows.order_by("pk").first()
        if found is None:
            return None
        late = silent(SYSTEM, rows, now).filter(pk=found.pk).exists()
        said = Latest.objects.filter(series__device=found, series__measure="outage").first()
    return Labelled(found.pk, str(found), late or found.seen_at is None, bool(said and said.value), said.at if said else found.seen_at)  # type: ignore[attr-defined]  # fmt: skip
