"""The `lifang` command. What it does not know itself is a Django management command."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lifang.boot.engines.unfit import Unfit

HELP = """\
lifang 里坊

  lifang up                     start everything; Ctrl-C stops it        启动
  lifang demo [--size small|city] the same with a living demo county     演示
  lifang status                 what runs                                状态
  lifang doctor                 what is wrong, and the mend              体检
  lifang backup FILE            database, files and keys in one file     备份
  lifang restore FILE           into an empty data folder or database    恢复
  lifang user …                 create, reset, lock, list accounts       账号
  lifang keys status|rotate     keys of what is sealed                   密钥
  lifang retention [--dry-run]  erase what is over, or only count it     到期清除
  lifang import divisions|cases …                                        导入
  lifang measure duplicates     how well repeats are recognised          度量
  lifang measure matters        how well matters are proposed
  lifang measure inactivity …   how early a silence is noticed, on logs of homes
  lifang measure anomalies      how well planted anomalies are found
  lifang detect FILE.csv        timestamp,value → timestamp,score       异常评分
  lifang build                  front end, static files, messages        构建
  lifang upgrade                bring the database to this version       升级数据结构

Everything else is a Django command: `lifang help`. Settings: docs/guide/operate.md
"""
# These never touch a database, so none is started for them.
DATABASE_FREE = {
    "help",
    "check",
    "makemigrations",
    "collectstatic",
    "makemessages",
    "diffsettings",
    "reference",
    "version",
    "detect",
    "measure_inactivity",
    "measure_anomalies",
}
UNDEFINED_TABLE = "42P01"
NOTHING = """\
这里还没有数据：先运行 lifang up 或 lifang demo，或导入上报记录。
Nothing is stored here yet: run `lifang up` or `lifang demo` first, or import reports."""
AS_OWNER = {"migrate", "upgrade", "sqlflush"}

Run = Callable[[list[str]], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the console script and of `python -m lifang`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
    if not words or words[0] in {"-h", "--help"}:
        print(HELP)
        return 0
    try:
        return COMMANDS.get(words[0], _django)(words)
    except Unfit as fault:
        print(fault, file=sys.stderr)
        return 1
    except msgspec.ValidationError as fault:
        print(f"设置有误 A setting is wrong: {fault}", file=sys.stderr)
        return 1


def _up(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lifang up")
    parser.add_argument("--site", help="one of sites/")
    _obey(parser.parse_args(words[1:]))
    return _launch(None)


def _demo(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lifang demo")
    parser.add_argument("--site", help="one of sites/")
    parser.add_argument("--size", choices=["county", "small", "city"], default="county")
    for name in ("cases", "crowd", "grids", "deep"):
        parser.add_argument(f"--{name}", type=int, help="of a city")
    options = parser.parse_args(words[1:])
    os.environ["LIFANG_DEMO"] = "1"
    _obey(options)
    given = {name: getattr(options, name) for name in ("cases", "crowd", "grids", "deep")}
    more = [word for name, n in given.items() if n is not None for word in (f"--{name}", str(n))]
    return _launch(str(options.size), more)


def _obey(options: argparse.Namespace) -> None:
    if options.site:
        os.environ["LIFANG_SITE"] = options.site


def _launch(size: str | None, more: Sequence[str] = ()) -> int:
    from lifang.boot import showing  # noqa: PLC0415 -- after the options became settings
    from lifang.boot.launch import Launch, on_signals  # noqa: PLC0415
    from lifang.boot.steps import Steps  # noqa: PLC0415

    steps = Steps()
    launch = Launch(steps)
    on_signals(launch.supervisor)
    try:
        launch.up((lambda running: showing.seed(running, size, more)) if size else None)
        showing.table(launch, demo=size is not None)
        launch.supervisor.watch()
    except KeyboardInterrupt:
        steps.tell("\n正在停止 stopping …")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        launch.supervisor.stop()
    steps.tell("已停止 stopped")
    return 0


def _status(words: list[str]) -> int:
    from lifang.boot.doctor import status  # noqa: PLC0415 -- only what a command needs is loaded

    return status()


def _doctor(words: list[str]) -> int:
    from lifang.boot.doctor import doctor  # noqa: PLC0415

    with embedded():
        return doctor()


def _build(words: list[str]) -> int:
    from lifang.boot.build import build  # noqa: PLC0415
    from lifang.boot.home import Home  # noqa: PLC0415
    from lifang.boot.steps import Steps  # noqa: PLC0415

    sources_only = "--no-static" in words
    build(Steps(), None if sources_only else Home.of().prepare())
    return 0


def _backup(words: list[str]) -> int:
    from lifang.boot.backup import backup  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="lifang backup")
    parser.add_argument("file", type=Path)
    with embedded():
        backup(parser.parse_args(words[1:]).file)
    return 0


def _restore(words: list[str]) -> int:
    from lifang.boot.backup import restore  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="lifang restore")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(words[1:])
    with embedded():
        restore(options.file)
    return 0


def _messages(words: list[str]) -> int:
    """`lifang messages [--check]`: compile; with --check also what has no Chinese yet, or lost a placeholder."""
    from lifang.core.i18n import messages  # noqa: PLC0415

    messages.compile_messages()
    if "--check" not in words:
        return 0
    faults = [f"no Chinese: {found}" for found in messages.missing_messages()]
    faults += [f"placeholder: {fault}" for fault in messages.faulty_messages()]
    print("\n".join(faults) or "every message has its Chinese")
    return 1 if faults else 0


def _import(words: list[str]) -> int:
    if len(words) < 2:
        print("lifang import divisions|cases …", file=sys.stderr)
        return 2
    return _django([f"import_{words[1]}", *words[2:]])


def _measure(words: list[str]) -> int:
    """`lifang measure duplicates|matters|inactivity|anomalies [--site boston]`: how well the help does."""
    parser = argparse.ArgumentParser(prog="lifang measure")
    parser.add_argument("what", choices=["duplicates", "matters", "inactivity", "anomalies"])
    parser.add_argument("--site", help="one of sites/")
    options, more = parser.parse_known_args(words[1:])
    _obey(options)
    return _filled([f"measure_{options.what}", *more])


def _filled(words: list[str]) -> int:
    """A command that looks at what is stored; a home without a table is told so in a sentence."""
    from django.db.utils import ProgrammingError  # noqa: PLC0415

    try:
        return _django(words)
    except ProgrammingError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != UNDEFINED_TABLE:
            raise
        print(NOTHING, file=sys.stderr)
        return 1


def _django(words: list[str]) -> int:
    """Any management command, with an embedded database started for it when none runs."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    if words[0] in AS_OWNER:
        os.environ.setdefault("LIFANG_ROLE", "lifang_owner")
    if words[0] in DATABASE_FREE or "--help" in words:
        execute_from_command_line(["lifang", *words])
        return 0
    with embedded():
        execute_from_command_line(["lifang", *words])
    return 0


