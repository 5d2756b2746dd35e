from django.apps import AppConfig


class BootConfig(AppConfig):
    name = "lifang.boot"
    label = "boot"
