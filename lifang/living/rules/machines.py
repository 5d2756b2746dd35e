"""Decides about self-service machines: what may be set up, on which papers, what is wrong with one today."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.living.catalogue import MACHINE_KINDS, MACHINE_PAPERS, MachineKind
from lifang.living.rules.shops import code_fits

SOON = timedelta(days=30)
FAR = timedelta(days=40 * 366)


class Told(NamedTuple):
    """What is said of a machine."""

    kind: str
    spot: str
    lon: float
    lat: float
    operator: str
    code: str
    telephone: str


class Paper(NamedTuple):
    """One paper it needs, as it stands today; `until` is nothing when it has no end or is not there."""

    key: str
    number: str
    until: date | None
    state: str  # missing, over, soon, holds


def machine_fits(told: Told, located: str | None) -> Refusal | None:
    if told.kind not in MACHINE_KINDS:
        return Refusal("machine_kind", {"field": "kind"})
    if not told.spot.strip():
        return Refusal("machine_spot", {"field": "spot"})
    if not told.operator.strip():
        return Refusal("machine_operator", {"field": "operator"})
    if located is None:
        return Refusal("shop_place", {"field": "lat"})
    return code_fits(told.code)


def paper_fits(kind: MachineKind, paper: str, number: str, until: date | None, today: date) -> Refusal | None:  # fmt: skip
    if paper not in kind.papers or paper not in MACHINE_PAPERS:
        return Refusal("machine_paper", {"field": "paper"})
    if not number.strip():
        return Refusal("machine_paper_number", {"field": "number"})
    fits = until is None or today <= until <= today + FAR
    return None if fits else Refusal("machine_paper_until", {"field": "until"})


def papers(kind: MachineKind, held: Mapping[str, tuple[str, date | None]], today: date) -> list[Paper]:  # fmt: skip
    """All that it needs, in the order of its kind; `held`: number and last day of the newest of each."""
    return [_paper(key, held.get(key), today) for key in kind.papers]


def _paper(key: str, held: tuple[str, date | None] | None, today: date) -> Paper:
    if held is None:
        return Paper(key, "", None, "missing")
    number, until = held
    if until is None or until > today + SOON:
        return Paper(key, number, until, "holds")
    return Paper(key, number, until, "soon" if until >= today else "over")


def look_due(kind: MachineKind, since: date, today: date) -> bool:
    """Since the last look, or since it was set up."""
    return (today - since).days > kind.days


def may_change(removed: bool, stopped: bool | None = None, wants: bool | None = None) -> Refusal | None:  # fmt: skip
    """What is gone stays gone; what stands still is not stopped again."""
    if removed:
        return Refusal("machine_removed")
    if wants is None or stopped is None or stopped != wants:
        return None
    return Refusal("machine_stopped" if stopped else "machine_runs")
