"""Households, ties, tags, visits, looks: what may follow what."""

from datetime import date, datetime
from typing import Any

from lifang.core.access import Refusal
from lifang.registry.catalogue import PURPOSES, SOURCES, TAGS, TIES, VISITS, Tie
from lifang.registry.terms import HEAD, PlaceKind


def may_live(place_kind: str) -> Refusal | None:
    """People live behind a door, in a building without stairs, or in a key place such as a home for the old."""
    good = place_kind in (PlaceKind.DWELLING, PlaceKind.BUILDING, PlaceKind.KEY_PLACE)
    return None if good else Refusal("not_a_dwelling", {"field": "dwelling"})


def may_join(relation: str, has_head: bool) -> Refusal | None:
    """One head at a time, and somebody first."""
    if relation == HEAD and has_head:
        return Refusal("head_already", {"field": "relation"})
    return None


def expiry_fits(residence: str, expires_on: date | None, on: date) -> Refusal | None:
    """Only temporary residents have a day on which their registration ends, and it lies ahead."""
    if expires_on is None:
        return None
    if residence not in ("floating", "overseas"):
        return Refusal("expiry_not_temporary", {"field": "expires_on"})
    return Refusal("expiry_past", {"field": "expires_on"}) if expires_on < on else None


def ends_after(start: datetime, end: datetime) -> Refusal | None:
    """Nothing ends before it began."""
    return Refusal("ends_before_start", {"field": "at"}) if end < start else None


def may_tie(kind: str, who: str, what: str) -> Refusal | None:
    """A known kind of relation, between what it joins."""
    known: Tie | None = TIES.get(kind)
    if known is None:
        return Refusal("tie_kind", {"field": "kind"})
    good = who in known.who and what == known.what
    return None if good else Refusal("tie_ends", {"name": known.name, "field": "kind"})


def only_one(kind: str) -> bool:
    """Does what is tied have one such relation at a time?"""
    return TIES[kind].one


def may_tag(tag: str, consented: bool) -> Refusal | None:
    """A known tag; with consent where its ground is consent."""
    known = TAGS.get(tag)
    if known is None:
        return Refusal("unknown_tag", {"tag": tag[:40], "field": "tag"})
    missing = known.consent and not consented
    return (
        Refusal("consent_missing", {"name": known.name, "field": "consented"}) if missing else None
    )


def source_known(source: str) -> Refusal | None:
    """Every value says where it is from."""
    return None if source in SOURCES else Refusal("unknown_source", {"field": "source"})


def visit_known(kind: str) -> Refusal | None:
    """A kind of visit of `visits.yaml`."""
    return None if kind in VISITS else Refusal("unknown_visit", {"field": "kind"})


def may_look(purpose: str, work: Any, used: int, budget: int) -> Refusal | None:
    """For a purpose of the catalogue, with the piece of work it needs, within the day's budget."""
    known = PURPOSES.get(purpose)
    if known is None:
        return Refusal("unknown_purpose", {"field": "purpose"})
    if known.work != "none" and work is None:
        return Refusal("work_missing", {"name": known.name, "field": "work"})
    return Refusal("look_budget", {"budget": budget}) if used >= budget else None
