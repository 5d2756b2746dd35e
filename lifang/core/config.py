"""The one typed `Config`: environment `LIFANG_*` over one TOML file, over these defaults."""

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

ROOT = Path(__file__).resolve().parents[2]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Wiring only. What a city would tune is catalogue data (`sites/<site>/`)."""

    # Root's home is closed to the user the database runs as.
    home: Path = Path("/var/lib/lifang" if os.geteuid() == 0 else "~/.local/share/lifang")
    site: str = "default"
    sites_dir: Path = ROOT / "sites"
    database_url: str = ""  # "" = the embedded PostgreSQL; the role must be lifang_app
    owner_url: str = ""  # the same database as lifang_owner, for migrations
    nats_url: str = ""  # "" = the embedded NATS
    pg_bin: str = ""  # folder of another PostgreSQL's programs
    nats_bin: str = ""
    devices_url: str = ""  # NATS as the user `ingest` of the account DEVICES; "" = the embedded one
    mqtt_listen: str = ""  # e.g. 0.0.0.0:1883; "" = the embedded NATS speaks no MQTT
    archive_dir: Path | None = (
        None  # old observations as Parquet; nothing = the folder archive of home
    )
    sip_listen: str = ""  # e.g. 0.0.0.0:5060 (UDP); "" = no GB/T 28181
    sip_id: str = (
        "99010100002000000001"  # our code of GB/T 28181; its first ten digits are the realm
    )
    fire_listen: str = ""  # e.g. 0.0.0.0:5200 (TCP); "" = no GB/T 26875.3
    fire_from: str = ""  # networks that its lines may come from, e.g. 10.8.0.0/16
    fire_service_url: str = ""  # where 119 takes documents; "" = the local stand-in: nothing leaves
    fire_service_secret: str = ""
    onvif: bool = False  # ask the cameras that have an address for their events
    host: str = "127.0.0.1"
    port: int = 8000
    streams_port: int = 8001
    gate_port: int = 0  # devices over HTTP; 0 = the port after streams_port
    public_url: str = ""  # "" = http://host:port
    streams_url: str = ""  # "" = http://host:streams_port; one origin behind a proxy
    allowed_hosts: list[str] = []
    trusted_proxy: bool = False
    debug: bool = False
    demo: bool = False
    crypto_profile: Literal["intl", "gm"] = "intl"
    password_profile: Literal["intl", "dengbao"] = "intl"  # noqa: S105 -- a profile's name
    web_workers: int = 2
    sms_url: str = ""  # "" = the local stand-in: nothing leaves, the outbox page shows it
    sms_secret: str = ""
    smtp_url: str = ""  # smtps://user:password@host:465; "" = the local stand-in
    mail_from: str = ""
    assistant_url: str = (
        ""  # an OpenAI-compatible service that may put quotations into words; "" = none
    )
    assistant_model: str = ""
    assistant_key: str = ""
    tile_url: str = ""  # an outside map background, if the operator has one

    @property
    def files_dir(self) -> Path:
        return self.home / "files"

    @property
    def archive(self) -> Path:
        return (self.archive_dir or self.home / "archive").expanduser()

    @property
    def keys_file(self) -> Path:
        return self.home / "keys" / "ring.json"

    @property
    def site_dir(self) -> Path:
        return self.sites_dir / self.site

    @property
    def gate_listens(self) -> int:
        return self.gate_port or self.streams_port + 1

    @property
    def gate_origin(self) -> str:
        """Where devices send: behind a proxy the same origin as the pages."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.gate_listens}"

    @property
    def origin(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def streams_origin(self) -> str:
        return (self.streams_url or f"http://{self.host}:{self.streams_port}").rstrip("/")


def _from_toml() -> dict[str, Any]:
    path = Path(os.environ.get("LIFANG_CONFIG", "lifang.toml")).expanduser()
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _from_environment() -> dict[str, Any]:
    names = {field.name: field for field in msgspec.structs.fields(Config)}
    found: dict[str, Any] = {}
    for name in names:
        raw = os.environ.get(f"LIFANG_{name.upper()}")
        if raw is not None:
            found[name] = (
                [part for part in raw.split(",") if part] if name.endswith("hosts") else raw
            )
    return found


@cache
def config() -> Config:
    """The process's configuration. A wrong name or value raises `msgspec.ValidationError` naming it."""
    values = {**_from_toml(), **_from_environment()}
    unknown = set(values) - {field.name for field in msgspec.structs.fields(Config)}
    if unknown:
        raise msgspec.ValidationError(f"lifang.toml: unknown settings {sorted(unknown)}")
    read = msgspec.convert(values, Config, strict=False, dec_hook=lambda kind, raw: kind(raw))
    return msgspec.structs.replace(read, home=read.home.expanduser().absolute())
