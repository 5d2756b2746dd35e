"""JSON Patch (RFC 6902) on one entity: add, replace, remove, test."""

from typing import Any, Final

from lifang.sensing.selectors.things import Unfit

MOST_STEPS: Final = 100
_ROOTS: Final = {"name", "description", "properties", "location"}


def patched(entity: dict[str, Any], steps: Any) -> dict[str, Any]:
    """What the entity's own words are afterwards. Raises `Unfit`."""
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise Unfit(f"A JSON Patch is a list of at most {MOST_STEPS} steps.")
    made = {name: entity[name] for name in _ROOTS if name in entity}
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("path"), str):
            raise Unfit("Each step has op and path.")
        _apply(made, step)
    before = {name: entity.get(name) for name in _ROOTS}
    return {name: value for name, value in made.items() if value != before[name] or name == "properties"}  # fmt: skip


def _apply(made: dict[str, Any], step: dict[str, Any]) -> None:
    names = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    if not names or names[0] not in _ROOTS:
        raise Unfit(f"{step['path'][:100]} cannot be changed.")
    inner: Any = made
    for name in names[:-1]:
        inner = _into(inner, name)
    last, op = names[-1], step.get("op")
    if not isinstance(inner, dict):
        raise Unfit(f"{step['path'][:100]}: only members of objects are changed.", 501)
    _done(inner, last, str(op), step)


def _done(inner: dict[str, Any], last: str, op: str, step: dict[str, Any]) -> None:
    if op not in ("add", "replace", "remove", "test"):
        raise Unfit(f"{op[:20]} is not done here.", 501)
    if op != "add" and last not in inner:
        raise Unfit(f"{step['path'][:100]} is not there.", 409)
    if op == "remove":
        del inner[last]
    elif op != "test":
        inner[last] = step.get("value")
    elif inner[last] != step.get("value"):
        raise Unfit(f"{step['path'][:100]} is otherwise.", 409)


def _into(inner: Any, name: str) -> Any:
    """A copy, so that what was read stays as it was."""
    if not isinstance(inner, dict) or not isinstance(inner.get(name), dict):
        raise Unfit(f"{name[:60]} has no members.", 409)
    inner[name] = dict(inner[name])
    return inner[name]
