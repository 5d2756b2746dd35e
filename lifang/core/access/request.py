from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

from lifang.core.access.actor import Actor

if TYPE_CHECKING:  # accounts stand above access
    from lifang.core.accounts.sessions import SessionStore


class Request(HttpRequest):
    """A request as views get it, after the middleware."""

    actor: Actor
    at: datetime
    session: "SessionStore"  # type: ignore[assignment]  # Django promises only its base
    LANGUAGE_CODE: str
    elder: bool
