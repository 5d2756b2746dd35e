"""Area codes: twelve division digits (province to community) and three more for a grid.

A code is kept unpadded ("370306001"), so that "lies in" is a plain prefix. Padded codes are what
the published lists and other platforms use ("370306001000").
"""

from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """How many digits an unpadded code of this level has."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    STREET = 9
    COMMUNITY = 12
    GRID = 15


def level_below(code: str) -> int:
    """The level of an area's parts; a grid has none and stays at its own."""
    return next((int(level) for level in Level if level > len(code)), int(Level.GRID))


_ENDS: Final = tuple(int(level) for level in Level)


def unpadded(code: str) -> str:
    """Without the zeros that only fill a published code up: 370306001000 -> 370306001."""
    if not (code.isascii() and code.isdigit() and len(code) in _ENDS):
        raise ValueError(f"not an area code: {code!r}")
    for start, end in reversed(list(zip((0, *_ENDS), _ENDS, strict=False))):
        if end == len(code) and start and not int(code[start:end]):
            code = code[:start]
    return code


def padded(code: str) -> str:
    """As published lists write it, twelve digits: 370306 -> 370306000000. A grid has fifteen."""
    short = unpadded(code)
    return short if len(short) == Level.GRID else short.ljust(Level.COMMUNITY, "0")


def level(code: str) -> Level:
    """What kind of area a code (padded or not) names."""
    return Level(len(unpadded(code)))


def ancestors(code: str) -> list[str]:
    """Unpadded codes of the areas around this one, widest first; cities without counties skip one."""
    short = unpadded(code)
    around = (unpadded(short[:end]) for end in _ENDS if end < len(short))
    return list(dict.fromkeys(around))


def parent(code: str) -> str | None:
    """The next wider area, or None for a province."""
    around = ancestors(code)
    return around[-1] if around else None


def lies_in(code: str, area: str) -> bool:
    """The same area, or a part of it; the empty area is everywhere."""
    return unpadded(code).startswith(unpadded(area) if area else "")
