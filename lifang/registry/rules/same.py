"""When two records are one person: rules with their reasons, no guessing."""

from datetime import date
from typing import Final, NamedTuple

from lifang.registry.catalogue import policy


class Shape(NamedTuple):
    """What is compared, in the clear, inside an action or a selector."""

    name: str
    identity: str
    born: date | None
    telephone: str
    sex: str


# How sure each reason is; 100 is certain. From sure pairs to pairs a person must judge.
WEIGHTS: Final = {
    "same_identity": 100,
    "same_name_born_telephone": 95,
    "same_name_born": 80,
    "same_name_telephone": 70,
    "one_digit_identity": 75,
}


def reasons(one: Shape, other: Shape) -> list[str]:
    """Why the two may be one person, surest first; none when nothing speaks for it, or something against."""
    if one.identity and one.identity == other.identity:
        return ["same_identity"]
    if _differ(one, other):
        return []
    name = bool(one.name) and one.name == other.name
    born = one.born is not None and one.born == other.born
    telephone = bool(one.telephone) and one.telephone == other.telephone
    found = []
    if name and born and telephone:
        found.append("same_name_born_telephone")
    elif name and born:
        found.append("same_name_born")
    elif name and telephone and _near(one.born, other.born):
        found.append("same_name_telephone")
    if name and _one_off(one.identity, other.identity):
        found.append("one_digit_identity")
    return sorted(found, key=lambda reason: -WEIGHTS[reason])


def _differ(one: Shape, other: Shape) -> bool:
    """Two right numbers that differ in more than one place are two people, as are a man and a woman."""
    known = {"male", "female"}
    sexes = {one.sex, other.sex}
    if sexes == known:
        return True
    both = bool(one.identity) and bool(other.identity)
    return both and not _one_off(one.identity, other.identity)


def _one_off(one: str, other: str) -> bool:
    """One character differs, or two neighbours changed places."""
    if not one or len(one) != len(other) or one == other:
        return False
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    swapped = len(places) == 2 and places[1] == places[0] + 1
    return swapped and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]


def _near(one: date | None, other: date | None) -> bool:
    """Papers and household book may differ by a year or two; a missing date says nothing against."""
    if one is None or other is None:
        return True
    return abs(one.year - other.year) <= policy("same_name_years")
