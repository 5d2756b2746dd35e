"""Keys: shown once, kept as a digest (or sealed, where both sides compute with them), limited to the devices of whoever holds them, with an end."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.api.secret import new_token
from lifang.sensing import rules
from lifang.sensing.catalogue import policy
from lifang.sensing.models import Admission, Device, Key
from lifang.sensing.terms import KeyKind


@action("sensing.issue_device_key")
def issue_device_key(
    *, actor: Actor, device: Device, at: datetime, days: int = 0, kind: KeyKind = KeyKind.TOKEN
) -> Key:
    """A key for one device or gateway and what is behind it; earlier ones of its kind end. `token` is there on this object alone."""
    held = Device.objects.hold(device.pk)
    insist(
        rules.may_retire(held.state),
        Refusal("key_days", {"field": "days"}) if not 0 <= days <= 1830 else None,
    )
    insist(Refusal("video_code_needed") if kind is KeyKind.DIGEST and not held.video_code else None)
    insist(Refusal("line_address_needed") if kind is KeyKind.LINE and not rules.is_line_address(held.code) else None)  # fmt: skip
    held.keys.filter(revoked_at__isnull=True, kind=kind).update(revoked_at=at)
    return make_key(at, days or policy("key_days"), device=held, kind=kind)


@action("sensing.revoke_device_key")
def revoke_device_key(*, actor: Actor, device: Device, at: datetime) -> int:
    """From now on nothing comes in with a key of this device."""
    return Device.objects.hold(device.pk).keys.filter(revoked_at__isnull=True).update(revoked_at=at)


def make_key(
    at: datetime,
    days: int,
    *,
    device: Device | None = None,
    admission: Admission | None = None,
    areas: Sequence[str] = (),
    sandbox: bool = False,
    kind: KeyKind = KeyKind.TOKEN,
) -> Key:
    """Called inside actions."""
    token = new_token()
    shared = str(device.code) if kind is KeyKind.LINE and device else _SHARED[kind]() if kind else None  # fmt: skip
    made = Key(
        prefix=token.prefix, digest=token.digest(), device=device, admission=admission, areas=list(areas), sandbox=sandbox,
        kind=kind, shared=shared, issued_at=at, expires_at=at + timedelta(days=days),
    )  # fmt: skip
    made.save(force_insert=True)
    made.token = shared or str(token)
    return made


def _signing() -> str:
    """As Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    """Sixteen letters and digits without look-alikes (92 bits): many cameras take no longer one."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SHARED = {KeyKind.SIGNED: _signing, KeyKind.DIGEST: _password}
