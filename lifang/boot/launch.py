"""The start, step by step: engines, schema, front end, then the platform's own processes."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lifang.boot import databases
from lifang.boot.build import build, digest
from lifang.boot.engines import probe, provision
from lifang.boot.engines.nats import Nats, check_outside, free
from lifang.boot.engines.postgres import SUPERUSER, Postgres
from lifang.boot.engines.process import dies_with_parent
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.boot.secrets import secret
from lifang.boot.steps import Step, Steps
from lifang.boot.supervisor import Program, Supervisor
from lifang.core.config import ROOT, Config, config

WORKER = ["jobs", "--concurrency", "2"]
DOORS_PATIENCE_SECONDS = 90.0
STATIC_KEPT_SECONDS = "7d"


@dataclass
class PostgresKept:
    """The embedded PostgreSQL, as the supervisor sees it."""

    server: Postgres
    name: str = "postgres"

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def alive(self) -> bool:
        return self.server.child.poll() is None

    def pid(self) -> int | None:
        return self.server.child.pid


@dataclass
class NatsKept:
    """The embedded NATS, as the supervisor sees it."""

    server: Nats
    name: str = "nats"

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def alive(self) -> bool:
        return self.server.child is not None and self.server.child.poll() is None

    def pid(self) -> int | None:
        return self.server.child.pid if self.server.child else None


def nats_of(settings: Config) -> Nats:
    """The NATS server under the data folder; not started."""
    home = Home.of(settings)
    names = ("app", "sys", "ingest", "issuer")
    passwords = {name: secret(f"nats_{name}") for name in names}
    log, record = home.logs / "nats.log", home.run / "nats.pid"
    return Nats(home.nats, log, record, passwords, settings.nats_bin, settings.mqtt_listen)


class Launch:
    """One run of `lifang up`."""

    def __init__(self, steps: Steps, settings: Config | None = None) -> None:
        self.steps = steps
        self.config = settings or config()
        self.home = Home.of(self.config).prepare()
        self.supervisor = Supervisor(self.home)
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lifang.boot.settings",
            "LIFANG_HOME": str(self.home.root),
        }
        self.env["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])
        )

    def up(self, seed: Callable[["Launch"], None] | None = None) -> None:
        """Everything runs and answers afterwards."""
        self.supervisor.alone()
        self.sweep()
        self.engines()
        build(self.steps, self.home)
        self.check()
        self.schema()
        if seed:
            seed(self)
        self.ports()
        web, streams, *others = self.programs()
        self.supervisor.add(web, streams)
        self.doors()
        self.supervisor.add(*others)  # after the doors: they would only slow them down

    def sweep(self) -> None:
        """End what a killed supervisor left, before ports are looked at."""
        for program in self.programs():
            program.sweep()

    def engines(self) -> None:
        with self.steps.step("数据库", "PostgreSQL") as step:
            step.done(self._postgres(step))
        with self.steps.step("消息", "NATS JetStream") as step:
            step.done(self._nats())

    def _postgres(self, step: Step) -> str:
        if not self.config.database_url:
            server = databases.embedded(self.config)
            server.start(lambda seconds: step.say(f"{seconds:.0f} s"))
            self.supervisor.add(_Started(PostgresKept(server)))
            superuser = server.url(SUPERUSER, "postgres")
            provision.provision(superuser, server.url(SUPERUSER, databases.NAME), databases.NAME)
        as_app, _ = databases.urls(self.config)
        where = "outside" if self.config.database_url else "embedded"
        return f"{probe.check(as_app)} {where}"

    def _nats(self) -> str:
        if self.config.nats_url:
            return f"{check_outside(self.config.nats_url)} outside"
        server = nats_of(self.config)
        self.supervisor.add(NatsKept(server))
        self.env["LIFANG_NATS_URL"] = server.url
        if self.config.mqtt_listen:
            self.env["LIFANG_DEVICES_URL"] = server.devices_url
        return f"{server.version()} embedded"

    def check(self) -> None:
        """Settings and catalogues: a mistake stops the start with its file and line. Skipped if none has changed."""
        stamp = self.home.run / "checked"
        with self.steps.step("设置与目录", "settings and catalogues") as step:
            sources = self._sources()
            if stamp.exists() and stamp.read_text() == sources:
                step.done("unchanged")
                return
            with self.run("check", stdout=subprocess.DEVNULL) as checking:
                pass
            if checking.returncode:
                raise Unfit(
                    "check_failed",
                    zh="设置或目录数据有误，请按下列提示改正。",
                    en="A setting or a catalogue is wrong; correct what is listed.",
                    said=_tail(self.home.logs / "check.log", lines=40),
                )
            stamp.write_text(sources)
            step.done("well")

    def _sources(self) -> str:
        """One hash of the code, the site's overlay and the settings."""
        folders = (ROOT / "lifang", self.config.site_dir)
        files = [
            file
            for folder in folders
            for kind in ("py", "yaml", "toml")
            for file in folder.rglob(f"*.{kind}")
        ]
        seen = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(files)]
        return hashlib.sha256(repr((seen, self.config)).encode()).hexdigest()

    def schema(self) -> None:
        """Migrations, skipped when the database says that it has these very ones."""
        as_app, as_owner = databases.urls(self.config)
        wanted = schema_stamp()
        with self.steps.step("数据结构", "migrations") as step:
            if stamp_of(as_app) == wanted:
                step.done("unchanged")
                return
            applied = self._upgrade(step)
            _set_stamp(as_owner, wanted)
            step.done(f"{applied} applied")

    def untouched(self) -> bool:
        """Nobody has acted here yet: the log has no line."""
        as_app, _ = databases.urls(self.config)
        with psycopg.connect(as_app, options="-c lifang.areas=*") as connection:
            row = connection.execute("SELECT NOT EXISTS (SELECT FROM audit_entry)").fetchone()
        return bool(row and row[0])

    def start_over(self) -> None:
        """Throw away what a killed seeding left. Only in the embedded database, and only a demo comes here."""
        if self.config.database_url:
            raise Unfit(
                "half_seeded",
                zh="上次生成演示数据时中断。请清空外部数据库后重试。",
                en="The last seeding was broken off. Empty the outside database, then try again.",
            )
        server = databases.embedded(self.config)
        superuser = server.url(SUPERUSER, "postgres")
        provision.drop_database(superuser, databases.NAME)
        provision.provision(superuser, server.url(SUPERUSER, databases.NAME), databases.NAME)
        shutil.rmtree(self.home.files)
        self.home.prepare()
        self.schema()

    def _upgrade(self, step: Step) -> int:
        applied = 0
        with self.run("upgrade", env={"LIFANG_ROLE": "lifang_owner"}) as upgrade:
            for line in upgrade.stdout or ():
                said = line.decode(errors="replace").split(maxsplit=2)
                if said and said[0].count("/") == 1 and said[0].replace("/", "").isdigit():
                    applied, total = (int(part) for part in said[0].split("/"))
                    step.advance(applied, total, said[1] if len(said) > 1 else "")
        if upgrade.returncode:
            where = self.home.logs / "upgrade.log"
            raise Unfit(
                "upgrade_failed",
                zh=f"数据结构升级失败，见 {where}。",
                en=f"The schema could not be upgraded, see {where}.",
                said=_tail(where),
            )
        return applied

    def run(
        self, *arguments: str, env: dict[str, str] | None = None, **options: Any
    ) -> "subprocess.Popen[bytes]":
        """A `lifang …` command as a child, its errors in a log of its name."""
        with (self.home.logs / f"{arguments[0]}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "lifang", *arguments],
                env={**self.env, **(env or {})},
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- one thread
                **{"stdout": subprocess.PIPE, "stderr": log, **options},
            )

    def programs(self) -> list[Program]:
        """The platform's own processes."""
        c, python = self.config, sys.executable
        granian = [
            python,
            "-m",
            "lifang.boot.serve",
            "--host",
            c.host,
            "--no-ws",
            "--respawn-failed-workers",
        ]
        granian += ["--respawn-interval", "0.5", "--workers-kill-timeout", "8"]
        granian += ["--log-level", "warning"]
        static = ["--static-path-route", "/static", "--static-path-mount", str(self.home.static)]
        static += ["--static-path-expires", STATIC_KEPT_SECONDS]
        web = [
            *granian,
            "--interface",
            "wsgi",
            "--port",
            str(c.port),
            "--workers",
            str(c.web_workers),
        ]
        web += ["--blocking-threads", "2", *static, "lifang.boot.wsgi:application"]
        one, gate = [*granian, "--workers", "1", "--interface"], str(c.gate_listens)
        commands: dict[str, list[str]] = {
            "web": web,
            "streams": [*one, "asgi", "--port", str(c.streams_port), "lifang.boot.streams:app"],
            "gate": [*one, "asgi", "--loop", "uvloop", "--port", gate, "lifang.boot.gate:app"],
            "relay": [python, "-m", "lifang", "relay"],
            "jobs": [python, "-m", "lifang", *WORKER],
        }
        if c.mqtt_listen or c.devices_url:  # two: while one starts again the other lets devices in
            commands |= {f"ingest{n}": [python, "-m", "lifang.boot.ingest"] for n in (1, 2)}
        more = {"sip": c.sip_listen, "panels": c.fire_listen, "onvif": c.onvif}
        commands |= {name: [python, "-m", f"lifang.boot.{name}"] for name in more if more[name]}
        return [Program(name, command, self.home, self.env) for name, command in commands.items()]

    def ports(self) -> None:
        """A port in use is refused with the setting that changes it."""
        for port, setting in (
            (self.config.port, "LIFANG_PORT"),
            (self.config.streams_port, "LIFANG_STREAMS_PORT"),
            (self.config.gate_listens, "LIFANG_GATE_PORT"),
        ):
            if not free(self.config.host, port):
                raise Unfit(
                    "port_taken",
                    zh=f"端口 {port} 已被其他程序占用。请设置 {setting} 使用其他端口。",
                    en=f"Port {port} is taken by another program. Choose another with {setting}.",
                )

    def doors(self) -> None:
        """Wait until both ports answer."""
        here = self.config.host if self.config.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 -- compared
        with self.steps.step("网页", "web") as step:
            self._await_answer("web", f"http://{here}:{self.config.port}/healthz")
            step.done(self.config.origin)
        with self.steps.step("实时", "streams") as step:
            self._await_answer(
                "streams", f"http://{here}:{self.config.streams_port}/streams/healthz"
            )
            step.done(self.config.streams_origin)

    def _await_answer(self, name: str, url: str) -> None:
        deadline = time.monotonic() + DOORS_PATIENCE_SECONDS
        while not answers(url):
            self.supervisor.tick(time.monotonic())
            if time.monotonic() > deadline:
                where = self.home.logs / f"{name}.log"
                raise Unfit(
                    "door_silent",
                    zh=f"{name} 没有应答，见 {where}。",
                    en=f"{name} does not answer, see {where}.",
                    said=_tail(where),
                )
            time.sleep(0.1)


