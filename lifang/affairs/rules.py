"""What is met, what is missing, who may. Arguments in, answer out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils.timezone import localtime

from lifang.affairs.catalogue import MATERIALS, Guide, Material, Needed
from lifang.affairs.terms import Met
from lifang.core.access import Refusal
from lifang.core.forms import Filled


class Need(NamedTuple):
    """One material of a guide for one person: how it is met, without being brought or not."""

    needed: Needed
    material: Material
    met: Met
    source: object = None  # what on file meets it

    @property
    def key(self) -> str:
        return self.needed.key

    @property
    def free(self) -> bool:
        """Need it not be brought?"""
        return self.met not in (Met.MISSING, Met.FILE)


def need(
    needed: Needed,
    known: frozenset[str],
    results: frozenset[str],
    held: Mapping[str, object],
) -> Need:
    """By the register first, then by an earlier result, by what is on file, by a declaration."""
    material = MATERIALS[needed.key]
    if material.elements and known.issuperset(material.elements):
        return Need(needed, material, Met.REGISTER)
    if results.intersection(material.results):
        return Need(needed, material, Met.RESULT)
    if needed.key in held:
        return Need(needed, material, Met.HELD, held[needed.key])
    if material.declared:
        return Need(needed, material, Met.DECLARED)
    return Need(needed, material, Met.MISSING)


def wanted(guide: Guide, filled: Filled) -> list[Needed]:
    """The materials that these answers call for."""
    return [one for one in guide.materials if filled.holds(one.when)]


def complete(met: Mapping[str, str], wanted: Iterable[Needed], *, later: bool) -> Refusal | None:
    """Is everything there? `later`: also what may be brought after applying."""
    missing = [
        MATERIALS[one.key].name
        for one in wanted
        if met.get(one.key, Met.MISSING) == Met.MISSING and (later or not one.later)
    ]
    if not missing:
        return None
    return Refusal("materials_missing", {"names": "，".join(str(name) for name in missing)})


def agreed(opinions: Sequence[tuple[str, bool | None]]) -> Refusal | None:
    """Do all departments agree?"""
    for unit, agrees in opinions:
        if agrees is False:
            return Refusal("department_disagrees", {"unit": unit})
    return None


class Known(NamedTuple):
    """What is known of who applies; nothing where nobody knows."""

    born: date | None = None
    residence: str = ""


def fits(guide: Guide, who: Known, on: date) -> Refusal | None:
    """Does what is known speak against it? The day one turns so old counts."""
    least = guide.who.age_from
    if least and who.born and _years(who.born, on) < least:
        return Refusal("too_young", {"matter": guide.name, "years": least})
    if guide.who.residence and who.residence and who.residence not in guide.who.residence:
        return Refusal("residence_unfit", {"matter": guide.name})
    return None


def _years(born: date, on: date) -> int:
    """Years completed on a day; who was born on 29 February completes them on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def word_for(despite: str, unfit: Iterable[Refusal]) -> Refusal | None:
    """What does not fit is recorded only with a word why."""
    told = " ".join(str(one) for one in unfit)
    return Refusal("unfit", {"told": told, "field": "despite"}) if told and not despite.strip() else None  # fmt: skip


def day_of(moment: datetime) -> date:
    """The day of the site's calendar."""
    return localtime(moment).date()
