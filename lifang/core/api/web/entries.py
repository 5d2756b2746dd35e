"""Where the pages of the API are found."""

from django.utils.translation import gettext_lazy as _

from lifang.core.web.nav import Entry, register


def register_entries() -> None:
    register(
        Entry(
            "me",
            "keys",
            _("API keys"),
            "keys:list",
            icon="key",
            capability="api.issue_key",
            order=70,
        ),
        Entry("footer", "api", _("Interfaces"), "api_reference", icon="api", order=80),
    )
