from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lifang.registry"
    label = "registry"
