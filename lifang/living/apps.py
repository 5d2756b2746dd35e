from django.apps import AppConfig


class LivingConfig(AppConfig):
    name = "lifang.living"
    label = "living"

    def ready(self) -> None:
        from lifang.living import actions, catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.living.web import doors, paying  # noqa: F401, PLC0415 -- register themselves
