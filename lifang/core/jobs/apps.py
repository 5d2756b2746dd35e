from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Contexts' `jobs.py` are found by procrastinate (`PROCRASTINATE_AUTODISCOVER_MODULE_NAME`)."""

    name = "lifang.core.jobs"
    label = "jobs"
