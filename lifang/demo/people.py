"""Staff, units, places and residents of the demo county, made through actions."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import shapely
from shapely import Polygon

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.grants import actor_of
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.models import Account
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.action import together
from lifang.core.i18n import Text
from lifang.demo.county import County, Part, codes
from lifang.demo.register import Maker
from lifang.orgs import actions as orgs
from lifang.orgs.models import Unit
from lifang.registry import actions as registry
from lifang.registry import selectors as register
from lifang.registry.actions import Enrolment

SEED = 990102  # of the register
GRIDS_AT_ONCE = 10
LEFT_AGO = timedelta(days=1200)  # longer than any term of the register
REGISTERED = 60  # residents of each grid who stand in the register too, with house and household
Progress = Callable[[int], None]
Roll = tuple[str, str, str, Unit | None]  # login, post, area, unit


@dataclass
class Cast:
    """Who acts in the demo, found by post and area or unit."""

    at: datetime
    accounts: dict[str, Account] = field(default_factory=dict)  # by login
    posts: dict[tuple[str, str], str] = field(default_factory=dict)  # (post, area or unit) → login
    units: dict[str, list[Unit]] = field(default_factory=dict)  # by kind
    spots: dict[str, list[tuple[str, float, float]]] = field(default_factory=dict)  # grid → places
    residents: dict[str, list[Account]] = field(default_factory=dict)  # by grid
    known: dict[str, list[Enrolment]] = field(default_factory=dict)  # who of them is registered
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, post: str, where: str) -> Actor:
        """Whoever holds this post at exactly this area or unit."""
        login = self.posts[post, where]
        if login not in self._actors:
            self._actors[login] = actor_of(self.accounts[login].pk, self.at)
        return self._actors[login]

    def nearest(self, post: str, area: str) -> Actor:
        """Whoever holds this post here, or next up."""
        lengths = (15, 12, 9, 6)
        found = next(area[:n] for n in lengths if (post, area[:n]) in self.posts)
        return self.actor(post, found)


def hire(county: County, at: datetime, dice: random.Random, step: Progress) -> Cast:
    """Units, staff accounts and their postings: everybody's password is the demo password."""
    cast = Cast(at)
    with together(actor=SYSTEM, at=at):
        for named in county.units:
            _unit(cast, named.kind, named.name, county.code, at)
        for code in codes(county, 9):
            named_ = county.streets[int(code[-3:]) - 1].name
            office = Text(f"{named_.zh}办事处", f"{named_.en} Office")
            _unit(cast, "street_office", office, code, at)
        for number, name in enumerate(county.property):
            street = codes(county, 9)[number % len(county.streets)]
            company = Text(name, f"Property Company {number + 1}")
            _unit(cast, "property_company", company, street, at)
    rolls = list(_rolls(county, cast))
    for start in range(0, len(rolls), 25):
        with together(actor=SYSTEM, at=at):
            for login, post, area, unit in rolls[start : start + 25]:
                _employ(cast, login, post, area, unit, at, a_name(county, dice))
                step(1)
    with together(actor=SYSTEM, at=at):
        # What two approve who did not ask for it needs three.
        _employ(cast, "zh03", "county_dispatcher", county.code, None, at, a_name(county, random.Random(3)))  # fmt: skip
    return cast


def _unit(cast: Cast, kind: str, name: Text, area: str, at: datetime) -> None:
    made = orgs.add_unit(
        actor=SYSTEM,
        name_zh=name.zh,
        name_en=name.en,
        kind=kind,
        area=area,
        phone="10000012345",
        at=at,
    )
    cast.units.setdefault(kind, []).append(made)


def _rolls(county: County, cast: Cast) -> Iterator[Roll]:
    for number, grid in enumerate(codes(county, 15), 1):
        yield f"wg{number:02d}", "grid_worker", grid, None
    for number, community in enumerate(codes(county, 12), 1):
        yield f"sj{number:02d}", "community_secretary", community, None
        yield f"sq{number:02d}", "community_worker", community, None
    for number, street in enumerate(codes(county, 9), 1):
        yield f"jd{number:02d}", "street_dispatcher", street, None
        yield f"ld{number:02d}", "street_leader", street, None
        yield f"hc{number:02d}", "checker", street, None
    yield "zh01", "county_dispatcher", county.code, None
    yield "zh02", "county_leader", county.code, None
    yield "rx01", "hotline_agent", county.code, None
    yield "xt01", "system_admin", county.code, None
    yield "aq01", "security_admin", county.code, None
    yield "sj-audit", "audit_admin", county.code, None
    departments = [
        unit for kind, units in cast.units.items() if kind != "property_company" for unit in units
    ]
    for number, unit in enumerate(departments, 1):
        yield f"bm{number:02d}", "department_handler", unit.area, unit
    for number, unit in enumerate(cast.units["property_company"], 1):
        yield f"wy{number:02d}", "property_handler", unit.area, unit


