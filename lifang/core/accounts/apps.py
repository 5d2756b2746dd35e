from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lifang.core.accounts"
    label = "accounts"
