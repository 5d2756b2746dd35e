from django.apps import AppConfig


class I18nConfig(AppConfig):
    name = "lifang.core.i18n"
    label = "i18n"

    def ready(self) -> None:
        from lifang.core.i18n.messages import compile_messages  # noqa: PLC0415 -- Babel is slow

        compile_messages()
