from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "lifang.core.offline"
    label = "offline"

    def ready(self) -> None:
        from lifang.core.offline import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.core.offline.web.entries import register_entries  # noqa: PLC0415 -- apps must be ready

        register_entries()
