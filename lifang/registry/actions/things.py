"""Facilities, vehicles, organisations, and dated ties."""

from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.crypto.masks import plain_plate
from lifang.orgs import selectors as orgs
from lifang.registry import rules
from lifang.registry.actions.knowing import batch_for, said, today
from lifang.registry.catalogue import COMPONENTS
from lifang.registry.models import Dog, Facility, Fact, Organisation, Person, Place, Tie, Vehicle

M = TypeVar("M", Facility, Organisation)
WHO: dict[type[Any], str] = {Person: "person", Organisation: "organisation"}
WHAT: dict[type[Any], str] = {Place: "place", Vehicle: "vehicle", Dog: "dog", Facility: "facility", Organisation: "body", Person: "other"}  # fmt: skip
ENDS = {"body": "organisation", "other": "person"}  # the column's word in ties.yaml


@action("registry.add_facility")
def add_facility(
    *,
    actor: Actor,
    number: str,
    area: str,
    at: datetime,
    name: str = "",
    state: str = "intact",
    surveyed_on: date | None = None,
    lon: float | None = None,
    lat: float | None = None,
    accuracy: str = "",
    source: str = "measured",
    **more: str,
) -> Facility:
    """Register a public component under its seventeen digits; `more`: supervisor, owner, maintainer, their codes, remarks."""
    insist(
        rules.facility_number_fits(number, area),
        rules.code_fits("facility_state", state, "state"),
        rules.code_fits("facility_source", source, "source"),
        rules.code_fits("accuracy", accuracy, "accuracy"),
        rules.on_earth(lon, lat),
        rules.day_fits(surveyed_on, today(at), "surveyed_on"),
        *(
            rules.credit_code_fault(more.get(key, ""))
            for key in ("supervisor_code", "owner_code", "maintainer_code")
        ),
    )
    component = COMPONENTS[number[6:11]]
    made = Facility(
        area=area, number=number, component=component.key, name=name.strip() or str(component.name),
        state=state, surveyed_on=surveyed_on or today(at), accuracy=accuracy, source=source, valid_from=at, **more,
    )  # fmt: skip
    made.batch = batch_for(actor, "survey", area, at)
    if lon is not None and lat is not None:
        made.stand(lon, lat)
    return _once(made, "facility_taken", "number")


@action("registry.move_facility")
def move_facility(
    *, actor: Actor, facility: Facility, lon: float, lat: float, at: datetime
) -> Facility:
    """It stands elsewhere: where it stood stays in its history, and the grid it stands in now keeps it."""
    held = Facility.objects.hold(facility.pk)
    insist(rules.on_earth(lon, lat), Refusal("ended_already") if held.valid_to else None)
    before, after = held.point, rules.point_said(lon, lat)
    insist(Refusal("facility_stays", {"field": "lon"}) if before == after else None)
    area = orgs.locate(lon, lat) or held.area
    insist(
        rules.facility_number_fits(held.number, area) and Refusal("facility_elsewhere", {"field": "lon"}),
        *(_may_move(actor, one) for one in dict.fromkeys((held.area, area))),
    )  # fmt: skip
    said(actor, held, "facility.point", before, after, "survey", at)
    held.stand(lon, lat)
    held.area, held.changed_on = area, today(at)
    held.save(update_fields=["lon", "lat", "cell", "area", "changed_on"])
    for part, column in ((Fact, "subject"), (Tie, "facility")):
        part.objects.filter(**{column: held.pk}).update(area=area)  # type: ignore[attr-defined]
    return held


def _may_move(actor: Actor, area: str) -> Refusal | None:
    may = actor.kind == "system" or actor.may("registry.move_facility", area)
    return None if may else Refusal("facility_elsewhere", {"field": "lon"})


@action("registry.add_vehicle")
def add_vehicle(
    *,
    actor: Actor,
    plate: str,
    kind: str,
    area: str,
    at: datetime,
    plate_colour: str = "",
    colour: str = "",
    model: str = "",
    source: str = "visit",
) -> Vehicle:
    """Register a vehicle by its plate; who keeps it is a tie."""
    plain = plain_plate(plate)
    insist(
        rules.plate_fault(plain),
        rules.code_fits("vehicle", kind, "kind") if kind else Refusal("unknown_code", {"code": "", "field": "kind"}),
        rules.code_fits("plate_colour", plate_colour, "plate_colour"),
        Refusal("vehicle_taken", {"field": "plate"})
        if Vehicle.objects.filter(plate_key=plain, valid_to__isnull=True).exists()
        else None,
    )  # fmt: skip
    made = Vehicle(area=area, plate=plain, kind=kind, plate_colour=plate_colour, colour=colour, model=model, valid_from=at)  # fmt: skip
    made.batch = batch_for(actor, source, area, at)
    made.save(force_insert=True)
    return made


@action("registry.add_organisation")
def add_organisation(
    *,
    actor: Actor,
    name: str,
    kind: str,
    area: str,
    at: datetime,
    credit_code: str = "",
    trade: str = "",
    address: str = "",
    telephone: str = "",
    staff_count: int | None = None,
    source: str = "visit",
) -> Organisation:
    """Register a company, a shop, a school …; its people and premises are ties."""
    insist(
        rules.name_fits(name),
        rules.credit_code_fault(credit_code),
        rules.telephone_shape(telephone),
        rules.code_fits("organisation", kind, "kind"),
    )
    made = Organisation(
        area=area, name=name.strip(), kind=kind, credit_code=credit_code.strip().upper(), trade=trade, address=address,
        telephone=telephone.strip() or None, staff_count=staff_count, valid_from=at,
    )  # fmt: skip
    made.batch = batch_for(actor, source, area, at)
    return _once(made, "organisation_taken", "credit_code")


@action("registry.tie")
def tie(*, actor: Actor, kind: str, who: Any, what: Any, at: datetime) -> Tie:
    """From now on `who` is to `what` what `kind` says: owner, tenant, keeper, legal representative …"""
    known = type(who) in WHO and type(what) in WHAT
    insist(None if known else Refusal("tie_kind", {"field": "kind"}))
    who_column, what_column = WHO[type(who)], WHAT[type(what)]
    insist(rules.may_tie(kind, who_column, ENDS.get(what_column, what_column)))
    same = Tie.objects.filter(kind=kind, valid_to__isnull=True, **{what_column: what})
    if rules.only_one(kind):
        insist(Refusal("tie_taken", {"field": "kind"}) if same.exists() else None)
    else:
        insist(Refusal("tie_taken", {"field": "kind"}) if same.filter(**{who_column: who}).exists() else None)  # fmt: skip
    return Tie.objects.create(
        area=what.area,
        holders=who.holders,
        kind=kind,
        valid_from=at,
        **{who_column: who, what_column: what},
    )


@action("registry.untie")
def untie(*, actor: Actor, tie: Tie, at: datetime) -> Tie:
    """The relation ends; that it was stays."""
    held = Tie.objects.hold(tie.pk)
    if held.valid_to is not None:
        raise Refused("ended_already")
    insist(rules.ends_after(held.valid_from, at))
    held.valid_to = at
    held.save(update_fields=["valid_to"])
    return held


def _once(made: M, reason: str, field: str) -> M:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Refusal(reason, {"field": field})) from error
    return made
