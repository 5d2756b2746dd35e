"""Slots that a lower page offers and higher contexts fill."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Filling = tuple[str, dict[str, Any]] | None
Filler = Callable[..., Filling]

_FILLERS: dict[str, list[tuple[int, str, Filler]]] = {}


def panel(slot: str, *, order: int = 50) -> Callable[[Filler], Filler]:
    """Fill a slot: the function gets the request and the slot's facts, answers template and context, or nothing."""

    def register(filler: Filler) -> Filler:
        name = f"{filler.__module__}.{filler.__qualname__}"
        fillers = [known for known in _FILLERS.get(slot, []) if known[1] != name]
        _FILLERS[slot] = sorted([*fillers, (order, name, filler)], key=lambda known: known[:2])
        return filler

    return register


def filled(slot: str, request: HttpRequest, **facts: Any) -> list[SafeString]:
    """What the slot shows to this request, in order."""
    shown = []
    for _, _, filler in _FILLERS.get(slot, []):
        filling = filler(request, **facts)
        if filling is not None:
            template, context = filling
            html = render_to_string(template, context, request=request)
            shown.append(mark_safe(html))  # noqa: S308 -- a rendered template
    return shown


def forget(slot: str) -> None:
    """Empty a slot (tests)."""
    _FILLERS.pop(slot, None)
