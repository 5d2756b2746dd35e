from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "lifang.sensing"
    label = "sensing"
