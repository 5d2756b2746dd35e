from django.apps import AppConfig


class I18nConfig(AppConfig):
    name = "lifang.core.i18n"
    label = "i18n"
