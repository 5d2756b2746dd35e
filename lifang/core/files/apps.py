from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "lifang.core.files"
    label = "files"
