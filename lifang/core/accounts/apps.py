from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lifang.core.accounts"
    label = "accounts"

    def ready(self) -> None:
        from lifang.core.accounts import catalogue, events, jobs  # noqa: F401, PLC0415 -- declare themselves
        from lifang.core.accounts.actions import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.core.accounts.web import nav  # noqa: F401, PLC0415 -- registers itself
