"""Where PostgreSQL is: an outside server by URL, or the embedded one through its socket."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lifang.boot.engines.postgres import APP, OWNER
from lifang.core.config import Config

SESSION = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def database_settings(config: Config, role: str = APP) -> dict[str, Any]:
    """Django's settings for one role. Migrations run as the owner, everything else as the application."""
    url = config.owner_url if role == OWNER else config.database_url
    return {
        "ENGINE": "django.db.backends.postgresql",
        **(_from_url(url) if url else _embedded(config, role)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "TEST": {"MIRROR": None},
    }


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {"options": SESSION, **query},
    }


def _embedded(config: Config, role: str) -> dict[str, Any]:
    return {
        "NAME": "lifang",
        "USER": role,
        "PASSWORD": "",
        "HOST": str(config.home / "run"),
        "PORT": "",
        "OPTIONS": {"options": SESSION},
    }
