from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lifang.core.web"
    label = "web"
