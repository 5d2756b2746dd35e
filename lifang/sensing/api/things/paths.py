"""Addresses of SensorThings: sets, ids, relations, properties."""

import re
from typing import Final, NamedTuple
from urllib.parse import quote

from lifang.core.config import config
from lifang.sensing.rules.things import ObservationId
from lifang.sensing.rules.things.statement import kind_of_set, link_of
from lifang.sensing.selectors.things import KINDS, Kind, Step, Unfit

_PART: Final = re.compile(r"(\$?\w+)(?:\((?:'((?:[^']|''){1,200})'|(-?\d{1,25}))\))?")
MOST_STEPS: Final = 8


class Place(NamedTuple):
    """Where an address points."""

    kind: Kind
    way: tuple[Step, ...]
    key: str = ""
    single: bool = False  # at the end of a relation to one
    property: str = ""
    plain: bool = False  # /$value
    refs: bool = False  # /$ref


def base() -> str:
    return f"{config().origin}/sta/v1.1"


def place(path: str) -> Place:
    """Read an address. Raises `Unfit` for one that leads nowhere."""
    parts = _parts(path)
    name, key = parts[0]
    here = Place(kind_of_set(name), (), key)
    for number, (name, key) in enumerate(parts[1:], 1):
        last = number == len(parts) - 1
        if name in here.kind.links:
            here = _along(here, name, key)
        elif name == "$ref" and last and not here.property:
            here = here._replace(refs=True)
        elif name == "$value" and last and here.property:
            here = here._replace(plain=True)
        elif not key and not here.property and (here.key or here.single) and name in here.kind.columns:  # fmt: skip
            here = here._replace(property=name)
        else:
            raise Unfit(f"{path[:200]} leads nowhere.", 404)
    return here


def _along(here: Place, name: str, key: str) -> Place:
    link = link_of(here.kind, name)
    if not (here.key or here.single) or here.property or (key and not link.many):
        raise Unfit(f"{name} needs one {here.kind.name} before it.", 404)
    return Place(KINDS[link.to], (*here.way, Step(here.kind, here.key, link)), key, not link.many)


def _parts(path: str) -> list[tuple[str, str]]:
    found = []
    for text in path.strip("/").split("/"):
        match = _PART.fullmatch(text)
        if match is None:
            raise Unfit(f"{path[:200]} leads nowhere.", 404)
        found.append((match[1], (match[2] or "").replace("''", "'") or match[3] or ""))
    if len(found) > MOST_STEPS:
        raise Unfit("The address is too long.", 404)
    return found


def link_to(kind: Kind, row: dict[str, object]) -> str:
    """The self link of a row."""
    key = id_of(kind, row)
    told = f"'{quote(key)}'" if isinstance(key, str) else key
    return f"{base()}/{kind.set}({told})"


def id_of(kind: Kind, row: dict[str, object]) -> int | str:
    if kind.name != "Observation":
        return row["id"]  # type: ignore[return-value]
    return str(ObservationId(row["series"], row["at"], row["message"]))  # type: ignore[arg-type]
