"""Install other people's programs into a throw-away environment and run them against a server: the one named, or one of their own."""

import argparse
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WANTED = (
    "three==0.8.0",
    "georeport==0.3.1",
    "civicbot==0.4.0",
    "ogctests",
    "feedparser",
    "icalendar",
    "frost-sta-client==1.1.53",
    "istsos4-client==0.4.0",
    "django-ogc-sensorthings==1.2.0",
)
HERE = Path(__file__).parent


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url", nargs="?", default="", help="of the running server, e.g. http://127.0.0.1:8000; none: one is started")  # fmt: skip
    asked.add_argument("--key", default="", help="an API key that may report")
    asked.add_argument("--env", default="", help="keep the environment here and use it again")
    asked.add_argument("--only", default="", help="one of them")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, _server(given.url, given.key) as (url, key):
        home = Path(given.env or folder)
        python = home / "bin" / "python"
        if not python.exists():
            venv.create(home, with_pip=True)
            for name in WANTED:
                done = subprocess.run([python, "-m", "pip", "install", "-q", name], check=False)
                if done.returncode:
                    print(f"could not be installed: {name}")
        command = [str(python), str(HERE / "outside.py"), url.rstrip("/")]
        command += ["--key", key] if key else []
        command += ["--only", given.only] if given.only else []
        return subprocess.run(command, check=False).returncode


@contextmanager
def _server(url: str, key: str) -> Iterator[tuple[str, str]]:
    """The one that was named, or a small county in a temp home with a key of its own."""
    if url:
        yield url, key
        return
    from tests.chaos.town import ROOT, Town

    town = Town()
    try:
        town.up()
        env = {**town.env, "DJANGO_SETTINGS_MODULE": "lifang.boot.settings"}
        made = subprocess.run([sys.executable, "-m", "tests.clients.seed"], env=env, cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr[-2000:])
        yield town.url, made.stdout.splitlines()[-1]
    finally:
        town.remove()


if __name__ == "__main__":
    sys.exit(main())
