"""PyPI `django-ogc-sensorthings` on PostgreSQL under uvicorn: `python peer_things.py PORT URL [migrate]`. Runs in an environment of its own."""

import sys
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

urlpatterns: list = []  # its addresses can be read only once it is set up


def main(port: str, url: str, *words: str) -> None:
    parts = urlsplit(url)
    settings.configure(
        DEBUG=False, SECRET_KEY="of a benchmark", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": parts.username,
            "HOST": parse_qs(parts.query)["host"][0], "CONN_MAX_AGE": None,
        }},
        INSTALLED_APPS=[
            "sensorthings.versions.v1_1", "sensorthings.versions.v1_1.backends.django", "sensorthings.versions.v1_1.extensions.dataarray",
        ],
        SENSORTHINGS_V1_1_SERVICE_URL=f"http://127.0.0.1:{port}",
        SENSORTHINGS_V1_1_BACKEND_ADAPTER="sensorthings.versions.v1_1.backends.django.adapter.DjangoBackendAdapter",
        SENSORTHINGS_V1_1_ID_TYPE=UUID, SENSORTHINGS_V1_1_ID_DELIMITER="'",
    )  # fmt: skip
    django.setup()
    urlpatterns.append(path("", include("sensorthings.versions.v1_1.urls")))
    if words == ("migrate",):
        call_command("migrate", verbosity=0)
        return
    import uvicorn  # noqa: PLC0415 -- of this environment alone
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 -- once it is set up

    uvicorn.run(get_wsgi_application(), host="127.0.0.1", port=int(port), interface="wsgi", log_level="error")  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
