"""The second wall alone: with the scoping of every selector switched off, row-level security shows no foreign row."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model, Q

from lifang.cases.models import Case
from lifang.core.access import ANONYMOUS, SYSTEM, Actor, Scope
from lifang.core.access.models import Scoped, _narrowing
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.pay.models import PayOrder
from lifang.core.testing import places
from lifang.core.testing.cast import CAST, LONG_AGO, Member
from lifang.core.testing.rows import a_row
from lifang.exchange.models import OutsideSystem
from lifang.living.models import Offer, Order, Shop, Venue
from lifang.orgs.models import Unit
from lifang.registry.models import Person, Place
from lifang.sensing.models import Alarm, Reception

pytestmark = pytest.mark.django_db


def an_alarm() -> Model:
    return a_row(Alarm, verdict="")


def a_reception() -> Model:
    return a_row(Reception, **given(Reception))


def a_shop() -> Model:
    return a_row(Shop, **given(Shop))


def a_venue() -> Model:
    return a_row(Venue, **given(Venue))


# What a model's own constraints want of a row.
GIVEN: dict[str, dict[str, Any]] = {
    "cases.Case": {"reports": 1, "matter": "06010"},
    "cases.Cause": {
        "case": lambda: a_row(Case, matter="06010", reports=1),
        "alarm": an_alarm,
    },
    "cases.Sample": {"end": LONG_AGO + timedelta(days=1)},
    "affairs.Mandate": {"desk": "990101001001"},
    "files.Attachment": {"width": 1, "height": 1},
    "living.Booking": {"venue": a_venue, "ends_at": LONG_AGO + timedelta(hours=1)},
    "living.Venue": {"opens": time(8), "closes": time(20)},
    "living.Bill": {"amount": 1, "credited": 0, "paid": 0},
    "living.Outage": {"ends_at": LONG_AGO + timedelta(days=1)},
    "living.Reading": {"value": 1},
    "living.Run": {"doors": 1, "gone": 1},
    "living.Shop": {
        "code": "92990101MA00000000",
        "days": "1",
        "opens": time(8),
        "closes": time(20),
        "address": lambda: f"{next(SERIAL)}",
    },
    "living.ShopLicence": {"shop": a_shop},
    "living.Order": {
        "count": 1,
        "price": 1,
        "amount": 1,
        "subsidy": 0,
        "credited": 0,
        "paid": 0,
        "shop": a_shop,
        "offer": lambda: a_row(Offer, shop=a_shop(), price=1),
    },
    "living.Grant": {"amount": 1, "order": lambda: a_row(Order, **given(Order))},
    "living.Payout": {"amount": 1, "shop": a_shop},
    "living.Complaint": {"unit": lambda: a_row(Unit), "order": None},
    "living.Tariff": {"price": 1, "since": "2026-01", "until": "2026-02"},
    "pay.Difference": {"reason": "", "order": None},
    "pay.PayOrder": {"expires_at": LONG_AGO + timedelta(days=1)},
    "pay.Refund": {"order": lambda: a_row(PayOrder, **given(PayOrder))},
    "registry.Phase": {"since": lambda: date(1990, 1, 1) + timedelta(days=next(SERIAL))},
    "registry.Facility": {"number": lambda: f"99010101001{next(SERIAL):06d}"},
    "registry.Tie": {"person": lambda: a_row(Person), "place": lambda: a_row(Place)},
    "retention.LegalHold": {"kind": "person", "subject": new_id},
    "sensing.Alarm": {"verdict": ""},
    "sensing.AlarmStep": {"alarm": an_alarm},
    "sensing.Command": {
        "asked_at": LONG_AGO,
        "until": LONG_AGO + timedelta(hours=1),
        "answered_at": None,
        "done": None,
    },
    "sensing.WorksMoney": {
        "kind": "contract",
        "amount": 1,
        "of": None,
        "retention": False,
        "struck_at": None,
        "struck_why": "",
    },
    "sensing.FireCall": {"alarm": an_alarm, "way": "telephone", "state": "told", "via": ""},
    "sensing.Filing": {"filed_at": LONG_AGO, "filed_number": "1"},
    "sensing.UtilityLine": {"state": "planned"},
    "sensing.Flood": {"ended_at": LONG_AGO},
    "sensing.Match": {
        "reception": a_reception,
        "alarm": an_alarm,
        "message": lambda: new_id().bytes,
    },
    "sensing.MatchLook": {"reception": a_reception},
    "exchange.OutsideSystem": {
        "state": "asked",
        "accesses": ["matters"],
        "networks": ["203.0.113.0/24"],
        "level": 0,
    },
    "exchange.Run": {
        "system": lambda: a_row(OutsideSystem, **given(OutsideSystem)),
        "ended_at": LONG_AGO,
    },
    "sensing.Reception": {
        "number": lambda: f"BD{next(SERIAL):08d}",
        "classes": ["missing"],
        "devices": lambda: [new_id()],
        "viewers": ["account:1"],
        "ends_on": date(2020, 2, 1),
        "assessed_until": date(2020, 2, 1),
    },
    "sensing.ReceptionCount": {"reception": a_reception},
    "sensing.Review": {"week": lambda: date(2020, 1, 6) + timedelta(weeks=next(SERIAL))},
    "sensing.Vigil": {"consent_on": date(2020, 1, 1), "until": date(2020, 2, 1)},
}
SERIAL = count(1)
AREAS = (*places.GRIDS, places.AWAY_GRID, places.COMMUNITY, places.COUNTY)


def scoped() -> list[type[Scoped]]:
    return sorted(
        (
            model
            for model in apps.get_models()
            if issubclass(model, Scoped) and ".tests" not in model.__module__
        ),
        key=lambda model: model._meta.label,
    )


def given(model: type[Scoped]) -> dict[str, Any]:
    known = GIVEN.get(model._meta.label, {})
    return {name: value() if callable(value) else value for name, value in known.items()}


@pytest.fixture
def open_scope(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every selector forgets whose rows they are."""
    _narrowing.cache_clear()
    monkeypatch.setattr(Scope, "q", lambda self, area="area", holders="holders": Q())
    yield
    _narrowing.cache_clear()  # what was resolved without a scope is nobody's


