from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "lifang.core.forms"
    label = "forms"

    def ready(self) -> None:
        from lifang.core.forms import retention  # noqa: F401, PLC0415 -- puts its shelf up