def _employ(
    cast: Cast, login: str, post: str, area: str, unit: Unit | None, at: datetime, name: str
) -> None:
    account = accounts.open_account(
        actor=SYSTEM, login=login, name=name, area=area, password=DEMO_PASSWORD, at=at
    )
    orgs.post(actor=SYSTEM, account=account, post=post, at=at, area=area, unit=unit)
    cast.accounts[login] = account
    cast.posts.setdefault((post, str(unit.pk) if unit else area), login)


def a_name(county: County, dice: random.Random) -> str:
    return dice.choice(county.surnames) + dice.choice(county.given)


def settle(
    county: County, cast: Cast, shapes: dict[str, Polygon], at: datetime, dice: random.Random
) -> None:
    """Estates, roads and key places in every grid: what reports name."""
    with together(actor=SYSTEM, at=at):
        for grid in codes(county, 15):
            names = [
                ("estate", dice.choice(county.estates), f"{dice.randint(1, 28)}号楼"),
                ("estate", dice.choice(county.estates), f"{dice.randint(1, 28)}号楼"),
                ("road", dice.choice(county.roads), f"{dice.randint(2, 198)}号"),
                ("key_place", dice.choice(county.key_places), "门口"),
            ]
            for kind, name, detail in names:
                lon, lat = point_in(shapes[grid], dice)
                registry.add_place(
                    actor=SYSTEM,
                    kind=kind,
                    name=f"{name}{detail}",
                    area=grid,
                    lon=lon,
                    lat=lat,
                    at=at,
                )
                cast.spots.setdefault(grid, []).append((f"{name}{detail}", lon, lat))


def enrol(county: County, cast: Cast, part: Part, at: datetime, seed: int, step: Progress) -> None:
    """Accounts of residents, with an impossible telephone (100…): found by staff of their grid only."""
    grids, dice = codes(county, 15), random.Random(seed)
    names = [a_name(county, dice) for _ in range(county.people)]
    for first in range(0, len(part.grids), GRIDS_AT_ONCE):
        some = part.grids[first : first + GRIDS_AT_ONCE]
        rows = {
            grid: [
                Enrolment(login=f"r{n:06d}", name=names[n], telephone=f"100{n:08d}", area=grid)
                for n in range(grids.index(grid), county.people, len(grids))
            ]
            for grid in some
        }
        listed = [row for grid in some for row in rows[grid]]
        accounts = iter(registry.enrol_many(actor=SYSTEM, rows=listed, at=at) if listed else ())
        for grid in some:
            cast.residents[grid] = [next(accounts) for _ in rows[grid]]
            cast.known[grid] = rows[grid][:REGISTERED]
        step(len(listed))


def register_all(
    county: County,
    cast: Cast,
    shapes: dict[str, Polygon],
    part: Part,
    at: datetime,
    step: Progress,
) -> None:
    """The first residents of each grid behind their doors, with an impossible number; its things, groups and visits."""
    maker = Maker(county, shapes, at, part, SEED)
    maker.point = lambda shape: point_in(shape, maker.dice)
    for grid in part.grids:
        if rows := cast.known[grid]:
            maker.grid(grid, rows, cast.residents[grid][: len(rows)])
        step(1)
    moved_away(county, maker, part)
    call_on(cast, maker, part)


def moved_away(county: County, maker: Maker, part: Part) -> None:
    """Two people who left years ago: what is known of them is over and goes with the next run of retention."""
    left = maker.at - LEFT_AGO
    for n in range(2):
        born = left.date() - timedelta(days=60 * 365 + n)
        known = registry.Newcomer(
            f"{county.surnames[n]}{county.given[part.number + n]}", document="citizen",
            identity=maker.number(born, male=bool(n)), telephone=f"1009990{2 * part.number + n:04d}",
        )  # fmt: skip
        grid = part.grids[0]
        gone = registry.register(actor=SYSTEM, newcomer=known, area=grid, at=left - LEFT_AGO)
        registry.end_person(actor=SYSTEM, person=gone, ended="moved_out", at=left)


def call_on(cast: Cast, maker: Maker, part: Part) -> None:
    """Every household has a plan; grid workers have made a part of the round."""
    for community in sorted({grid[:12] for grid in part.grids}):
        registry.plan_many(actor=SYSTEM, area=community, kind="household", at=maker.at)
    for number, grid in enumerate(part.grids):
        actor, at = cast.actor("grid_worker", grid), maker.at + timedelta(days=30 + number % 20)
        with together(actor=actor, at=at):
            houses = list(register.households(actor, grid).order_by("id")[:6])
            maker.visited(actor, houses, at)


def point_in(shape: Polygon, dice: random.Random) -> tuple[float, float]:
    """A point well inside a shape, (lon, lat)."""
    west, south, east, north = shape.bounds
    for _ in range(200):
        point = shapely.Point(dice.uniform(west, east), dice.uniform(south, north))
        if shape.contains(point) and shape.exterior.distance(point) > 0.00015:
            return round(point.x, 6), round(point.y, 6)
    middle = shape.representative_point()
    return middle.x, middle.y
