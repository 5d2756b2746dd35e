"""PyPI `django-ogc-sensorthings` as a server of its own, on SQLite: `python peer.py PORT FOLDER`. Runs in the environment of the clients."""

import sys
from pathlib import Path
from uuid import UUID

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

urlpatterns: list = []  # its addresses can be read only once it is set up


def main(port: str, folder: str) -> None:
    settings.configure(
        DEBUG=False, SECRET_KEY="of a test", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "peer.sqlite")}},
        INSTALLED_APPS=[
            "sensorthings.versions.v1_1", "sensorthings.versions.v1_1.backends.django", "sensorthings.versions.v1_1.extensions.dataarray",
        ],
        SENSORTHINGS_V1_1_SERVICE_URL=f"http://127.0.0.1:{port}",
        SENSORTHINGS_V1_1_BACKEND_ADAPTER="sensorthings.versions.v1_1.backends.django.adapter.DjangoBackendAdapter",
        SENSORTHINGS_V1_1_ID_TYPE=UUID, SENSORTHINGS_V1_1_ID_DELIMITER="'",
    )  # fmt: skip
    django.setup()
    urlpatterns.append(path("", include("sensorthings.versions.v1_1.urls")))
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
