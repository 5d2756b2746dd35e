"""How the register is shown at the desk: masked, with where each value is from."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.crypto.masks import MASKS, mask_all
from lifang.core.web.show import TONES, Chip
from lifang.orgs.selectors import place_name
from lifang.registry import selectors
from lifang.registry.catalogue import CODES, SOURCES, TAGS, VISITS, Element
from lifang.registry.models import Household, Person, Place, Visit, VisitPlan
from lifang.registry.selectors import Door, Known, Past
from lifang.registry.terms import PLACE_NAMES, Label, PlaceKind

Facts = dict[str, Any]
SOON = timedelta(days=7)
# Whom somebody calls on for a restricted reason is on no page.
VISIT_KINDS = [one for one in VISITS if one.key != "restricted"]

FIXED = ("person.document", "facility.number", "facility.component")
# What a door of a building says of itself, the most urgent first.
DOORS = {
    "late": Chip("late", _("Visit overdue")),
    "due": Chip("waiting", _("Visit due within 7 days")),
    "never": Chip("open", _("Not visited yet")),
    "seen": Chip("done", _("Visited")),
    "empty": Chip("idle", _("Nobody registered")),
}


def who(home: Household) -> str:
    """The head, masked as everywhere."""
    heads = [str(one.person.name) for one in getattr(home, "heads", [])]
    return heads[0] if heads else gettext("a household")


def door(home: Household) -> str:
    """Where a household lives: its grid, then its doors."""
    return f"{place_name(home.area, 1)} {doors(home)}".strip()


def doors(home: Any) -> str:
    found = [one.dwelling.address or one.dwelling.name for one in getattr(home, "doors", [])]
    return gettext(", ").join(found)


def visit_kind(key: str) -> Any:
    """What somebody is called on for; a restricted reason is not said."""
    known = VISITS.get(key)
    return known.name if known and key != "restricted" else _("Visit")


def code(codes: str, key: str) -> Any:
    found = CODES[codes].get(key)
    return found.name if found else key


def veiled(element: Element, value: str) -> str:
    """A value as a page shows it: of a birthday the year, of what is sensitive nothing."""
    if element.type == "date" and element.label.sealed:
        return f"{value[:4]}-**-**" if value else ""
    if element.mask:
        return MASKS[element.mask](value)  # what is masked already stays as it is
    return mask_all(value) if element.label in (Label.SENSITIVE, Label.RESTRICTED) else value


def hidden(element: Element) -> bool:
    """Is there more of it than a page shows?"""
    sensitive = element.label in (Label.SENSITIVE, Label.RESTRICTED)
    return bool(element.mask) or sensitive or (element.type == "date" and element.label.sealed)


def writable(element: Element) -> bool:
    """Is it written one by one? What proves who somebody is goes along with its number; points and references have their own ways."""
    return element.type in ("text", "date", "code", "number") and element.key not in FIXED


def source(key: str) -> Any:
    known = SOURCES.get(key)
    return known.name if known else key


class Offices:
    """Names of offices, each asked once a page."""

    def __init__(self, actor: Actor) -> None:
        self._actor, self._known = actor, dict[str, str]()

    def __call__(self, office: str) -> str:
        if office not in self._known:
            self._known[office] = selectors.office_name(self._actor, office) if office else ""
        return self._known[office]


def facts(actor: Actor, known: Iterable[Known]) -> list[Facts]:
    """What is known of a row, for its table of facts."""
    office = Offices(actor)
    return [
        {
            "key": one.element.key,
            "name": one.element.name,
            "shown": veiled(one.element, one.shown),
            "hidden": bool(one.shown) and hidden(one.element),
            "source": source(one.source) if one.shown else "",
            "seen_at": one.seen_at if one.shown else None,
            "office": office(one.office) if one.shown else "",
            "verified_at": one.verified_at if one.shown else None,
            "expires_on": one.expires_on if one.shown else None,
            "stale": one.stale,
            "changes": one.changes,
            "writable": writable(one.element),
        }
        for one in known
    ]


def past(actor: Actor, element: Element, found: Iterable[Past]) -> list[Facts]:
    office = Offices(actor)
    return [
        {"shown": veiled(element, one.shown), "source": source(one.source), "seen_at": one.seen_at,
         "office": office(one.office), "verified_at": one.verified_at, "at": one.at}
        for one in found
    ]  # fmt: skip


def tag_name(key: str) -> Any:
    return TAGS[key].name if key in TAGS else key


def person_url(person: Person) -> str:
    return reverse("registry:person", args=[person.pk])


def home_of(person: Person) -> str:
    """The doors of a person that `with_homes` has read."""
    found = [doors(one.household) for one in getattr(person, "homes", [])]
    return gettext(", ").join(filter(None, found)) or place_name(person.area, 1)


def plan_chip(due_on: date, today: date) -> Chip:
    if due_on < today:
        return DOORS["late"]
    return DOORS["due"] if due_on <= today + SOON else Chip("open", _("Planned"), icon="calendar")


def plans(found: Iterable[VisitPlan], today: date) -> list[Facts]:
    return [
        {"plan": one, "kind": visit_kind(one.kind), "chip": plan_chip(one.due_on, today)}
        for one in found
        if one.kind != "restricted"
    ]


def visits(actor: Actor, found: Iterable[Visit]) -> list[Facts]:
    office = Offices(actor)
    return [
        {"visit": one, "kind": visit_kind(one.kind), "chip": outcome(one.outcome), "office": office(one.office)}
        for one in found
        if one.kind != "restricted"
    ]  # fmt: skip


def outcome(key: str) -> Chip:
    known = CODES["visit_outcome"].get(key)
    return Chip(TONES[known.tone if known else ""], known.name if known else key)


# -- the picture of a building ----------------------------------------------------------------------


def door_state(one: Door, today: date) -> str:
    """late, due, never, seen or empty."""
    if not one.households:
        return "empty"
    if one.visit_due_on and one.visit_due_on < today:
        return "late"
    if one.visit_due_on and one.visit_due_on <= today + SOON:
        return "due"
    return "seen" if one.visited_at else "never"


def cell(one: Door, today: date) -> Facts:
    state = door_state(one, today)
    people = ngettext("%(n)d person", "%(n)d people", one.people) % {"n": one.people}
    return {
        "state": state,
        "chip": DOORS[state],
        "number": one.place.number or one.place.name,
        "people": people if one.households else "",
        "url": reverse("registry:place", args=[one.place.pk]),
    }


def picture(actor: Actor, building: Place, today: date) -> Facts:
    """Floors from the top, stair beside stair, each door a cell; how many doors are in which state."""
    stairs = selectors.floors(actor, building)
    heads, by_floor, counts = [], dict[int | None, list[list[Facts]]](), dict.fromkeys(DOORS, 0)
    for index, one in enumerate(stairs):
        width = max(len(floor.doors) for floor in one.floors)
        heads.append({"name": one.stair.name if one.stair else "", "width": width})
        for floor in one.floors:
            cells = [cell(each, today) for each in floor.doors]
            by_floor.setdefault(floor.floor, [[] for _stair in stairs])[index] = cells
            for made in cells:
                counts[made["state"]] += 1
    floors = sorted(by_floor, key=lambda floor: -999 if floor is None else floor, reverse=True)
    rows = [{"floor": floor, "cells": _row(by_floor[floor], heads)} for floor in floors]
    key = [{"state": state, "chip": DOORS[state], "count": n} for state, n in counts.items() if n]
    return {"heads": heads, "rows": rows, "key": key, "doors": sum(counts.values())}


def _row(stairs: list[list[Facts]], heads: list[Facts]) -> list[Facts | None]:
    """The doors of one floor; a stair with fewer doors here leaves its places empty."""
    return [
        cells[n] if n < len(cells) else None
        for cells, head in zip(stairs, heads, strict=True)
        for n in range(head["width"])
    ]


def place_kind(kind: str) -> Any:
    return PLACE_NAMES[PlaceKind(kind)]


def above(place: Place) -> list[Place]:
    """What a place stands in, the widest first."""
    found: list[Place] = []
    parent = place.parent
    while parent is not None and len(found) < 3:
        found.insert(0, parent)
        parent = parent.parent
    return found
