from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "lifang.core.offline"
    label = "offline"

    def ready(self) -> None:
        from lifang.core.offline.web.entries import register_entries  # noqa: PLC0415 -- apps must be ready

        register_entries()
