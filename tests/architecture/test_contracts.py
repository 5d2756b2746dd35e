"""The import contracts of pyproject.toml hold, and break on planted imports."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checks.tree import ROOT

# What is planted → the contract that must break, and the import it must name.
PLANTED = {
    "lifang/registry/rules.py": (
        "import lifang.cases.terms\n",
        "contexts",
        "lifang.registry.rules -> lifang.cases",
    ),
    "lifang/orgs/terms.py": (
        "\ndef _hidden() -> None:\n    import lifang.registry.terms\n",
        "contexts",
        "lifang.orgs.terms -> lifang.registry",
    ),
    "lifang/common/__init__.py": ("", "contexts", "- lifang.common"),
    "lifang/cases/utils.py": ("", "inside", "- lifang.cases.utils"),
    "lifang/orgs/models/__init__.py": (
        "import lifang.orgs.rules\n",
        "inside",
        "lifang.orgs.models -> lifang.orgs.rules",
    ),
    "lifang/cases/rules.py": (
        "import lifang.cases.selectors\n",
        "inside",
        "lifang.cases.rules -> lifang.cases.selectors",
    ),
    "lifang/cases/web/__init__.py": (
        "import lifang.cases.api\n",
        "inside",
        "lifang.cases.web -> lifang.cases.api",
    ),
    "lifang/core/geo/shapes.py": (
        "import lifang.core.web\n",
        "core",
        "lifang.core.geo.shapes -> lifang.core.web",
    ),
    "lifang/core/common.py": ("", "core", "- lifang.core.common"),
    "lifang/demo/apps.py": ("import lifang.boot\n", "boot", "lifang.demo.apps -> lifang.boot"),
    "lifang/core/flow/shape.py": (
        "import lifang.core.flow.engine\n",
        "acyclic",
        "No cycles are allowed in lifang.core.flow",
    ),
}
NAMES = {
    "contexts": "Contexts import downwards only",
    "inside": "Inside a context",
    "core": "Inside core",
    "boot": "Nobody imports boot",
    "acyclic": "No cycles at any depth",
}


def lint(where: Path) -> str:
    """What `lint-imports` says of a tree."""
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache", "--config", "pyproject.toml"],
        cwd=where,
        env={"PYTHONPATH": str(where), "PATH": "/usr/bin:/bin", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def verdicts(said: str) -> dict[str, str]:
    """Contract → KEPT or BROKEN."""
    return {
        key: found[1]
        for key, name in NAMES.items()
        if (found := re.search(rf"^{name} (\w+)", said, re.MULTILINE))
    }


def test_every_contract_is_kept():
    said = lint(ROOT)
    assert verdicts(said) == dict.fromkeys(NAMES, "KEPT"), said


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the tree with every fault in it."""
    where = tmp_path_factory.mktemp("planted")
    skip = shutil.ignore_patterns(
        "node_modules", "__pycache__", "data", "static", "templates", "locale"
    )
    shutil.copytree(ROOT / "lifang", where / "lifang", ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", where)
    for name, (text, _, _) in PLANTED.items():
        file = where / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text("utf-8") if file.exists() else "") + "\n" + text, "utf-8")
    return lint(where)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_import_is_named(planted: str, name: str):
    _, contract, told = PLANTED[name]
    assert verdicts(planted)[contract] == "BROKEN"
    assert told in planted, planted
