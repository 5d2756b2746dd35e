"""Columns of spreadsheets from data elements."""

from collections.abc import Mapping
from typing import Any

from lifang.core.access import Actor
from lifang.core.crypto.masks import MASKS
from lifang.core.sheets.declare import Column
from lifang.core.sheets.terms import Kind
from lifang.registry.catalogue import ELEMENTS, codes

_KINDS = {"code": Kind.CHOICE, "date": Kind.DATE, "number": Kind.WHOLE}


def column(element: str, *others: str, key: str = "", **facts: Any) -> Column:
    """A column from its data element: name, kind, code list and mask are the element's."""
    spec = ELEMENTS[element]
    listed = spec.codes

    def choices(actor: Actor, area: str) -> Mapping[str, str]:
        return dict(codes(listed).choices())

    facts.setdefault("kind", _KINDS.get(spec.type, Kind.TEXT))
    mask = MASKS[spec.mask] if spec.mask else None
    return Column(
        key or element.partition(".")[2], facts.pop("name", spec.name), others=others, element=spec.key, mask=mask,
        choices=choices if listed else None, **facts,
    )  # fmt: skip
