"""Where PostgreSQL is: an outside server by URL, or the embedded one through its socket."""

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from lifang.boot.engines.postgres import APP, OWNER, Postgres, run_dir
from lifang.boot.home import Home
from lifang.core.config import Config

NAME = "lifang"
SESSION = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def database_settings(config: Config, role: str = APP) -> dict[str, Any]:
    """Django's settings for one role. Migrations run as the owner, everything else as the application."""
    url = urls(config)[role == OWNER]
    return {
        "ENGINE": "lifang.boot.backend",
        **_from_url(url, session="" if role == OWNER else SESSION),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "TEST": {"MIRROR": None},
    }


def embedded(config: Config) -> Postgres:
    """The server under the data folder; not started."""
    home = Home.of(config)
    return Postgres(home.postgres, home.logs / "postgres.log", bin_setting=config.pg_bin or None)


def urls(config: Config) -> tuple[str, str]:
    """The database as the application and as the owner."""
    if config.database_url:
        return config.database_url, config.owner_url or config.database_url
    socket = quote(str(run_dir(Home.of(config).postgres)), safe="")
    as_app, as_owner = (f"postgresql://{role}@/{NAME}?host={socket}" for role in (APP, OWNER))
    return as_app, as_owner


def _from_url(url: str, session: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {"options": session, **query},
    }
