from datetime import datetime

from django.http import HttpRequest

from lifang.core.access.actor import Actor
from lifang.core.accounts.sessions import SessionStore


class Request(HttpRequest):
    """A request as views get it, after the middleware."""

    actor: Actor
    at: datetime
    session: SessionStore  # type: ignore[assignment]  # Django promises only its base
    LANGUAGE_CODE: str
    elder: bool
