from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class EventsConfig(AppConfig):
    name = "lifang.core.events"
    label = "events"

    def ready(self) -> None:
        for app in apps.get_app_configs():  # every context's declarations and listeners
            for module in ("events", "listeners"):
                if app.name.startswith("lifang.") and find_spec(f"{app.name}.{module}"):
                    import_module(f"{app.name}.{module}")
