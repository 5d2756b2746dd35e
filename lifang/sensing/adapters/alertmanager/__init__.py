"""Prometheus Alertmanager, webhook version 4: each alert by its fingerprint, firing or resolved.

One alert is not the state of a device: `actions.alerts` keeps which fire and tells how many.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lifang.sensing.adapters.hooks import code_of, each
from lifang.sensing.adapters.lifang import moment_of
from lifang.sensing.adapters.plain import an_object, text
from lifang.sensing.catalogue import HOOKS, Hook
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

_VERSION = "4"


class Alert(NamedTuple):
    """One alert of one notification."""

    code: str
    fingerprint: str
    firing: bool
    name: str
    critical: bool
    since: int | None  # microseconds


def read(hook: Hook, body: bytes) -> list[Alert]:
    """All alerts of a notification. Raises `Refusing`."""
    said = an_object(body)
    if said.get("version") != _VERSION:
        raise Refusing(Poison.SHAPE, f"version {said.get('version')!s:.20}")
    return [_alert(hook, said, one) for one in each(hook, said)]


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """For the fixtures, and for whoever wants to see what a notification says."""
    hook = HOOKS.get(levels[1] if len(levels) == 2 else "alertmanager")
    if hook is None or hook.dialect != "alertmanager":
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    return [
        Incoming(one.code, {"firing": one.firing, "critical": one.critical}, one.since, one.fingerprint)
        for one in read(hook, body)
    ]  # fmt: skip


def _alert(hook: Hook, said: Any, one: Any) -> Alert:
    labels = one.get("labels") if isinstance(one, dict) else None
    if not isinstance(labels, dict) or one.get("status") not in ("firing", "resolved"):
        raise Refusing(Poison.SHAPE, "an alert has labels and a status")
    mark = text(one.get("fingerprint"), 64)
    if not mark:
        raise Refusing(Poison.SHAPE, "an alert has a fingerprint")
    return Alert(
        code_of(hook, said, one), mark, one["status"] == "firing", text(labels.get("alertname"), 120),
        labels.get("severity") in hook.critical, moment_of(one.get("startsAt")),
    )  # fmt: skip
