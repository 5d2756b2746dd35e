"""Kinds of utility lines, and how keepers call what they say of them."""

from typing import Final, Literal

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class LineField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property of a line as keepers call it in their files."""

    key: str
    name: Text
    words: list[str]


class LineKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of utility line: what tells its size, how long one serves, how keepers call it."""

    key: str
    name: Text
    measure: Literal["diameter", "voltage", ""]
    years: int
    danger: bool = False  # to be touched only by who knows
    words: list[str] = []
    source: str
    confirmed: bool = True


LINE_FIELDS = catalogue("sensing", "line_fields", LineField)
LINE_KINDS = catalogue("sensing", "line_kinds", LineKind)
# Devices that stand at a line.
LINE_DEVICES: Final = ("manhole", "water_meter", "gas_meter", "heat_meter", "electricity_meter", "street_lamp")  # fmt: skip
