from django.apps import AppConfig


class AffairsConfig(AppConfig):
    name = "lifang.affairs"
    label = "affairs"

    def ready(self) -> None:
        from lifang.affairs import catalogue  # noqa: F401, PLC0415 -- declares itself
        from lifang.affairs.web import doors  # noqa: F401, PLC0415 -- registers itself
