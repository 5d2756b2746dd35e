from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lifang.registry"
    label = "registry"

    def ready(self) -> None:
        from lifang.registry.actions import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.registry.web import doors, expiring, grids, holds, phone, sights, todos  # noqa: F401, PLC0415 -- registers itself
