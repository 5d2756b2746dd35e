"""Everything in one file, and back: database, files and keys, with a manifest that says what must come out again."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from lifang.boot import databases
from lifang.boot.engines import provision
from lifang.boot.engines.postgres import SUPERUSER, binaries
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.boot.steps import Steps
from lifang.boot.supervisor import Supervisor
from lifang.core.config import Config, config

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
COUNT = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
# As the owner, row-level security hides rows unless the session says that it looks everywhere.
SEES_ALL = {"PGOPTIONS": "-c lifang.areas=* -c lifang.backup=on"}


@dataclass(frozen=True)
class Place:
    """The database to save or to fill, by a role that sees and may make everything."""

    url: str
    bin: Path
    superuser: bool

    @classmethod
    def of(cls, settings: Config) -> "Place":
        if settings.database_url:
            return cls(
                databases.urls(settings)[1], binaries(settings.pg_bin or None), superuser=False
            )
        server = databases.embedded(settings)
        return cls(server.url(SUPERUSER, databases.NAME), server.bin, superuser=True)

    def run(self, name: str, *arguments: str | Path) -> None:
        """pg_dump or pg_restore; its complaint becomes ours."""
        env = {**os.environ, "LC_ALL": "C.UTF-8", **SEES_ALL}
        command = [str(self.bin / name), *map(str, arguments)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip()[:2000]
            raise Unfit(f"{name}_failed", zh=f"{name} 失败。", en=f"{name} failed.", said=said)

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection]:
        """One transaction with one view of everything."""
        with psycopg.connect(self.url, options=SEES_ALL["PGOPTIONS"]) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield connection


def counts(connection: psycopg.Connection) -> dict[str, int]:
    """Rows of every table."""
    names = [str(row[0]) for row in connection.execute(COUNT)]
    found = {}
    for name in names:
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        ).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def backup(
    file: Path, settings: Config | None = None, steps: Steps | None = None
) -> dict[str, Any]:
    """Write the archive (0600: it holds the keys). Returns its manifest."""
    settings, steps = settings or config(), steps or Steps()
    home, place = Home.of(settings).prepare(), Place.of(settings)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        dump = Path(folder) / DUMP
        with steps.step("数据库", "database") as step:
            rows = _dump(place, dump)
            step.done(f"{sum(rows.values())} rows, {dump.stat().st_size // 1024} KiB")
        with steps.step("文件与密钥", "files and keys") as step:
            members = {DUMP: dump, **_below(home.files, "files"), **_below(home.keys, "keys")}
            manifest = _manifest(rows, members)
            _pack(fresh, manifest, members)
            fresh.replace(file)
            step.done(f"{len(members) - 1} files, {file.stat().st_size // 1024} KiB")
    return manifest


def _dump(place: Place, dump: Path) -> dict[str, int]:
    """pg_dump and the counts see the very same snapshot."""
    with place.session() as connection:
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        rows = counts(connection)
        security = () if place.superuser else ("--enable-row-security",)
        place.run("pg_dump", "-Fc", "--snapshot", snapshot, *security, "-f", dump, place.url)
    return rows


def _below(folder: Path, prefix: str) -> dict[str, Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {f"{prefix}/{path.relative_to(folder)}": path for path in found}


def _manifest(rows: dict[str, int], members: dict[str, Path]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lifang": version("lifang"),
        "rows": rows,
        "sha256": {name: _sum(path.open("rb")) for name, path in members.items()},
    }


def _sum(opened: IO[bytes]) -> str:
    with opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()  # type: ignore[arg-type]


def _pack(file: Path, manifest: dict[str, Any], members: dict[str, Path]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
        text = json.dumps(manifest, indent=1).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for name, path in members.items():
            archive.add(path, name, recursive=False)
        archive.close()
        out.flush()
        os.fsync(out.fileno())


def restore(
    file: Path, settings: Config | None = None, steps: Steps | None = None
) -> dict[str, Any]:
    """Fill an empty data folder or database, then prove that everything came out again. Returns the manifest."""
    settings, steps = settings or config(), steps or Steps()
    home = Home.of(settings).prepare()
    guard = Supervisor(home)
    guard.alone()
    try:
        with tempfile.TemporaryDirectory(dir=home.root) as folder:
            with steps.step("检查归档", "archive") as step:
                manifest = _unpack(file, Path(folder))
                step.done(f"{len(manifest['sha256'])} checksums, made {manifest['made_at']}")
            place = Place.of(settings)
            _insist_empty(place)
            with steps.step("数据库", "database") as step:
                step.done(f"{_fill(place, Path(folder) / DUMP, manifest)} rows")
            with steps.step("文件与密钥", "files and keys"):
                _put(Path(folder) / "files", home.files)
                _put(Path(folder) / "keys", home.keys)
    finally:
        guard.stop()
    with steps.step("审计链", "audit chain") as step:
        step.done(_verify_audit(settings))
    return manifest


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    if manifest["format"] != FORMAT:
        raise Unfit(
            "backup_format",
            zh=f"归档格式 {manifest['format']} 未知。请用生成它的版本恢复。",
            en=f"Archive format {manifest['format']} is unknown. Restore with the version that made it.",
        )
    for name, wanted in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _sum(path.open("rb")) != wanted:
            raise Unfit(
                "backup_damaged",
                zh=f"归档已损坏：{name} 的校验和不符。请改用另一份备份。",
                en=f"The archive is damaged: the checksum of {name} is wrong. Use another backup.",
            )
    return manifest


def _insist_empty(place: Place) -> None:
    with place.session() as connection:
        used = [name for name, rows in counts(connection).items() if rows]
    if used:
        raise Unfit(
            "restore_not_empty",
            zh="目标数据库不是空的。请用新的 LIFANG_HOME 或新建的数据库恢复。",
            en="The database is not empty. Restore with a new LIFANG_HOME or into a new database.",
        )


def _fill(place: Place, dump: Path, manifest: dict[str, Any]) -> int:
    if place.superuser:  # a database of its own, so that nothing of the empty one is in the way
        server = place.url.replace(f"/{databases.NAME}?", "/postgres?")
        provision.drop_database(server, databases.NAME)
        provision.create_database(server, databases.NAME)
        provision.grant(place.url)
    owners = () if place.superuser else ("--no-owner", "--no-comments")
    place.run(
        "pg_restore", "--exit-on-error", "--single-transaction", *owners, "-d", place.url, dump
    )
    with place.session() as connection:
        found = counts(connection)
    if found != manifest["rows"]:
        wrong = sorted(
            name
            for name in found.keys() | manifest["rows"]
            if found.get(name) != manifest["rows"].get(name)
        )
        raise Unfit(
            "restore_incomplete",
            zh=f"恢复不完整，这些表的行数不符：{', '.join(wrong)}",
            en=f"The restore is incomplete; these tables have other numbers of rows: {', '.join(wrong)}",
        )
    return sum(found.values())


def _put(source: Path, target: Path) -> None:
    """Keys and files of the archive replace those of the empty installation, which are set aside."""
    if not source.is_dir():
        return
    if target.exists() and any(target.iterdir()):
        aside = target.with_name(f"{target.name}.before-restore")
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.rglob("*")):
        to = target / path.relative_to(source)
        if path.is_dir():
            to.mkdir(mode=0o700, exist_ok=True)
        else:
            shutil.move(path, to)
            to.chmod(0o600)


def _verify_audit(settings: Config) -> str:
    """In a process of its own: Django here may have been set up on the database that was dropped."""
    import sys  # noqa: PLC0415

    env = {
        **os.environ,
        "LIFANG_HOME": str(settings.home),
        "LIFANG_DATABASE_URL": settings.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "lifang", "audit_verify"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unfit(
            "audit_broken",
            zh="审计链校验失败，请勿使用这份数据，改用另一份备份。",
            en="The audit chain does not hold: do not use these data, take another backup.",
            said=done.stdout + done.stderr,
        )
    return done.stdout.strip()
