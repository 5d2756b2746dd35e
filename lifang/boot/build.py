"""What is made from sources before the first start: the front end, collected static files, compiled messages.

Each is skipped when nothing it is made from has changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.boot.steps import Steps
from lifang.core.config import ROOT
from lifang.core.i18n.messages import compile_messages

FRONTEND = ROOT / "frontend"
PACKAGE = ROOT / "lifang"
BUILT = PACKAGE / "core/web/static/build"
OLDEST_NODE = 22
_ICON = re.compile(rb"\bicon[\s\"(:=str]{1,12}\"?([a-z0-9-]+)")


def build(steps: Steps, home: Home | None = None) -> None:
    """Everything; static files are collected only into a data folder."""
    with steps.step("前端", "front end") as step:
        step.done(build_frontend(step.say))
    with steps.step("文字", "messages") as step:
        step.done(f"{len(compile_messages())} compiled")
    if home is not None:
        with steps.step("静态文件", "static files") as step:
            step.done(collect_static(home))


def build_frontend(say: Callable[[str], None] = lambda text: None) -> str:
    """`npm ci` and `npm run build`, each when its sources changed; says what was done."""
    if not (FRONTEND / "package.json").exists():
        return "built into the package" if BUILT.exists() else "none"
    sources = digest(_frontend_sources()) + _icons_named()
    stamp = BUILT / "built-from"
    if stamp.exists() and stamp.read_text() == sources:
        return "unchanged"
    npm, env = _node()
    lock = digest([FRONTEND / "package-lock.json"])
    installed = FRONTEND / "node_modules" / ".installed-from"
    if not installed.exists() or installed.read_text() != lock:
        say("npm ci")
        _run([npm, "ci"], env)
        installed.write_text(lock)
    say("npm run build")
    _run([npm, "run", "build"], env)
    stamp.write_text(sources)
    return "built"


def _frontend_sources() -> Iterator[Path]:
    for folder, names, files in os.walk(FRONTEND):
        names[:] = [name for name in names if name not in {"node_modules", "dist", "tests"}]
        yield from (Path(folder) / name for name in files)
    yield from PACKAGE.glob("*/data/*icons*")
    yield from PACKAGE.glob("core/*/data/*icons*")


def _icons_named() -> str:
    """One hash of all words after `icon` in the product: its sprite has only those (frontend/icons.mjs)."""
    named: set[bytes] = set()
    for kind in ("html", "py", "yaml"):
        for file in PACKAGE.rglob(f"*.{kind}"):
            named.update(_ICON.findall(file.read_bytes()))
    return hashlib.sha256(b" ".join(sorted(named))).hexdigest()


def _node() -> tuple[str, dict[str, str]]:
    """npm with Node of the wheel, else the machine's own if new enough."""
    here = Path(sys.executable).parent
    if (here / "npm").exists():
        return str(here / "npm"), {
            **os.environ,
            "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
        if int(said.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return npm, dict(os.environ)
    raise Unfit(
        "node_missing",
        zh="构建前端需要 Node。请执行 pip install -r requirements/build.txt。",
        en="Building the front end needs Node: pip install -r requirements/build.txt.",
    )


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=FRONTEND, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[:3000]
        raise Unfit(
            "build_failed",
            zh=f"{' '.join(command[1:])} 失败。",
            en=f"{' '.join(command[1:])} failed.",
            said=said,
        )


def collect_static(home: Home) -> str:
    """Django's collectstatic into the data folder."""
    seen = json.dumps(
        [
            (str(file), file.stat().st_size, file.stat().st_mtime_ns)
            for file in sorted(PACKAGE.glob("**/static/**/*"))
            if file.is_file()
        ]
    )
    sources = hashlib.sha256(seen.encode()).hexdigest()
    stamp = home.run / "static-from"
    if stamp.exists() and stamp.read_text() == sources and any(home.static.iterdir()):
        return "unchanged"
    done = subprocess.run(
        [sys.executable, "-m", "lifang", "collectstatic", "--noinput", "--clear", "-v0"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip()[-2000:]
        raise Unfit("static_failed", zh="收集静态文件失败。", en="collectstatic failed.", said=said)
    stamp.write_text(sources)
    return "collected"


def digest(files: Iterable[Path]) -> str:
    """One hash of names and contents."""
    sums = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            sums.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return sums.hexdigest()
