from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "lifang.sensing"
    label = "sensing"

    def ready(self) -> None:
        from lifang.sensing import actions, catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.sensing.actions import retention  # noqa: F401, PLC0415 -- its shelf
        from lifang.sensing.web import alarm_doors, doors, story  # noqa: F401, PLC0415 -- registers itself

        actions.watches(actions.WATCHER)
        actions.watches(actions.VIGILS)
