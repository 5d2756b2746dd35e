"""A real NATS with JetStream under the data folder. A pipe, never the truth: its store may be deleted."""

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from lifang.boot.engines.postgres import private
from lifang.boot.engines.process import (
    dies_with_parent,
    dropped,
    end,
    gone,
    number,
    recall,
    remember,
    service_uid,
)
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import write_private
from lifang.core.crypto.nkeys import Issuer, seed_of

OLDEST = (2, 12, 3)  # earlier ones lose acknowledged messages in ways later fixed
FIRST_PORT = 4222
CONFIG = """\
server_name: lifang
listen: "127.0.0.1:{port}"
max_payload: 1MB
jetstream {{ store_dir: "{store}", max_mem: 64MB, max_file: 5GB, sync_interval: always }}
{mqtt}
accounts {{
  SYS {{ users: [ {{ user: sys, password: "{sys}" }} ] }}
  LIFANG {{
    jetstream: enabled
    users: [ {{ user: app, password: "{app}" }} ]
    {exports}
  }}
  {devices}
}}
system_account: SYS
"""
# Devices have accounts of their own (lifang.boot.lanes), and are let in by whoever answers the callout (lifang.boot.callout). ThingsBoard's
# topics and those of SensorThings (v1.1 is v1//1 here) do not say who speaks: they pass to our account with the name of the speaker on them.
MQTT = """\
mqtt {{ listen: "{listen}", ack_wait: "5s", max_ack_pending: 1000 }}
authorization {{ auth_callout {{ issuer: {issuer}, account: LIFANG, auth_users: [ app, sys, ingest, guard ] }} }}
"""
EXPORTS = 'exports: [ { service: "tb.>", accounts: [ DEVICES, GUARD ] } ]'
DEVICES = "".join(
    f"""\
{account} {{{{
    jetstream: enabled
    users: [ {{{{ user: {user}, password: "{{ingest}}" }}}} ]
    imports: [
      {{{{ service: {{{{ account: LIFANG, subject: "tb.v1.>" }}}}, to: "v1.>", share: true }}}}
      {{{{ service: {{{{ account: LIFANG, subject: "tb.v2.>" }}}}, to: "v2.>", share: true }}}}
      {{{{ service: {{{{ account: LIFANG, subject: "tb.v1//1.>" }}}}, to: "v1//1.>", share: true }}}}
    ]
  }}}}
"""
    for account, user in (("DEVICES", "ingest"), ("GUARD", "guard"))
)


def program(setting: str = "") -> Path:
    """The setting, else the wheel's program next to this Python, else the one on the path."""
    if setting:
        if not Path(setting).is_file():
            raise Unfit(
                "nats_bin_wrong",
                zh=f"没有 {setting} 这个程序。请改正 LIFANG_NATS_BIN 或删除该设置。",
                en=f"There is no program {setting}. Correct LIFANG_NATS_BIN or remove it.",
            )
        return Path(setting)
    beside = Path(sys.executable).parent / "nats-server"
    found = beside if beside.exists() else shutil.which("nats-server")
    if not found:
        raise Unfit(
            "nats_missing",
            zh="没有找到 nats-server。请安装它并设置 LIFANG_NATS_BIN，或用 LIFANG_NATS_URL 连接外部服务器。",
            en="No nats-server. Install one and set LIFANG_NATS_BIN, or point LIFANG_NATS_URL at a server.",
        )
    return Path(found)


def check_version(version: str) -> None:
    """Refuse a server that is too old."""
    if tuple(int(part) for part in re.findall(r"\d+", version)[:3]) < OLDEST:
        least = ".".join(map(str, OLDEST))
        raise Unfit(
            "nats_too_old",
            zh=f"NATS 服务器版本 {version} 过旧，请升级到 {least} 或更新版本。",
            en=f"The NATS server is {version}. Upgrade it to {least} or newer.",
        )


def greeting(url: str, *, timeout_seconds: float = 2) -> dict[str, object]:
    """What the server says of itself before any login: version, JetStream."""
    parts = urlsplit(url.split(",", maxsplit=1)[0])
    with socket.create_connection(
        (parts.hostname or "127.0.0.1", parts.port or 4222), timeout_seconds
    ) as line:
        said = line.makefile("rb").readline().decode()
    if not said.startswith("INFO "):
        raise OSError(f"no NATS server at {parts.hostname}:{parts.port}")
    told: dict[str, object] = json.loads(said[5:])
    return told


