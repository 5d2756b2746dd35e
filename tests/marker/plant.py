"""Fifty people of whom a value stands wherever one could leak from: the register, reports, messages, accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from lifang.cases.tests.make import dispatched, make_case
from lifang.core import notify
from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.testing import places
from lifang.core.testing.cast import CAST, Member
from lifang.orgs.tests.make import make_county
from lifang.registry import actions
from lifang.registry.actions import Enrolment
from lifang.registry.models import Household, Membership, Merge, Person
from lifang.registry.tests.make import (  # fmt: skip
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)
from tests.access.walk import Entry, entries, maker

NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
LONG_AGO = NOW - timedelta(days=300)
LATELY = NOW - timedelta(hours=5)
PLANTED = 50
EACH = 3  # rows of a kind at every address that takes one; at the pages of a person and a household all of them
GROUND, DETAIL = (
    "标记安帮字第7号",
    "标记每月十五日上门",
)  # of the restricted store: nobody reads it without a purpose, its viewer neither
WHOLE = {"registry:person": Person, "registry:household": Household, "api:registry_person": Person}


@dataclass
class Planted:
    """The people, every value of theirs, and everybody who will look."""

    people: list[Person]
    cast: dict[str, Member]
    secrets: set[str] = field(default_factory=set)
    own: set[str] = field(
        default_factory=set
    )  # what the resident of the cast may read: it is theirs
    places: set[str] = field(
        default_factory=set
    )  # birthdays: counts and ages need them in the database
    pair: tuple[UUID, UUID] | None = None
    car: Any = None
    body: Any = None


def plant() -> Planted:
    """By actions, as people would have done it."""
    make_county()
    found = Planted([], {key: make() for key, make in CAST.items()})
    doors = make_building(floors=10, doors=5)[3:]
    _people(found)
    for n in range(0, PLANTED, 2):
        make_household(found.people[n], found.people[n + 1], door=doors[n // 2])
    _register(found)
    _around(found)
    return found


def _people(found: Planted) -> None:
    for n in range(PLANTED):
        born = date(1950, 1, 1) + timedelta(days=n * 97)
        told = {"name": f"标记{chr(0x4E00 + n)}某", "identity": number(f"{born:%Y%m%d}", 100 + n), "telephone": f"1007{n:07d}"}  # fmt: skip
        facts: dict[str, Any] = {**told, "born": born, "work_place": f"标记单位{chr(0x5000 + n)}"}
        if n == 0:
            found.people.append(make_linked(found.cast["resident"], **facts))
        else:
            found.people.append(make_person(**facts))
        birthdays = {f"{born:%Y-%m-%d}", f"{born:%Y年%-m月%-d日}"}
        values = {*told.values(), facts["work_place"], *birthdays}
        found.secrets |= values
        found.places |= birthdays
        if n == 0:
            found.own |= values


def _register(found: Planted) -> None:
    """Things, groups, plans, what was before, what is asked, who was entered twice."""
    people = found.people
    found.car = actions.add_vehicle(actor=SYSTEM, plate="里A77777", kind="car", area=places.GRID, at=LONG_AGO)  # fmt: skip
    actions.tie(actor=SYSTEM, kind="keeper", who=people[1], what=found.car, at=LONG_AGO)
    facts = {"name": "标记店", "kind": "shop", "area": places.GRID, "telephone": "10070009999"}
    found.body = actions.add_organisation(actor=SYSTEM, at=LONG_AGO, **facts)
    actions.tie(actor=SYSTEM, kind="legal", who=people[2], what=found.body, at=LONG_AGO)
    actions.tag(actor=SYSTEM, person=people[3], tag="very_old", source="visit", at=LONG_AGO)
    actions.tag(actor=SYSTEM, person=people[4], tag="volunteer", consented=True, at=LONG_AGO)
    home = Membership.objects.get(person=people[5]).household
    due = (NOW - timedelta(days=60)).date()
    actions.plan_visits(actor=SYSTEM, household=home, kind="household", at=LONG_AGO, due_on=due)
    actions.tell_missed(actor=SYSTEM, at=LATELY)
    actions.change(actor=SYSTEM, row=people[6], element="person.telephone", value="10079999999", source="visit", at=LATELY)  # fmt: skip
    me = actor_of(found.cast["resident"].id, NOW)
    actions.ask_correction(actor=me, person=people[0], element="person.telephone", value="10078888888", at=LATELY)  # fmt: skip
    viewer = found.cast["community_secretary"]
    with behind(viewer.actor):
        actions.restrict(actor=viewer.actor, person=people[14], group="released", basis=GROUND, detail=DETAIL, viewers=[], at=LATELY)  # fmt: skip
    twin = make_person(name=f"标记{chr(0x4E00 + 7)}某", born=people[7].born)
    other = make_person(name=f"标记{chr(0x4E00 + 8)}某", born=people[8].born)
    actions.merge(actor=SYSTEM, kept=people[8], dropped=other, at=LATELY)
    found.pair = (people[7].pk, twin.pk)
    found.secrets |= {"里A77777", "10070009999", "10079999999", "10078888888", GROUND, DETAIL}
    found.own.add("10078888888")


def _around(found: Planted) -> None:
    """Who reported a trouble, who has an account, who was written to."""
    for n in (10, 11, 12):
        make_case(name=f"标记{chr(0x4E00 + n)}某", phone=f"1007{n:07d}", at=NOW - timedelta(days=1))
    dispatched(name=f"标记{chr(0x4E00 + 13)}某", phone="10070000013", at=NOW - timedelta(days=2))
    rows = [Enrolment(login=f"planted{n}", name=f"标记{chr(0x4E00 + n)}某", telephone=f"1007{n:07d}", area=places.GRID) for n in (20, 21, 22)]  # fmt: skip
    actions.enrol_many(actor=SYSTEM, rows=rows, at=LONG_AGO)
    for n in (30, 31, 32):
        notify.send(to=f"tel:1007{n:07d}", template="accounts.code", facts={"code": "424242"}, at=LATELY, area=places.GRID)  # fmt: skip


def addresses(found: Planted) -> list[str]:
    """Every address that answers a GET, of every kind of row it takes."""
    from django.urls import reverse  # noqa: PLC0415 -- Django must be set up

    seen: dict[str, None] = {}
    for name, said in entries().items():
        for entry in said:
            if entry.method == "GET":
                for args in _arguments(name, entry, found):
                    seen[reverse(name, args=args)] = None
    pair = [str(one) for one in found.pair or ()]
    more = [
        f"/desk/registry/people/{pair[0]}/merge/{pair[1]}",
        f"/desk/registry/people/{found.people[6].pk}/history/person.telephone",
        f"/desk/registry/merges/{Merge.objects.get(kept=found.people[8]).pk}/undoing",
        f"/desk/registry/vehicles/{found.car.pk}",
        f"/desk/registry/vehicles/{found.car.pk}/values/vehicle.plate",
        f"/desk/registry/organisations/{found.body.pk}",
        "/my/record/person.telephone/correction",
    ]
    # A terminal ends the session of whoever was signed in there: its addresses come last.
    return sorted([*seen, *more], key=lambda path: path.startswith("/kiosk"))


def _arguments(name: str, entry: Entry, found: Planted) -> Iterator[tuple[Any, ...]]:
    if isinstance(entry.args, list):
        yield tuple(entry.args)
        return
    if name in WHOLE:
        yield from ((row.pk,) for row in WHOLE[name].objects.order_by("pk")[:PLANTED])
        return
    make = maker(entry.home, entry.args)
    owner: Account | None = found.cast["grid_worker"].account
    made = make(account=owner) if entry.of == "account" else make(area=places.GRID)
    args = (made.pk,) if isinstance(made, models.Model) else made if isinstance(made, tuple | list) else (made,)  # fmt: skip
    yield tuple(args)
    ids = [place for place, arg in enumerate(args) if isinstance(arg, UUID)]
    if len(ids) == 1:
        for other in _others(args[ids[0]]):
            yield (*args[: ids[0]], other, *args[ids[0] + 1 :])


def _others(pk: UUID) -> list[UUID]:
    """The oldest rows of the same kind: those that were planted."""
    for model in apps.get_models():
        if model._meta.pk and model._meta.pk.get_internal_type() == "UUIDField" and model._base_manager.filter(pk=pk).exists():  # fmt: skip
            return list(model._base_manager.order_by("pk").values_list("pk", flat=True)[:EACH])
    return []
