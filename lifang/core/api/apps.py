from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "lifang.core.api"
    label = "api"

    def ready(self) -> None:
        from lifang.core.api import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.core.api.web.entries import register_entries  # noqa: PLC0415 -- apps must be ready

        register_entries()
