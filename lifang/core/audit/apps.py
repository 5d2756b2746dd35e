from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lifang.core.audit"
    label = "audit"