@pytest.fixture(params=scoped(), ids=lambda model: model._meta.label)
def world(request: pytest.FixtureRequest, db: None) -> Any:
    """A row of the model in every grid, in the next county, in a community, in the county; one of a unit, one of a person."""
    model = request.param
    with behind(SYSTEM):
        for area in AREAS:
            a_row(model, area=area, **given(model))
        for holder in (
            "unit:00000000-0000-7000-8000-00000000c17e",
            "account:00000000-0000-7000-8000-0000000000aa",
        ):
            a_row(model, area=places.AWAY_GRID, holders=[holder], **given(model))
    return model


def test_with_scoping_off_the_wall_alone_shows_no_foreign_row(
    world: type[Scoped], open_scope: None
):
    cast: dict[str, Member] = {key: made() for key, made in CAST.items()}
    with behind(SYSTEM):
        everything = list(world.objects.all())
    assert len(everything) == len(AREAS) + 2
    foreign = {}
    for key, member in cast.items():
        actor = member.actor
        with behind(actor):
            seen = list(world.objects.visible_to(actor))
        theirs = [row for row in everything if is_theirs(actor, row)]
        assert {row.pk for row in seen} == {row.pk for row in theirs}, key
        foreign[key] = len(everything) - len(theirs)
    # Everybody could have seen something that is not theirs.
    assert all(foreign.values()), foreign
    print(
        f"{world._meta.label}: 0 of {sum(foreign.values())} foreign rows shown to {len(cast)} people"
    )


def test_the_scoping_and_the_wall_agree(world: type[Scoped]):
    for made in CAST.values():
        actor = made().actor
        with behind(actor):
            behind_both = set(world.objects.visible_to(actor).values_list("pk", flat=True))
        with behind(SYSTEM):
            scoped_only = set(world.objects.visible_to(actor).values_list("pk", flat=True))
        assert behind_both == scoped_only


def test_a_connection_that_was_told_nothing_sees_nothing(world: type[Scoped]):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lifang.areas', '', false), set_config('lifang.holders', '', false)"
        )
        cursor.execute(f'SELECT count(*) FROM "{world._meta.db_table}"')
        assert cursor.fetchone() == (0,)
    with behind(ANONYMOUS):
        assert not world.objects.exists()


def test_foreign_rows_can_be_neither_changed_nor_removed(world: type[Scoped], stranger: Member):
    with behind(SYSTEM):
        before = sorted(world.objects.values_list("pk", "area"))
        theirs = {pk for pk, area in before if stranger.actor.scope.covers(area)}
    with behind(stranger.actor):
        changed = world.objects.filter(area__startswith=places.STREET).update(holders=["account:x"])
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{world._meta.db_table}" WHERE area LIKE %s', [f"{places.STREET}%"]
            )
            removed = cursor.rowcount
    with behind(SYSTEM):
        assert sorted(world.objects.values_list("pk", "area")) == before
    assert (changed, removed) == (0, 0)
    assert len(theirs) == 4


def test_the_application_is_bound_by_the_wall():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'"
        )
        assert cursor.fetchone() == (0,)


def is_theirs(actor: Actor, row: Scoped) -> bool:
    return actor.scope.covers(row.area) or bool(set(row.holders) & actor.scope.holders)
