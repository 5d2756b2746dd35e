from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lifang.exchange"
    label = "exchange"

    def ready(self) -> None:
        from lifang.exchange import actions, catalogue, events  # noqa: F401, PLC0415 -- declare themselves
        from lifang.exchange.web import doors  # noqa: F401, PLC0415 -- registers itself
