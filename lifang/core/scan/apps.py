from django.apps import AppConfig


class ScanConfig(AppConfig):
    name = "lifang.core.scan"
    label = "scan"

    def ready(self) -> None:
        from lifang.core.scan import catalogue, retention  # noqa: F401, PLC0415 -- declares its words, puts its shelf up
