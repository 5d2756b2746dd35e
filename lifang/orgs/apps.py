from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "lifang.orgs"
    label = "orgs"

    def ready(self) -> None:
        from lifang.core.web.kept import hangs_on  # noqa: PLC0415
        from lifang.orgs import catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.orgs.selectors import revision  # noqa: PLC0415
        from lifang.orgs.web import nav  # noqa: F401, PLC0415 -- registers itself

        hangs_on(revision)
