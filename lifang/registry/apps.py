from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lifang.registry"
    label = "registry"

    def ready(self) -> None:
        from lifang.registry.web import doors, grids, phone, sights, todos  # noqa: F401, PLC0415 -- registers itself
