from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "lifang.sensing"
    label = "sensing"

    def ready(self) -> None:
        from lifang.sensing.web import doors  # noqa: F401, PLC0415 -- registers itself
