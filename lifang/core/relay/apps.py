from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "lifang.core.relay"
    label = "relay"
