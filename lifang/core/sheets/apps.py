from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SheetsConfig(AppConfig):
    """Contexts declare their spreadsheets in `web/sheets.py`."""

    name = "lifang.core.sheets"
    label = "sheets"

    def ready(self) -> None:
        from lifang.core.sheets import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.core.sheets.web.entries import register_entries  # noqa: PLC0415 -- models must be ready

        autodiscover_modules("web.sheets")
        register_entries()