class _Started(PostgresKept):
    """Already started by the step that shows its progress; only later starts are the supervisor's."""

    def __init__(self, kept: PostgresKept) -> None:
        super().__init__(kept.server)
        self._fresh = True

    def start(self) -> None:
        if self._fresh:
            self._fresh = False
            return
        super().start()


def answers(url: str, timeout_seconds: float = 5) -> bool:
    """Whether a GET gives 2xx or 3xx."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds) as answer:  # noqa: S310 -- our own address
            return bool(answer.status < 400)
    except (OSError, ValueError):
        return False


def schema_stamp() -> str:
    """Changes with any migration of ours, the wall, and the libraries that bring migrations."""
    package = ROOT / "lifang"
    files = [
        *package.glob("**/migrations/*.py"),
        *package.glob("core/access/wall*"),
        *package.glob("**/*.sql"),
    ]
    libraries = "-".join(version(name) for name in ("django", "procrastinate"))
    return f"lifang {digest(files)[:16]} {libraries}"


def stamp_of(url: str) -> str:
    """Which schema the database says it has; kept as its comment, so that it goes where the database goes."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return str(row[0]) if row else ""


def _set_stamp(url: str, stamp: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(connection.info.dbname), sql.Literal(stamp)
            )
        )


def _tail(log: Path, lines: int = 12) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def on_signals(supervisor: Supervisor) -> None:
    """SIGTERM does what Ctrl-C does: while starting it breaks off, while watching it ends the watch."""

    def ask(number: int, frame: object) -> None:
        if supervisor.stopping:
            return
        supervisor.stopping = True
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask)
