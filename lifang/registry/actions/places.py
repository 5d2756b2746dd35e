"""Places, and residents with an account."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from os.path import commonprefix
from secrets import token_hex
from typing import NamedTuple

from django.contrib.auth.hashers import (
    UNUSABLE_PASSWORD_PREFIX,
    UNUSABLE_PASSWORD_SUFFIX_LENGTH,
)
from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.rows import add_many
from lifang.core.accounts.models import Account
from lifang.core.action import action
from lifang.core.crypto import mask_name
from lifang.core.events import publish
from lifang.core.ids import new_id
from lifang.registry import rules
from lifang.registry.actions.knowing import batch_for
from lifang.registry.events import PlaceAdded, ResidentEnrolled
from lifang.registry.models import Place, Resident


@action("registry.add_place")
def add_place(
    *,
    actor: Actor,
    kind: str,
    name: str,
    area: str,
    at: datetime,
    address: str = "",
    lon: float | None = None,
    lat: float | None = None,
    parent: Place | None = None,
    floor: int | None = None,
    number: str = "",
    use: str = "",
    area_m2: Decimal | None = None,
) -> Place:
    """Register an estate, a building, a stair, a dwelling, a key place or a road."""
    insist(
        None if actor.may("registry.add_place", area) else Refusal("not_allowed"),
        rules.may_add(kind, name, parent.kind if parent else None),
        rules.on_earth(lon, lat),
        rules.room_fits(floor, area_m2, use),
    )
    made = Place(
        kind=kind, name=name.strip(), area=area, address=address.strip(), floor=floor, number=number.strip()[:20], use=use,
        area_m2=area_m2, valid_from=at,
    )  # fmt: skip
    made.parent = parent
    if lon is not None and lat is not None:
        made.stand(lon, lat)
    made.save()
    publish(PlaceAdded(place=made.pk, kind=kind, at=at), area=area)
    return made


class NewPlace(NamedTuple):
    """One place of a list; `parent` is a place that stands, or the position of an earlier one in the list."""

    kind: str
    name: str
    area: str
    parent: Place | int | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    floor: int | None = None
    number: str = ""
    use: str = ""
    area_m2: Decimal | None = None


@action("registry.add_places")
def add_places(
    *, actor: Actor, rows: Sequence[NewPlace], at: datetime, source: str = "housing"
) -> list[Place]:
    """Register places in bulk, an estate with its buildings, stairs and doors in one list. All or nothing."""
    area = _common([row.area for row in rows])
    insist(None if _may("registry.add_places", actor, area) else Refusal("not_allowed"))
    batch = batch_for(actor, source, area, at)
    made: list[Place] = []
    for row in rows:
        parent = made[row.parent] if isinstance(row.parent, int) else row.parent
        insist(
            rules.may_add(row.kind, row.name, parent.kind if parent else None),
            rules.on_earth(row.lon, row.lat),
            rules.room_fits(row.floor, row.area_m2, row.use),
        )
        one = Place(
            kind=row.kind, name=row.name.strip(), area=row.area, address=row.address.strip(), parent=parent, floor=row.floor,
            number=row.number, use=row.use, area_m2=row.area_m2, batch=batch, valid_from=at,
        )  # fmt: skip
        if row.lon is not None and row.lat is not None:
            one.stand(row.lon, row.lat)
        made.append(one)
    add_many(made)
    return made


@action("registry.enrol_resident")
def enrol_resident(
    *,
    actor: Actor,
    account: Account,
    name: str,
    area: str,
    at: datetime,
    telephone: str = "",
    home: Place | None = None,
) -> Resident:
    """Enter a resident's account into the register: by the resident, or by staff of the area."""
    area = home.area if home else area
    own = actor.id is not None and actor.id == account.pk
    insist(
        None if own or _serves(actor, area) else Refusal("not_allowed"),
        None if account.kind == "resident" else Refusal("not_a_resident", {"field": "account"}),
        None if name.strip() else Refusal("place_name", {"field": "name"}),
        rules.telephone_shape(telephone),
    )
    made = Resident(
        account=account,
        name=name.strip(),
        telephone=telephone.strip() or None,
        home=home,
        area=area,
        enrolled_at=at,
    )
    made.concern([f"account:{account.pk}"])
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refused("already_enrolled") from error
    publish(ResidentEnrolled(resident=made.pk, account=account.pk, at=at), area=made.area)
    return made


class Enrolment(NamedTuple):
    """One resident of a list."""

    login: str
    name: str
    telephone: str
    area: str


@action("registry.enrol_many")
def enrol_many(*, actor: Actor, rows: Sequence[Enrolment], at: datetime) -> list[Account]:
    """Enter a list of residents in bulk: an account without a password each, and a row in the register."""
    insist(None if _serves(actor, _common([row.area for row in rows])) else Refusal("not_allowed"))
    accounts = [
        Account(
            id=new_id(), login=row.login, name=mask_name(row.name), kind="resident", area=row.area,
            telephone=row.telephone, password=_no_password(), opened_at=at,
        )
        for row in rows
    ]  # fmt: skip
    add_many(accounts)
    residents = [
        Resident(
            account=account, name=row.name, telephone=row.telephone, area=row.area, enrolled_at=at,
            holders=[f"account:{account.pk}"],
        )
        for row, account in zip(rows, accounts, strict=True)
    ]  # fmt: skip
    add_many(residents)
    return accounts


def _no_password() -> str:
    """What `make_password(None)` gives, a hundred at the price of one."""
    return UNUSABLE_PASSWORD_PREFIX + token_hex(UNUSABLE_PASSWORD_SUFFIX_LENGTH // 2)


def _common(areas: Sequence[str]) -> str:
    return commonprefix(list(areas))  # noqa: RUF071 -- codes, not paths


def _serves(actor: Actor, area: str) -> bool:
    return _may("registry.enrol_resident", actor, area)


def _may(capability: str, actor: Actor, area: str) -> bool:
    return actor.kind == "system" or any(grant.gives(capability, area) for grant in actor.grants)
