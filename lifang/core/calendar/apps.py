from django.apps import AppConfig
from django.core.checks import register


class CalendarConfig(AppConfig):
    name = "lifang.core.calendar"
    label = "calendar"

    def ready(self) -> None:
        from lifang.core.calendar import catalogue  # noqa: F401, PLC0415 -- declares the catalogues
        from lifang.core.calendar.checks import (  # noqa: PLC0415 -- models must be ready
            check_known_years,
        )

        register(check_known_years)
