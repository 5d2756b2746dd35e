"""The authenticator: six figures that change every thirty seconds, each good once."""

import hmac
from datetime import datetime
from typing import Final

import pyotp

from lifang.core.ids import short_code

PERIOD: Final = 30
DRIFT: Final = 1  # steps of clock difference that are forgiven
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 10


def new_secret() -> str:
    return pyotp.random_base32()


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // PERIOD


def step_of(secret: str, code: str, at: datetime, after: int) -> int | None:
    """The step this code belongs to, if it is a step near `at` and later than the last one used."""
    clock, now, plain = pyotp.TOTP(secret), step_at(at), code.replace(" ", "")
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        right = hmac.compare_digest(clock.generate_otp(step).encode(), plain.encode())
        if right and step > after:
            found = step
    return found


def address(secret: str, login: str, issuer: str) -> str:
    """What the QR code says to the authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    return [short_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
