from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lifang.cases"
    label = "cases"

    def ready(self) -> None:
        from lifang.cases import catalogue, events, listeners  # noqa: F401, PLC0415 -- declare themselves
        from lifang.cases.actions import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.cases.web import (  # noqa: F401, PLC0415 -- registers itself
            callups,
            doors,
            holds,
            joint,
            noticed,
            panels,
            phone,
            scope,
            sights,
            story,
        )
