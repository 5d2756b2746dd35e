"""`lifang status` and `lifang doctor`: what runs, what is wrong, and what mends it."""

import ipaddress
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from lifang.boot import databases, launch
from lifang.boot.build import BUILT, PACKAGE
from lifang.boot.engines import probe
from lifang.boot.engines.nats import check_outside, free
from lifang.boot.engines.process import gone
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.core.config import Config, config

ENOUGH_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: `mend` is empty when all is well."""

    zh: str
    en: str
    found: str
    mend: str = ""

    @property
    def well(self) -> bool:
        return not self.mend


def status() -> int:
    """What runs on this data folder; 0 when everything does, 3 when nothing does."""
    home, console = Home.of(), Console(highlight=False)
    try:
        state = json.loads((home.run / "state.json").read_text())
    except (OSError, ValueError):
        state = {"supervisor": 0, "children": []}
    runs = _alive(state["supervisor"])
    table = Table("进程 process", "pid", "重启 restarts", "", box=None)
    for child in state["children"] if runs else []:
        well = _alive(child["pid"])
        table.add_row(
            child["name"],
            str(child["pid"]),
            str(child["restarts"]),
            "[green]✓[/green]" if well else "[red]✗[/red]",
        )
    if runs:
        console.print(table)
        console.print(f"{config().origin}   {home.root}")
        return 0 if all(_alive(child["pid"]) for child in state["children"]) else 1
    console.print(f"未运行 not running   {home.root}")
    return 3


def _alive(pid: int | None) -> bool:
    return bool(pid) and psutil.pid_exists(int(pid or 0)) and not gone(psutil.Process(pid))


def doctor(settings: Config | None = None) -> int:
    """Every check, each with its mend; 1 if any has one."""
    console = Console(highlight=False)
    findings = list(examine(settings or config()))
    for finding in findings:
        mark = "[green]✓[/green]" if finding.well else "[red]✗[/red]"
        console.print(f"{mark} {finding.zh} {finding.en}  [dim]{finding.found}[/dim]")
        if not finding.well:
            console.print(f"    {finding.mend}", style="yellow", markup=False)
    return 0 if all(finding.well for finding in findings) else 1


def examine(settings: Config) -> Iterator[Finding]:
    """All findings, also when some engine is away."""
    for check in CHECKS:
        try:
            yield from check(settings)
        except Unfit as fault:
            yield Finding(check.__name__.strip("_"), "", fault.code, f"{fault.zh}\n    {fault.en}")


def _python(settings: Config) -> Iterator[Finding]:
    yield Finding("Python", "", sys.version.split()[0])


def _site(settings: Config) -> Iterator[Finding]:
    there = (settings.site_dir / "site.yaml").is_file()
    mend = f"请把 LIFANG_SITE 设为 {settings.sites_dir} 中的一个。 Set LIFANG_SITE to one of the folders there."
    yield Finding("站点", "site", str(settings.site), "" if there else mend)


def _disk(settings: Config) -> Iterator[Finding]:
    left = shutil.disk_usage(_existing(settings.home)).free
    mend = "空间不足 2 GiB，请清理或把 LIFANG_HOME 移到更大的盘。 Less than 2 GiB left: free some or move LIFANG_HOME."
    yield Finding(
        "磁盘", "disk", f"{left / 1024**3:.1f} GiB", "" if left > ENOUGH_DISK_BYTES else mend
    )


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _keys(settings: Config) -> Iterator[Finding]:
    loose = [
        file for file in sorted(Home.of(settings).keys.glob("*")) if file.stat().st_mode & 0o077
    ]
    mend = f"密钥可被他人读取。 Others can read the keys: chmod 600 {' '.join(map(str, loose))}"
    yield Finding(
        "密钥", "keys", "0600" if not loose else f"{len(loose)} loose", mend if loose else ""
    )


def _postgres(settings: Config) -> Iterator[Finding]:
    as_app = databases.urls(settings)[0]
    where = "outside" if settings.database_url else "embedded"
    try:
        connection = psycopg.connect(as_app, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError:
        probe.check(as_app)
        return
    with connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), datctype, datlocale, current_setting('data_checksums') "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        said = " · ".join(str(part) for part in row or () if part)
        faults = list(probe.faults(connection))
    if not faults:
        yield Finding("数据库", "PostgreSQL", f"{said} · {where}")
    for fault in faults:
        yield Finding("数据库", "PostgreSQL", f"{said} · {where}", f"{fault.zh}\n    {fault.en}")
    stamp, wanted = launch.stamp_of(as_app), launch.schema_stamp()
    mend = "请执行 lifang upgrade（lifang up 会自动执行）。 Run lifang upgrade; lifang up does it by itself."
    yield Finding("数据结构", "schema", stamp or "none", "" if stamp == wanted else mend)


def _nats(settings: Config) -> Iterator[Finding]:
    if settings.nats_url:
        version = check_outside(settings.nats_url)
        yield Finding("消息", "NATS", f"{version} · outside · sync_interval: see deploy/nats.conf")
        return
    server = launch.nats_of(settings)
    yield Finding("消息", "NATS", f"{server.version()} · embedded · sync_interval always")


def _ports(settings: Config) -> Iterator[Finding]:
    ours = _alive(_supervisor(settings))
    for port, name in (
        (settings.port, "LIFANG_PORT"),
        (settings.streams_port, "LIFANG_STREAMS_PORT"),
        (settings.gate_listens, "LIFANG_GATE_PORT"),
    ):
        taken = not ours and not free(settings.host, port)
        mend = f"被其他程序占用，请设置 {name}。 Taken by another program: set {name}."
        yield Finding("端口", "port", str(port), mend if taken else "")


def _gate(settings: Config) -> Iterator[Finding]:
    """While the platform runs, the way in for devices answers too."""
    if not _alive(_supervisor(settings)):
        return
    here = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 -- compared
    url = f"http://{here}:{settings.gate_listens}/api/sensing/healthz"
    mend = f"设备数据入口没有应答，见 {Home.of(settings).logs / 'gate.log'}。 The way in for devices does not answer: see that file."
    yield Finding("设备入口", "gate", url, "" if launch.answers(url) else mend)


def _sip(settings: Config) -> Iterator[Finding]:
    """Cameras send by UDP, which says nothing when nobody listens: asked with OPTIONS, as they do."""
    if not settings.sip_listen:
        return
    host, port = sip_address(settings.sip_listen)
    if not _alive(_supervisor(settings)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_:
            try:
                probe_.bind((host, port))
                mend = ""
            except OSError as fault:
                mend = f"{fault}\n    请设置 LIFANG_SIP_LISTEN。 Set LIFANG_SIP_LISTEN."
        yield Finding("视频告警端口", "GB/T 28181", settings.sip_listen, mend)
        return
    mend = f"没有应答，见 {Home.of(settings).logs / 'sip.log'}。 Does not answer: see that file."
    well = sip_answers("127.0.0.1" if host == "0.0.0.0" else host, port)  # noqa: S104 -- compared
    yield Finding("视频告警", "GB/T 28181", settings.sip_listen, "" if well else mend)


def _panels(settings: Config) -> Iterator[Finding]:
    """A line that opens is enough: what is not of a named network is closed at once."""
    if not settings.fire_listen:
        return
    mend = ""
    try:
        if not [ipaddress.ip_network(one.strip()) for one in settings.fire_from.split(",") if one.strip()]:  # fmt: skip
            mend = "请设置 LIFANG_FIRE_FROM，否则谁也听不到。 Set LIFANG_FIRE_FROM, or nobody is heard."
        host, port = sip_address(settings.fire_listen)
        if _alive(_supervisor(settings)):
            with socket.create_connection(("127.0.0.1" if host == "0.0.0.0" else host, port), 2):  # noqa: S104 -- compared
                pass
    except ValueError as fault:
        mend = f"{fault}\n    请检查 LIFANG_FIRE_LISTEN、LIFANG_FIRE_FROM。 Look at these two."
    except OSError:
        mend = f"没有应答，见 {Home.of(settings).logs / 'panels.log'}。 Does not answer: see that file."
    yield Finding("消防主机", "GB/T 26875.3", settings.fire_listen, mend)


def _onvif(settings: Config) -> Iterator[Finding]:
    """Cameras that have an address, and how many of them answer."""
    as_app = databases.urls(settings)[0]
    try:
        with psycopg.connect(as_app, options="-c lifang.areas=*", connect_timeout=10) as connection:
            row = connection.execute("SELECT count(*), count(*) FILTER (WHERE why <> '' OR since IS NULL) FROM sensing_pull").fetchone()  # fmt: skip
    except psycopg.Error:
        return  # the database's own finding says it
    every, away = row or (0, 0)
    if not every:
        return
    mend = "有摄像机等待查询，请设置 LIFANG_ONVIF=true。 Cameras wait to be asked: set LIFANG_ONVIF=true." if not settings.onvif else ""  # fmt: skip
    if settings.onvif and away:
        mend = (
            f"{away} 台摄像机没有应答，见设备页面。 {away} cameras do not answer: see their pages."
        )
    yield Finding("摄像机事件", "ONVIF", f"{every - away}/{every}", mend)


def sip_address(listen: str) -> tuple[str, int]:
    """Host and port of `LIFANG_SIP_LISTEN`."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 -- cameras are elsewhere


