from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lifang.cases"
    label = "cases"
