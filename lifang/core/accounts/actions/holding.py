"""What several actions of accounts share."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import models

from lifang.core import notify
from lifang.core.access import Refused
from lifang.core.access.models import on_hold
from lifang.core.accounts.models import Account, Session

M = TypeVar("M", bound=models.Model)


def hold(model: type[M], pk: UUID) -> M:
    """Lock the row for this action and keep how it was for the log."""
    row = model._default_manager.select_for_update().filter(pk=pk).first()  # noqa: SLF001 -- Django's public name
    if row is None:
        raise Refused("not_found")
    note = on_hold.get()
    if note is not None:
        note(row)
    return row


def end_all(account: Account, *, but: UUID | None = None) -> int:
    """End the account's sessions at once; how many."""
    sessions = Session.objects.filter(account=account)
    ended, _ = (sessions.exclude(pk=but) if but else sessions).delete()
    return ended


def tell(account: Account, template: str, at: datetime) -> None:
    """Tell the account's holder, in their own inbox."""
    notify.send(
        to=f"account:{account.pk}", template=template, facts={}, at=at, language=account.language
    )
