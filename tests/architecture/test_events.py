"""Events are for ever: a name, once told, keeps its fields.

`pytest tests/architecture/test_events.py --update-golden` adds new ones; it refuses to change old ones.
"""

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from lifang.core.events.registry import EVENTS

GOLDEN = Path(__file__).with_name("events.golden.yaml")
HEAD = "# Every event ever told: name → its facts. Adding is fine (--update-golden); changing or removing is not.\n"
Shape = dict[str, dict[str, str]]


def declared() -> Shape:
    """The events of the product, not those of tests."""
    return {
        name: {part.name: _type(part.type) for part in fields(kind)}
        for name, kind in sorted(EVENTS.items())
        if kind.__module__.startswith("lifang.") and ".tests" not in kind.__module__
    }


def _type(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)


def broken_promises(golden: Shape, now: Shape) -> list[str]:
    """Events that are gone, and facts that are gone or have become something else."""
    gone = [f"{name} is told no more" for name in golden if name not in now]
    changed = [
        f"{name}.{fact} was {kind}, is {now[name].get(fact, 'gone')}"
        for name, facts in golden.items()
        if name in now
        for fact, kind in facts.items()
        if now[name].get(fact) != kind
    ]
    return gone + changed


def golden() -> Shape:
    return yaml.safe_load(GOLDEN.read_text("utf-8")) if GOLDEN.exists() else {}


def test_no_event_changed_and_every_event_is_known(request: pytest.FixtureRequest):
    now = declared()
    assert broken_promises(golden(), now) == []
    if request.config.getoption("update_golden"):
        GOLDEN.write_text(HEAD + yaml.safe_dump(now, allow_unicode=True, sort_keys=True), "utf-8")
    assert now == golden(), "new events or facts: run with --update-golden"


def test_events_carry_ids_codes_and_times_only():
    telling = {
        "name",
        "text",
        "phone",
        "telephone",
        "address",
        "title",
        "identity",
        "note",
        "description",
    }
    assert [
        f"{name}.{fact}" for name, facts in declared().items() for fact in facts if fact in telling
    ] == []


def test_every_event_knows_its_time():
    assert [name for name, facts in declared().items() if facts.get("at") != "datetime"] == []
