"""Devices of the demo county, at its places, with what they said for a day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.demo.county import Part
from lifang.demo.falling import falls
from lifang.demo.signals import Speaker, Told, days, troubles
from lifang.registry import selectors as registry
from lifang.registry.terms import PlaceKind
from lifang.sensing import actions, selectors
from lifang.sensing.actions import NewDevice, Parcel, Register, take
from lifang.sensing.models import Device
from lifang.sensing.rules import Incoming
from lifang.sensing.terms import Owner, Way, micros

HISTORY = timedelta(days=1)
# Of every grid: in homes, at the estate. Of every community: what stands in its streets.
HOMES = (("smoke", 3), ("door", 1), ("pir", 1), ("water_meter", 1), ("call_button", 1), ("gas", 1))
ESTATE = (("camera", 1), ("access_gate", 1), ("ebike_port", 1))
STREET = (("fire_panel", 1), ("vehicle_gate", 1), ("camera_ai", 1), ("camera", 2), ("lift", 1), ("manhole", 2), ("water_level", 1), ("environment", 1), ("rubbish_bin", 2), ("street_lamp", 2), ("locker", 1), ("breaker", 1))  # fmt: skip
WHERE = {"camera": ("小区大门", "消防通道", "主干道", "车库出入口"), "smoke": ("厨房", "客厅", "楼道"), "door": ("入户门",), "pir": ("客厅",)}  # fmt: skip
_BATCH = 20_000


class Spot(NamedTuple):
    """Where a device can stand."""

    pk: str
    area: str
    name: str
    kind: str
    lon: float | None
    lat: float | None


def install(at: datetime, part: Part, seed: int) -> int:
    """Devices for one part of the county and their history; how many devices."""
    with behind(SYSTEM):
        spots = [spot for spot in _spots() if spot.area in part.grids]
        if not spots:
            return 0
        rows = Wanted(at - timedelta(days=200), part, seed).all(spots)
        county = rows[0].area[:6]
        hubs = actions.install_many(actor=SYSTEM, rows=[r for r in rows if r.type == "gateway"], area=county, at=at - HISTORY)  # fmt: skip
        by_area = {hub.area[:12]: hub for hub in hubs}
        others = [
            row._replace(gateway=by_area[row.area[:12]].pk) for row in rows if row.type != "gateway"
        ]
        made = [*hubs, *actions.install_many(actor=SYSTEM, rows=others, area=county, at=at - HISTORY)]  # fmt: skip
        speakers = speakers_of(made)
        wrong = troubles(speakers, at - HISTORY, at, part.dice(seed))
        say(days(speakers, at - HISTORY, at, wrong), made, at)
        _works(made, at)
        _tours(made, at)
        _fall(made, at, part, seed)
    return len(made)


def _fall(made: Sequence[Device], at: datetime, part: Part, seed: int) -> None:
    """Once in the county, half an hour ago."""
    boxes = [one for one in made if one.type == "camera_ai" and one.installed_on]
    if part.number == 0 and boxes:
        falls(min(boxes, key=lambda one: one.area), at - timedelta(minutes=32), seed)


def _works(made: Sequence[Device], at: datetime) -> None:
    """The first community of a part has works to be taken over: one is complete, one lacks some."""
    area = min(one.area[:12] for one in made)
    many = Counter(one.type for one in made if one.area.startswith(area))
    begun = (at - timedelta(days=260)).date()
    for kind, name, money, types, lacking in (
        ("xueliang", "公共视频联网一期", 860_000, ("camera",), 0),
        ("safe_estate", "智慧平安小区建设", 420_000, ("access_gate", "ebike_port", "smoke"), 2),
    ):
        planned = {key: many[key] + lacking for key in types if many[key]}
        if planned:
            new = actions.open_works(actor=SYSTEM, kind=kind, name=name, area=area, planned=planned, investment=money, begun_on=begun, builder="里坊智能工程队", at=at)  # fmt: skip
            actions.fill_works(actor=SYSTEM, works=new, at=at, everything=True)


def _tours(made: Sequence[Device], at: datetime) -> None:
    """Of the first community of a part: bins emptied each of three mornings, some mixed, one missed; patrols of residents."""
    area = min(one.area[:12] for one in made)
    bins = [str(one.pk) for one in selectors.tour_stops(SYSTEM, "collection", area)]
    words = ("sorted", "mixed", "sorted", "missed")
    for back in (1, 2, 3):
        begun = (localtime(at) - timedelta(days=back)).replace(
            hour=6, minute=30, second=0, microsecond=0
        )
        found = {pk: words[(number + back) % 4] for number, pk in enumerate(bins)}
        if found:
            actions.note_tour(actor=SYSTEM, kind="collection", area=area, who="环卫清运一号车", begun=begun, ended=begun + timedelta(minutes=50), found=found, at=at)  # fmt: skip
        result, note = (
            ("finding", "3 号楼后消防通道停有两辆车，已联系挪走。") if back == 2 else ("clear", "")
        )
        begun += timedelta(hours=13)
        actions.note_tour(actor=SYSTEM, kind="volunteer_patrol", area=area, who="红袖章巡逻队", begun=begun, ended=begun + timedelta(minutes=70), found={"": result}, note=note, at=at)  # fmt: skip


def _spots() -> list[Spot]:
    """Estates with their point, and some dwellings with the point of their estate."""
    fields = ("pk", "area", "name", "kind", "lon", "lat", "address")
    kinds = (PlaceKind.ESTATE, PlaceKind.DWELLING)
    found: dict[str, list[Spot]] = {}
    for pk, area, name, kind, lon, lat, address in registry.places(SYSTEM).filter(kind__in=kinds).order_by("id").values_list(*fields):  # fmt: skip
        here = found.setdefault(area, [])
        if len(here) < 40 and len(area) == 15:
            here.append(Spot(str(pk), area, address or name, kind, lon, lat))
    return [spot for area in sorted(found) for spot in found[area]]


class Wanted:
    """Which devices stand where."""

    def __init__(self, since: datetime, part: Part, seed: int) -> None:
        self.since, self.dice, self.serial = since, part.dice(seed), count(1 + part.number, part.of)

    def all(self, spots: list[Spot]) -> list[NewDevice]:
        grids: dict[str, list[Spot]] = {}
        for spot in spots:
            grids.setdefault(spot.area, []).append(spot)
        rows: list[NewDevice] = []
        for number, (grid, here) in enumerate(sorted(grids.items())):
            estates = [spot for spot in here if spot.lon is not None]
            homes = [spot for spot in here if spot.kind == PlaceKind.DWELLING]
            if not estates:
                continue
            first = grid[:12] not in {row.area[:12] for row in rows}
            if first:
                rows.append(self.one("gateway", estates[0], estates[0]))
                rows += self.some(STREET, estates, estates[0])
            rows += self.some(ESTATE, estates, estates[0])
            if homes and number % 2 == 0:
                rows += self.some(HOMES, homes, estates[0])
        return rows

    def some(self, wanted: Iterable[tuple[str, int]], spots: Sequence[Spot], estate: Spot) -> Iterator[NewDevice]:  # fmt: skip
        for kind, times in wanted:
            for _ in range(times):
                yield self.one(kind, self.dice.choice(spots), estate)

    def one(self, kind: str, spot: Spot, estate: Spot) -> NewDevice:
        serial = next(self.serial)
        lon, lat = estate.lon or 0.0, estate.lat or 0.0
        planned = self.dice.random() < 0.04 and kind != "gateway"
        return NewDevice(
            type=kind, code=f"{kind[:3].upper()}{serial:05d}", area=spot.area, place=spot.pk,  # type: ignore[arg-type]
            position=self.dice.choice(WHERE.get(kind, ("",))), lon=lon + self.dice.uniform(-8e-4, 8e-4), lat=lat + self.dice.uniform(-8e-4, 8e-4),
            model=f"LF-{kind[:2].upper()}{serial % 3 + 1}", keeper_name=spot.name if spot.kind == PlaceKind.ESTATE else "",
            video_code=f"{spot.area[:6]}00001310{serial:06d}" if kind in ("camera", "camera_ai") else "",
            installed_on=None if planned else (self.since - timedelta(days=self.dice.randint(0, 900))).date(),
        )  # fmt: skip


def speakers_of(devices: Iterable[Device]) -> list[Speaker]:
    """The simulator's view of devices that are installed."""
    devices = list(devices)
    hubs = {device.pk: device.code for device in devices}
    return [
        Speaker(d.code, d.type, d.area, hubs.get(d.gateway_id, "") if d.gateway_id else "", number, str(d.place_id or ""))
        for number, d in enumerate(devices, 1)
        if d.installed_on
    ]  # fmt: skip


def say(told: Iterable[Told], devices: Iterable[Device], at: datetime, register: Register | None = None) -> int:  # fmt: skip
    """Send it all the way devices' messages go, in large batches; how many observations are new."""
    by_code = {device.code: device for device in devices}
    register, new, waiting = register or Register(), 0, list[Parcel]()
    for one in told:
        device = by_code[one.speaker.code]
        hub = device.gateway_id or device.pk
        owner = Owner("demo", device.area[:12], device=hub)._replace(source=f"demo:{hub}")
        code = "" if device.gateway_id is None else device.code
        waiting.append(Parcel(owner, Way.REPLAY, Incoming(code, one.values, micros(one.at)), b"", arrived=micros(one.at)))  # fmt: skip
        if len(waiting) >= _BATCH:
            new += take(register, waiting, at).new
            waiting = []
    return new + (take(register, waiting, at).new if waiting else 0)
