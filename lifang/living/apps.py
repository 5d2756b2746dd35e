from django.apps import AppConfig


class LivingConfig(AppConfig):
    name = "lifang.living"
    label = "living"

    def ready(self) -> None:
        from lifang.living import actions, catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.living.actions import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.living.web import doors, noticed, paying, repair_shown  # noqa: F401, PLC0415 -- register themselves
