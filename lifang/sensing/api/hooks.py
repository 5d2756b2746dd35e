"""`POST /api/sensing/hooks/<system>`: what foreign systems tell, read as `data/hooks.yaml` says; a true receipt like that of a batch.

With a key (bearer, or the password of HTTP Basic), or at `…/<system>/<prefix of a signing key>` signed by Standard Webhooks.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import close_old_connections, transaction
from standardwebhooks.webhooks import Webhook

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing.actions.alerts import fold
from lifang.sensing.actions.intake import take_each
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import alertmanager
from lifang.sensing.adapters import hooks as reading
from lifang.sensing.adapters.plain import anything
from lifang.sensing.api.batches import (
    Gate,
    NotStored,
    Receive,
    Send,
    acknowledge,
    answer,
    log,
    whole,
)
from lifang.sensing.catalogue import HOOKS, Hook
from lifang.sensing.rules import Refusing
from lifang.sensing.rules.lines import line_of
from lifang.sensing.terms import Owner, Poison, Way

ROOT: Final = "/api/sensing/hooks/"
NEAR_SECONDS: Final = 300
_MOST_SIGNATURES: Final = 10
Headers = Mapping[bytes, bytes]


async def hooks(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One message of a foreign system."""
    headers: Headers = dict(scope["headers"])
    key, _, prefix = scope["path"].removeprefix(ROOT).partition("/")
    hook = HOOKS.get(key)
    if hook is None:
        await answer(send, 404, {"reason": "not_found"})
        return
    signed = await gate.signer(prefix) if prefix else None
    owner = signed[0] if signed else None
    if not prefix:
        owner = await gate.owner(headers.get(b"authorization", b""))
    if owner is None or owner.sandbox:
        await answer(send, 403 if owner else 401, {"reason": "sandbox_key" if owner else "key_not_valid"})  # fmt: skip
        return
    body = await whole(receive)
    if body is None:
        await answer(send, 413, {"reason": Poison.TOO_LARGE.value})
        return
    if signed and not is_signed(signed[1], headers, body, gate.clock()):
        await answer(send, 401, {"reason": "signature_not_valid"})
        return
    await _answered(gate, owner, hook, _number(headers), body, send)


async def _answered(gate: Gate, owner: Owner, hook: Hook, number: str, body: bytes, send: Send) -> None:  # fmt: skip
    if hook.dialect == "alertmanager":
        await acknowledge(send, gate.apart(take_alerts, gate, owner, hook, body))
    else:
        await acknowledge(send, gate.take(owner, parcels(owner, hook, body, number), _as_it_is))


def is_signed(secret: str, headers: Headers, body: bytes, at: datetime) -> bool:
    """Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`, all three over the bytes as they came."""
    number, when, said = (headers.get(name, b"").decode("latin-1") for name in (b"webhook-id", b"webhook-timestamp", b"webhook-signature"))  # fmt: skip
    if not number or not (when.isascii() and when.isdigit() and len(when) <= 12):
        return False
    if abs(at.timestamp() - int(when)) > NEAR_SECONDS:
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    wanted = Webhook(secret).sign(number, datetime.fromtimestamp(int(when), UTC), text)
    given = said.split(" ")[:_MOST_SIGNATURES]
    return any(hmac.compare_digest(wanted.encode(), one.encode("latin-1")) for one in given)


def parcels(owner: Owner, hook: Hook, body: bytes, number: str = "") -> list[Parcel]:
    """A message, read; or what is wrong with it."""
    topic = f"hooks/{hook.key}"
    try:
        heard = reading.read(hook, anything(body), number)
    except Refusing as wrong:
        return [Parcel(owner, Way.HOOK, None, body, topic, wrong)]
    return [Parcel(owner, Way.HOOK, said, body, topic) for said in heard]


def take_alerts(gate: Gate, owner: Owner, hook: Hook, body: bytes) -> dict[str, Any]:
    """A notification of Alertmanager: what fires now and what it means for each device, in one transaction."""
    close_old_connections()
    at = gate.clock()
    try:
        with behind(SYSTEM), transaction.atomic():
            told = _folded(owner, hook, body, at)
            receipt = take_each(gate.register, told, at)
    except Exception as fault:
        log.exception("a notification was not stored")
        gate.register.forget()
        raise NotStored from fault
    refused = [
        {"line": n + 1, "reason": wrong.reason.value, "detail": wrong.detail}
        for n, wrong in sorted(receipt.refused.items())
    ]
    return {"taken": len(told) - len(refused), "refused": refused}


def _folded(owner: Owner, hook: Hook, body: bytes, at: datetime) -> list[Parcel]:
    try:
        alerts = alertmanager.read(hook, body)
    except Refusing as wrong:
        return [Parcel(owner, Way.HOOK, None, body, "alertmanager", wrong)]
    return [Parcel(owner, Way.HOOK, said, line_of(said)) for said in fold(owner, alerts, at)]


def _number(headers: Headers) -> str:
    """The sender's id of the message."""
    return headers.get(b"webhook-id", b"").decode("latin-1")[:70]


def _as_it_is(owner: Owner, made: Any) -> Parcel:
    assert isinstance(made, Parcel)  # noqa: S101 -- narrows the type
    return made


__all__ = ["ROOT", "hooks", "is_signed", "parcels", "take_alerts"]
