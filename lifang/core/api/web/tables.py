from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.api.models import ApiKey
from lifang.core.web.show import Chip
from lifang.core.web.tables import Column, Empty, Table


def _chip(row: ApiKey) -> Any:
    if row.revoked_at:
        return Chip("idle", _("Revoked"))
    over = row.expires_at <= row.asked_at  # type: ignore[attr-defined]  # as annotated
    return Chip("idle", _("Expired")) if over else Chip("done", _("In force"))


class KeyTable(Table):
    name = Column(
        _("What it is for"),
        sort="name",
        wide=True,
        link=lambda row: reverse("keys:revocation", args=[row.pk]),
    )
    account = Column(_("Acts as"), value="account.name", sort="account__name")
    kind = Column(_("Kind"), value=lambda row: _("Test key") if row.watched else _("Key"))
    begins = Column(_("Begins with"), value=lambda row: f"lf_{row.prefix}…")
    reach = Column(_("Only in"), value=lambda row: ", ".join(row.areas) or "—")
    may = Column(_("May also act"), value=lambda row: len(row.capabilities), cell="number")
    used_at = Column(_("Last used"), cell="time", sort="used_at")
    expires_at = Column(_("Expires"), cell="time", sort="expires_at")
    state = Column(_("State"), cell="state", value=_chip)

    key = "keys"
    private = True
    search = ("name", "prefix", "account__name")
    order = "-issued_at"
    empty = Empty(
        _("There is no key yet."),
        _("A program needs a key to read or act through the API."),
        act=(_("Issue a key"), "keys:new"),
        icon="key",
    )
