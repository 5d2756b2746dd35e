from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "lifang.core.retention"
    label = "retention"

    def ready(self) -> None:
        from lifang.core.retention import checks  # noqa: F401, PLC0415 -- declares itself
