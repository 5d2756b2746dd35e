from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "lifang.core.flow"
    label = "flow"