def sip_answers(host: str, port: int) -> bool:
    """Whether an OPTIONS is answered within a second or two."""
    mark = os.urandom(6).hex()
    lines = ["OPTIONS sip:lifang SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{mark}", "From: <sip:doctor@lifang>;tag=1", "To: <sip:lifang>", f"Call-ID: {mark}", "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""]  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(1)
        for _ in range(2):
            try:
                asked.sendto("\r\n".join(lines).encode(), (host, port))
                return asked.recv(4096).startswith(b"SIP/2.0 200")
            except OSError:
                continue
    return False


def _supervisor(settings: Config) -> int:
    try:
        return int(json.loads((Home.of(settings).run / "state.json").read_text())["supervisor"])
    except (OSError, ValueError, KeyError):
        return 0


def _built(settings: Config) -> Iterator[Finding]:
    mend = "请执行 lifang build。 Run lifang build."
    yield Finding(
        "前端", "front end", "built" if BUILT.exists() else "none", "" if BUILT.exists() else mend
    )
    missing = [
        po
        for po in PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po")
        if not po.with_suffix(".mo").exists()
    ]
    yield Finding("文字", "messages", f"{len(missing)} not compiled", mend if missing else "")


CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    _python,
    _site,
    _disk,
    _keys,
    _postgres,
    _nats,
    _ports,
    _gate,
    _sip,
    _panels,
    _onvif,
    _built,
)
