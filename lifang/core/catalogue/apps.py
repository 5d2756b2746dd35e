from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from lifang.core.catalogue.loader import load_all


class CatalogueConfig(AppConfig):
    name = "lifang.core.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        register(check_catalogues)


def check_catalogues(**_: Any) -> list[CheckMessage]:
    """A bad catalogue file stops the start, not a request."""
    return [Error(str(mistake), id="catalogue.E001") for mistake in load_all()]
