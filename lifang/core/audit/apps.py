from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lifang.core.audit"
    label = "audit"

    def ready(self) -> None:
        from lifang.core.audit import catalogue, jobs  # noqa: F401, PLC0415 -- declare themselves
        from lifang.core.audit.web import nav  # noqa: F401, PLC0415 -- registers itself
