from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.accounts.models import Account
from lifang.core.accounts.terms import AccountKind
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table


def state_chip(account: Account) -> Chip:
    if account.closed_at:
        return Chip("idle", _("Closed for ever"))
    if account.locked_at:
        return Chip("danger", _("Locked"), icon="lock")
    if account.password_issued:
        return Chip("waiting", _("Password issued"))
    return Chip("done", _("In use"))


def _by_state(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    wanted = rows.none()
    if "open" in values:
        wanted |= rows.filter(closed_at=None, locked_at=None)
    if "locked" in values:
        wanted |= rows.filter(closed_at=None).exclude(locked_at=None)
    if "closed" in values:
        wanted |= rows.exclude(closed_at=None)
    return wanted


class AccountTable(Table):
    login = Column(
        _("Login"), link=lambda row: reverse("accounts:one", args=[row.pk]), sort="login"
    )
    name = Column(_("Full name"), sort="name")
    kind = Column(_("Kind"), value="get_kind_display")
    area = Column(_("Area"), sort="area")
    state = Column(_("State"), value=state_chip, cell="state")
    has_factor = Column(_("Authenticator"), cell="yes")
    last_login = Column(_("Last signed in"), cell="time", sort="last_login")
    opened_at = Column(_("Opened on"), cell="time", sort="opened_at", shown=False)

    key = "accounts"
    private = True
    search = ("login", "name")
    filters = (
        Choice(
            "state",
            _("State"),
            {"open": _("In use"), "locked": _("Locked"), "closed": _("Closed for ever")},
            apply=_by_state,
        ),
        Choice(
            "kind",
            _("Kind"),
            {kind.value: kind.label for kind in (AccountKind.STAFF, AccountKind.MACHINE)},
        ),
    )
    order = "login"
    empty = Empty(_("No account yet."), _("Accounts of your area appear here."))
