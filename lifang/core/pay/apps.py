from django.apps import AppConfig


class PayConfig(AppConfig):
    name = "lifang.core.pay"
    label = "pay"
