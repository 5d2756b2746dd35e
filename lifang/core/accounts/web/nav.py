"""Where the pages of accounts stand in the doors."""

from django.utils.translation import gettext_lazy as _

from lifang.core.access import Kind
from lifang.core.web.nav import Entry, register

register(
    Entry("me", "account", _("My account"), "accounts:account", icon="user-cog", order=80),
    Entry("me", "sign-out", _("Sign out"), "accounts:sign-out", icon="logout", order=90),
    Entry(
        "desk",
        "accounts",
        _("Accounts"),
        "accounts:list",
        icon="users-group",
        capability="accounts.see",
        order=80,
        bar=True,
    ),
    Entry(
        "my",
        "account",
        _("My account"),
        "accounts:account",
        icon="user-cog",
        order=80,
        short=_("Account"),
    ),
    Entry("kiosk", "sign-in", _("Sign in"), "accounts:sign-in", icon="login", order=90),
    Entry(
        "public",
        "sign-in",
        _("Sign in"),
        "accounts:sign-in",
        icon="login",
        order=90,
        kinds=(Kind.ANONYMOUS,),
    ),
    Entry(
        "public",
        "account",
        _("My account"),
        "accounts:account",
        icon="user-circle",
        order=90,
        short=_("Account"),
        kinds=(Kind.RESIDENT,),
    ),
)
