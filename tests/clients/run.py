"""Install other people's programs into a throw-away environment and run them against a server."""

import argparse
import subprocess
import sys
import tempfile
import venv
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
)
HERE = Path(__file__).parent


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url", help="of the running server, e.g. http://127.0.0.1:8000")
    asked.add_argument("--key", default="", help="an API key that may report")
    asked.add_argument("--env", default="", help="keep the environment here and use it again")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(given.env or folder)
        python = home / "bin" / "python"
        if not python.exists():
            venv.create(home, with_pip=True)
            for name in WANTED:
                done = subprocess.run([python, "-m", "pip", "install", "-q", name], check=False)
                if done.returncode:
                    print(f"could not be installed: {name}")
        command = [
            python,
            HERE / "outside.py",
            given.url.rstrip("/"),
            *(["--key", given.key] if given.key else []),
        ]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
