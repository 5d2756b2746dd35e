"""Where spreadsheets are found."""

from django.utils.translation import gettext_lazy as _

from lifang.core.web.nav import Entry, register


def register_entries() -> None:
    register(Entry("me", "sheets", _("Spreadsheets"), "sheets:sheets", icon="table-import", capability="sheets.take_in", order=40))  # fmt: skip
