"""Houses, households, people, vehicles, organisations, facilities, tags and visits of the demo county, made through actions."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import NamedTuple

from shapely import Polygon

from lifang.core.access import SYSTEM
from lifang.core.accounts.models import Account
from lifang.core.action import together
from lifang.core.crypto.numbers import credit_check, identity_check
from lifang.demo.county import County, Part
from lifang.registry import actions as registry
from lifang.registry.actions import Enrolment, Newcomer, NewDog, NewPlace
from lifang.registry.catalogue import COMPONENTS
from lifang.registry.models import Household, Organisation, Person, Place
from lifang.registry.terms import HEAD

Step = Callable[[int], None]
Point = Callable[[Polygon], tuple[float, float]]
# Weights of households by what they are: relations in the order in which people are taken.
FAMILIES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (30, (HEAD, "spouse", "child")),
    (22, (HEAD, "spouse")),
    (14, (HEAD, "spouse", "child", "child")),
    (12, (HEAD, "spouse", "child", "parent")),
    (12, (HEAD,)),
    (10, (HEAD, "lodger")),
)
FLOORS, DOORS, STAIRS = 6, 2, 2
DOGS = (("small", "泰迪"), ("small", "博美"), ("medium", "柯基"), ("medium", "柴犬"), ("large", "金毛"), ("large", "阿拉斯加"), ("large", "德国牧羊犬"))  # fmt: skip
CALLED = ("旺财", "豆豆", "小黑", "大黄", "乐乐", "球球", "毛毛", "贝贝")


class Home(NamedTuple):
    """One household before it is entered."""

    people: list[Newcomer]
    rented: bool


class Maker:
    """Makes the register of a county grid by grid; with dice of its own."""

    def __init__(
        self, county: County, shapes: dict[str, Polygon], at: datetime, part: Part, seed: int
    ) -> None:
        self.county, self.shapes, self.at, self.part = county, shapes, at, part
        self.dice = part.dice(seed)
        # Each part counts in steps of its own, so that no two give the same number away.
        self.numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(part.number, part.of))  # fmt: skip
        self.serial = count(1 + part.number, part.of)
        self.plates = count(1 + part.number, part.of)
        self.licences = count(1 + part.number, part.of)
        self.point: Point = lambda shape: (0.0, 0.0)

    def grid(self, area: str, rows: list[Enrolment], accounts: list[Account]) -> None:
        """Everything of one grid whose residents have these accounts, in the order of the rows."""
        doors = self.houses(area, 1 + len(rows) // 3)
        people = self.people(rows, accounts, doors)
        made = registry.register_many(
            actor=SYSTEM, rows=people, source="police", name="户籍底册", at=self.at, checked=True
        )
        with together(actor=SYSTEM, at=self.at):
            self.things(area, made.persons, doors)
            self.groups(made.persons)

    def houses(self, area: str, wanted: int) -> list[Place]:
        """An estate with as many buildings of six floors as the households need."""
        name = self.dice.choice(self.county.estates)
        lon, lat = self.point(self.shapes[area])
        rows = [NewPlace("estate", name, area, address=name, lon=lon, lat=lat)]
        number = 0
        while wanted > 0:
            number += 1
            building = len(rows)
            said = f"{name}{number}号楼"
            rows.append(NewPlace("building", f"{number}号楼", area, 0, said, lon, lat, FLOORS, str(number)))  # fmt: skip
            for stair in range(1, STAIRS + 1):
                parent = len(rows)
                rows.append(NewPlace("stair", f"{stair}单元", area, building, f"{said}{stair}单元", number=str(stair)))  # fmt: skip
                for floor in range(1, FLOORS + 1):
                    for door in range(1, DOORS + 1):
                        rows.append(self.door(area, parent, f"{said}{stair}单元", floor, door))
                        wanted -= 1
        made = registry.add_places(actor=SYSTEM, rows=rows, at=self.at)
        return [place for place in made if place.kind == "dwelling"]

    def door(self, area: str, parent: int, where: str, floor: int, door: int) -> NewPlace:
        """One dwelling."""
        number = f"{floor}0{door}"
        size = Decimal(self.dice.choice((58, 72, 89, 96, 118)))
        return NewPlace(
            "dwelling", number, area, parent, f"{where}{number}", floor=floor, number=number, area_m2=size
        )  # fmt: skip

    def people(
        self, rows: list[Enrolment], accounts: list[Account], doors: list[Place]
    ) -> list[Newcomer]:
        """The residents of a grid as households behind doors."""
        found: list[Newcomer] = []
        while len(found) < len(rows):
            door = doors[len({one.household for one in found}) % len(doors)]
            relations = self.dice.choices(
                [family for _, family in FAMILIES], [weight for weight, _ in FAMILIES]
            )[0]
            rented = "lodger" in relations or self.dice.random() < 0.12
            key, head_age = str(len(found)), self.dice.randint(24, 86)
            for relation in relations[: len(rows) - len(found)]:
                row, account = rows[len(found)], accounts[len(found)]
                found.append(
                    self.person(row, account, door, key, relation, head_age, rented=rented)
                )
        return found

    def person(
        self,
        row: Enrolment,
        account: Account,
        door: Place,
        key: str,
        relation: str,
        head_age: int,
        *,
        rented: bool,
    ) -> Newcomer:
        """One member of a household: an age and a sex that go with the relation."""
        age = {"child": head_age - self.dice.randint(23, 32), "parent": head_age + 26}.get(
            relation, head_age + self.dice.randint(-4, 4)
        )
        born = self.born(max(0, min(age, 101)))
        male = self.dice.random() < (0.75 if relation == HEAD else 0.45)
        if relation == "child":
            relation = "son" if male else "daughter"
        return Newcomer(
            name=row.name,
            area=row.area,
            document="citizen",
            identity=self.number(born, male=male),
            telephone=row.telephone,
            sex="male" if male else "female",
            born=born,
            ethnicity=self.dice.choices(("01", "03", "11"), (92, 5, 3))[0],
            nationality="CHN",
            residence="floating" if rented else "registered",
            registered_at=f"{self.county.county.zh}{door.address}" if not rented else f"邻里县{self.county.estates[born.day % len(self.county.estates)]}",
            household=key,
            relation=relation,
            dwelling=door,
            occupancy="rent" if rented else "own",
            expires_on=self.at.date() + timedelta(days=self.dice.randint(60, 500)) if rented else None,
            account=f"account:{account.pk}",
        )  # fmt: skip

    def born(self, age: int) -> date:
        """A birthday of about this age, before the county began."""
        return self.at.date() - timedelta(days=age * 365 + self.dice.randint(1, 364))

    def number(self, born: date, *, male: bool) -> str:
        """An identity number of the division that belongs to nobody."""
        first = f"990101{born:%Y%m%d}"
        order = next(self.numbers[f"{first}{male}"])
        whole = f"{first}{(2 * order + male) % 1000:03d}"
        return whole + identity_check(whole)

    def things(self, area: str, persons: list[Person], doors: list[Place]) -> None:
        """A few vehicles, organisations and components, with who they belong to."""
        adults = [one for one in persons if one.age(self.at.date()) not in range(18)] or persons
        for keeper in self.dice.sample(adults, min(3, len(adults))):
            plate = f"里A{next(self.plates):05d}"
            vehicle = registry.add_vehicle(
                actor=SYSTEM, plate=plate, kind="car", plate_colour="blue", area=area, source="police", at=self.at
            )  # fmt: skip
            registry.tie(actor=SYSTEM, kind="keeper", who=keeper, what=vehicle, at=self.at)
        self.dogs(area, adults)
        shop = self.organisation(area)
        registry.tie(actor=SYSTEM, kind="premises", who=shop, what=doors[0], at=self.at)
        if adults:
            registry.tie(actor=SYSTEM, kind="legal", who=adults[0], what=shop, at=self.at)
        for component in self.dice.sample(COMPONENTS.all(), 2):
            lon, lat = self.point(self.shapes[area])
            registry.add_facility(
                actor=SYSTEM, number=f"990101{component.key}{next(self.serial):06d}", area=area, lon=lon, lat=lat, accuracy="B",
                supervisor=self.dice.choice(self.county.units).name.zh, at=self.at,
            )  # fmt: skip

    def dogs(self, area: str, adults: list[Person]) -> None:
        """Some dogs: licensed and not, vaccinated lately and long ago; with dice of their own, so that nothing else changes."""
        dice, day = Random(f"dogs {area}"), self.at.date()
        for keeper in dice.sample(adults, min(4, len(adults))):
            size, breed = dice.choice(DOGS)
            licensed = dice.random() < 0.55
            registry.add_dog(
                actor=SYSTEM, area=area, at=self.at,
                dog=NewDog(
                    dice.choice(CALLED), size, keeper, breed, dice.choice(("黄", "黑", "白", "棕")),
                    f"9901{next(self.licences):08d}" if licensed else "",
                    day + timedelta(days=dice.randint(-120, 330)) if licensed else None,
                    day - timedelta(days=dice.randint(20, 620)) if dice.random() < 0.8 else None,
                ),
            )  # fmt: skip

    def organisation(self, area: str) -> Organisation:
        """A shop with a right code of the division that belongs to nobody."""
        serial = f"{next(self.serial):06d}"
        inner = f"MA{serial}"
        first = f"92990101{inner}{_organisation_check(inner)}"
        trade = self.dice.choice(("便利店", "早餐店", "理发店", "药店", "水果店", "五金店"))
        return registry.add_organisation(
            actor=SYSTEM, name=f"{self.dice.choice(self.county.estates)}{trade}", kind="shop", area=area, trade=trade,
            credit_code=first + credit_check(first), staff_count=self.dice.randint(1, 9), source="market", at=self.at,
        )  # fmt: skip

    def groups(self, persons: list[Person]) -> None:
        """Some tags: the very old, and those who agreed to help."""
        old = [one for one in persons if (one.age(self.at.date()) or 0) >= 80]
        for one in old[:3]:
            registry.tag(actor=SYSTEM, person=one, tag="very_old", source="civil_affairs", at=self.at)  # fmt: skip
        for one, tag in zip(
            self.dice.sample(persons, min(3, len(persons))),
            ("volunteer", "party_member", "first_aider"),
            strict=False,
        ):
            registry.tag(actor=SYSTEM, person=one, tag=tag, consented=True, at=self.at)

    def visited(self, actor: object, houses: list[Household], at: datetime) -> None:
        """Grid workers call on some households."""
        for house in houses:
            outcome = self.dice.choices(("met", "nobody", "telephone"), (80, 15, 5))[0]
            registry.visit(
                actor=actor, household=house, kind="household", outcome=outcome, at=at  # type: ignore[arg-type]
            )  # fmt: skip


def _organisation_check(inner: str) -> str:
    """GB 11714: weights 3 7 9 10 5 8 4 2."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(inner, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))  # fmt: skip
    return "0123456789X"[(11 - total % 11) % 11]
