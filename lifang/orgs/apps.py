from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "lifang.orgs"
    label = "orgs"

    def ready(self) -> None:
        from lifang.orgs import catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.orgs.web import nav  # noqa: F401, PLC0415 -- registers itself