def check_outside(url: str) -> str:
    """Refuse an outside server that is away, too old or without JetStream. Returns its version."""
    try:
        told = greeting(url)
    except (OSError, ValueError) as fault:
        where = urlsplit(url.split(",", maxsplit=1)[0])
        raise Unfit(
            "nats_away",
            zh=f"无法连接 NATS 服务器 {where.hostname}:{where.port}（{fault}）。请启动它或改正 LIFANG_NATS_URL。",
            en=f"No NATS server answers at {where.hostname}:{where.port} ({fault}). "
            "Start it or correct LIFANG_NATS_URL.",
        ) from fault
    version = str(told.get("version", "0"))
    check_version(version)
    if not told.get("jetstream"):
        raise Unfit(
            "nats_without_jetstream",
            zh="该 NATS 服务器未启用 JetStream。请按 deploy/nats.conf 启用（sync_interval: always）。",
            en="The NATS server has no JetStream. Enable it as in deploy/nats.conf (sync_interval: always).",
        )
    return version


@dataclass
class Nats:
    """One server of ours in `folder`; `secrets` are the passwords of `app` and `sys`."""

    folder: Path
    log: Path
    record: Path
    secrets: dict[str, str]
    bin_setting: str = ""
    mqtt_listen: str = ""
    port: int = FIRST_PORT

    def __post_init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        kept = self.folder / "port"
        with contextlib.suppress(OSError, ValueError):
            self.port = int(kept.read_text())

    @property
    def url(self) -> str:
        """For clients on this machine; the port is that of the last start."""
        return f"nats://app:{self.secrets['app']}@127.0.0.1:{self.port}"

    @property
    def devices_url(self) -> str:
        """For the workers that read what devices send."""
        return f"nats://ingest:{self.secrets['ingest']}@127.0.0.1:{self.port}"

    def version(self) -> str:
        said = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True, check=True
        ).stdout
        return number(said)

    @property
    def program(self) -> Path:
        return program(self.bin_setting)

    def start(self, patience_seconds: float = 60) -> None:
        """Takes connections afterwards."""
        check_version(self.version())
        private(self.folder)
        self.stop()
        self.port = self._port()
        text = CONFIG.format(
            port=self.port, store=self.folder / "store", **self.secrets, **self._doors()
        )
        write_private(self.folder / "nats.conf", text, owner=service_uid())
        write_private(self.folder / "port", str(self.port))
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [self._reachable(), "-c", self.folder / "nats.conf"],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- one thread
                **dropped(),
            )
        remember(self.record, self.child.pid)
        self._await_ready(patience_seconds)

    def _doors(self) -> dict[str, str]:
        """The parts of the settings that let devices in by MQTT."""
        if not self.mqtt_listen:
            return {"mqtt": "", "exports": "", "devices": ""}
        mqtt = MQTT.format(
            listen=self.mqtt_listen, issuer=Issuer(seed_of(self.secrets["issuer"])).public
        )
        devices = DEVICES.format(ingest=self.secrets["ingest"])
        return {"mqtt": mqtt, "exports": EXPORTS, "devices": devices}

    def stop(self) -> None:
        """Whatever ran on this folder is gone afterwards."""
        server = self.running()
        if server is not None:
            end(server, politely=signal.SIGTERM, patience_seconds=15)
        self.record.unlink(missing_ok=True)

    def running(self) -> psutil.Process | None:
        server = recall(self.record)
        return server if server is not None and not gone(server) else None

    def _await_ready(self, patience_seconds: float) -> None:
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                greeting(self.url)
            except OSError:
                pass
            else:
                return
            ended = self.child is not None and self.child.poll() is not None
            if ended or time.monotonic() > deadline:
                said = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise Unfit(
                    "nats_did_not_start",
                    zh=f"NATS 没有启动，见 {self.log}。",
                    en=f"NATS did not start, see {self.log}.",
                    said=said,
                )
            time.sleep(0.02)

    def _port(self) -> int:
        """The port of last time if it is free, so that settings copied by a person stay right."""
        candidates: tuple[int, ...] = (self.port, *range(FIRST_PORT, FIRST_PORT + 400))
        return next(port for port in candidates if free("127.0.0.1", int(port)))

    def _reachable(self) -> Path:
        """A copy beside the data when the user the server runs as cannot reach the program."""
        who = dropped()
        if not who or _runs(self.program):
            return self.program
        copy = self.folder.with_name("nats-server-" + self.version())
        if not copy.exists():
            shutil.copy2(self.program, copy.with_suffix(".new"))
            copy.with_suffix(".new").replace(copy)
            copy.chmod(0o755)
        return copy


def _runs(file: Path) -> bool:
    try:
        done = subprocess.run(
            [file, "--version"], cwd="/", capture_output=True, **dropped(), check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
