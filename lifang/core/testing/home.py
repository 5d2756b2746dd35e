"""A data folder for this test run alone. Loaded by `-p` before any setting is read (`pyproject.toml`)."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

# A thousand files are compiled once, not anew by each worker and each program that a test starts.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A worker has the folder of the process that started it.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["LIFANG_HOME"] = tempfile.mkdtemp(prefix="lifang-home-")
    atexit.register(shutil.rmtree, os.environ["LIFANG_HOME"], ignore_errors=True)
    (Path(os.environ["LIFANG_HOME"]) / "static").mkdir()  # what whitenoise looks for