@contextmanager
def embedded() -> Iterator[None]:
    """The embedded PostgreSQL runs inside; it is left alone if a supervisor runs it already."""
    from lifang.boot import databases, launch  # noqa: PLC0415
    from lifang.boot.engines import provision  # noqa: PLC0415
    from lifang.boot.engines.postgres import SUPERUSER  # noqa: PLC0415
    from lifang.boot.home import Home  # noqa: PLC0415
    from lifang.core.config import config  # noqa: PLC0415

    settings = config()
    if not settings.nats_url and (running := launch.nats_of(settings)).running():
        os.environ["LIFANG_NATS_URL"] = running.url
        config.cache_clear()
    if settings.database_url:
        yield
        return
    Home.of(settings).prepare()
    server = databases.embedded(settings)
    started = False
    if not server.ready():
        started = server.start()
        provision.provision(
            server.url(SUPERUSER, "postgres"), server.url(SUPERUSER, databases.NAME), databases.NAME
        )
    try:
        yield
    finally:
        if started:
            server.stop()


COMMANDS: dict[str, Run] = {
    "up": _up,
    "demo": _demo,
    "status": _status,
    "doctor": _doctor,
    "build": _build,
    "backup": _backup,
    "restore": _restore,
    "messages": _messages,
    "import": _import,
    "measure": _measure,
}
