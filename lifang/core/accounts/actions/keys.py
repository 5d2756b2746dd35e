"""The keys of sealed values, from the machine itself."""

from datetime import datetime

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.crypto import rotate


@action("accounts.rotate_keys")
def rotate_keys(*, actor: Actor, at: datetime) -> str:
    """Put a new key on the ring; its id. What was sealed before stays readable (`crypto.rotation`)."""
    return rotate()
