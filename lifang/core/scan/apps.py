from django.apps import AppConfig


class ScanConfig(AppConfig):
    name = "lifang.core.scan"
    label = "scan"

    def ready(self) -> None:
        from lifang.core.scan import retention  # noqa: F401, PLC0415 -- puts its shelf up
