"""Names that code uses are declared: actions as capabilities, reasons as sentences."""

import ast
import re
from pathlib import Path

from tests.architecture.checks.tree import ROOT, Exempt, Source, exempt, sources, stale

# Actions without a capability: nobody can be given them.
SYSTEM_ONLY: Exempt = {
    "api.forget_answers": "housekeeping",
}


def undeclared_actions(
    capabilities: set[str], root: Path = ROOT, exemptions: Exempt | None = None
) -> list[str]:
    """Actions that are no capability (unless the system alone takes them), or are named for another context."""
    exemptions = SYSTEM_ONLY if exemptions is None else exemptions
    found = [
        (source, node, name)
        for source in sources(root)
        if not source.testing
        for node, name in _actions(source)
    ]
    faults = [
        f"{source.at(node)} {name} is named for another context"
        for source, node, name in found
        if name.split(".")[0] != _owner(source)
    ]
    missing = [(source, node, name) for source, node, name in found if name not in capabilities]
    faults += [
        f"{source.at(node)} {name} is no capability"
        for source, node, name in missing
        if not exempt(name, exemptions)
    ]
    return faults + stale([name for _, _, name in missing], exemptions)


def unused_capabilities(capabilities: set[str], root: Path = ROOT) -> list[str]:
    """Declared, and never asked for."""
    files = [
        path for kind in ("py", "yaml", "html") for path in (root / "lifang").rglob(f"*.{kind}")
    ]
    used = "\n".join(
        path.read_text("utf-8")
        for path in files
        if path.name != "capabilities.yaml" and "/tests/" not in str(path)
    )
    return sorted(
        name for name in capabilities if not re.search(rf"[\"'\s]{re.escape(name)}\b", used)
    )


def _owner(source: Source) -> str:
    parts = source.module.split(".")
    return parts[2] if parts[1] == "core" else parts[1]


def _actions(source: Source) -> list[tuple[ast.Call, str]]:
    return [
        (mark, str(mark.args[0].value))
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef)
        for mark in function.decorator_list
        if isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Name)
        and mark.func.id == "action"
        and isinstance(mark.args[0], ast.Constant)
    ]


def undeclared_reasons(reasons: set[str], root: Path = ROOT) -> list[str]:
    """`Refusal("…")` and `Refused("…")` with a reason that no `data/reasons.yaml` says in words."""
    return [
        f"{source.at(node)} {reason}"
        for source in sources(root)
        if not source.testing
        for node, reason in _reasons(source)
        if reason not in reasons
    ]


def _reasons(source: Source) -> list[tuple[ast.Call, str]]:
    return [
        (node, node.args[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Refusal", "Refused")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
