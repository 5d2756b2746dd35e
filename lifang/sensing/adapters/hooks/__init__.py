"""Webhooks of foreign systems, read by what `data/hooks.yaml` says of them: `hooks/<key>`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from lifang.sensing.adapters.lifang import moment_of
from lifang.sensing.adapters.plain import anything, flat, text
from lifang.sensing.catalogue import HOOKS, Hook, Reading, steps
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

MOST: Final = 10_000  # in one message
_MOST_TEXT: Final = 200


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    hook = HOOKS.get(levels[1]) if len(levels) == 2 else None
    if hook is None or hook.dialect != "mapped":
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    return read(hook, anything(body))


def read(hook: Hook, said: Any, number: str = "") -> list[Incoming]:
    """What a message says; `number` is its id where it has none inside."""
    items = each(hook, said)
    many = hook.each != "$"
    return [_one(hook, said, item, number, n if many else None) for n, item in enumerate(items)]


def each(hook: Hook, said: Any) -> list[Any]:
    """Its parts. Raises `Refusing`."""
    if not isinstance(said, dict):
        raise Refusing(Poison.SHAPE, "an object is expected")
    found = list(at_path(said, said, hook.each, MOST + 1))
    if not found:
        raise Refusing(Poison.SHAPE, f"nothing at {hook.each}")
    if len(found) > MOST:
        raise Refusing(Poison.TOO_LARGE, hook.each)
    return found


def code_of(hook: Hook, said: Any, item: Any) -> str:
    """Whose it is; "" is the key's own device."""
    for path in hook.device:
        found = first(said, item, path)
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)
        if isinstance(found, str) and found:
            return found[:200]
    return ""


def first(said: Any, item: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    return next(at_path(said, item, path, 1), None) if path else None


def at_path(said: Any, item: Any, path: str, most: int) -> Iterator[Any]:
    """All that stands there."""
    here = [said if path[0] == "$" else item]
    for step in steps(path) or ():
        here = [deeper for one in here for deeper in _deeper(one, step)][:most]
    yield from here


def _deeper(one: Any, step: str | int | None) -> list[Any]:
    if step is None:
        return list(one) if isinstance(one, list) else list(one.values()) if isinstance(one, dict) else []  # fmt: skip
    if isinstance(step, int):
        return [one[step]] if isinstance(one, list) and step < len(one) else []
    return [one[step]] if isinstance(one, dict) and step in one else []


def _one(hook: Hook, said: Any, item: Any, number: str, place: int | None) -> Incoming:
    own = first(said, item, hook.id)
    own = text(str(own), 80) if isinstance(own, (str, int)) and not isinstance(own, bool) else ""
    if own and place is not None and hook.id[0] == "$":
        own = f"{own}:{place}"
    if not own and number:
        own = number if place is None else f"{number}:{place}"
    return Incoming(
        code_of(hook, said, item), _values(hook, said, item), moment_of(first(said, item, hook.at)), own,
        _facts(hook, said, item), first(said, item, hook.test) is True,
    )  # fmt: skip


def _values(hook: Hook, said: Any, item: Any) -> dict[str, Any]:
    found = first(said, item, hook.flat)
    values = flat(found) if isinstance(found, dict) else {}
    for word, reading in hook.values.items():
        told = first(said, item, reading.path)
        if told is not None:
            values[word] = _value(word, told, reading)
    return values


def _value(word: str, told: Any, reading: Reading) -> Any:
    if not isinstance(told, (bool, int, float, str)):
        raise Refusing(Poison.VALUE, word[:60])
    if reading.equals:
        return any(told == one and isinstance(told, str) == isinstance(one, str) for one in reading.equals)  # fmt: skip
    if reading.times == 1 or isinstance(told, bool):
        return told
    try:
        return float(told) * reading.times
    except ValueError:
        raise Refusing(Poison.VALUE, f"{word}: {told!s:.60}") from None


def _facts(hook: Hook, said: Any, item: Any) -> dict[str, Any] | None:
    found = {name: first(said, item, path) for name, path in hook.facts.items()}
    return {
        name: told[:_MOST_TEXT] if isinstance(told, str) else told
        for name, told in found.items() if isinstance(told, (bool, int, float, str))
    } or None  # fmt: skip
