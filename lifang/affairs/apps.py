from django.apps import AppConfig


class AffairsConfig(AppConfig):
    name = "lifang.affairs"
    label = "affairs"

    def ready(self) -> None:
        from lifang.affairs import catalogue, events, listeners  # noqa: F401, PLC0415 -- declare themselves
        from lifang.affairs.actions import asking, halls, mandates, retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.affairs.web import cards, doors, paying, shown, sights  # noqa: F401, PLC0415 -- registers itself
