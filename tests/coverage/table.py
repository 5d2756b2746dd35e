import ast
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE, TARGET = ROOT / "docs/coverage.yaml", ROOT / "docs/coverage.md"
FOLDERS = ("lifang", "tests", "e2e")


@cache
def marks() -> dict[str, list[str]]:
    """ID → tests that carry it, as `path::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            whole = [mark for node in tree.body if _is_pytestmark(node) for mark in _ids(node)]
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                    for mark in {*whole, *(i for d in node.decorator_list for i in _ids(d))}:
                        found[mark].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark"


def _ids(node: ast.AST) -> list[str]:
    return [
        argument.value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "covers"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


def declared() -> dict[str, Any]:
    return yaml.safe_load(SOURCE.read_text("utf-8"))


def written() -> str:
    """The table as Markdown."""
    data, proofs = declared(), marks()
    items = data["items"]
    count = Counter(item["state"] for item in items)
    lines = [
        "# Coverage",
        "",
        f"Of {len(items)} checklist items {count['done']} work, {count['part']} work in part, {count['not']} are not there yet.",
        "Made by `python -m tests.coverage` from `docs/coverage.yaml` and the `covers` marks of the tests.",
        "",
        "| module | done | part | not |",
        "| --- | --- | --- | --- |",
    ]
    for key, name in data["modules"].items():
        states = Counter(item["state"] for item in items if item["module"] == key)
        lines.append(f"| {key} {name} | {states['done']} | {states['part']} | {states['not']} |")
    lines += [
        "",
        "## What works",
        "",
        "| ID | what | state | where | what is missing or worth knowing | tests |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for item in items:
        if item["state"] != "not":
            lines.append(
                f"| {item['id']} | {item['name']} | {item['state']} | {item['page']} | {item['note']} | {_tests(proofs, item['id'])} |"
            )
    lines += [
        "",
        "## Journeys",
        "",
        "| journey | what | state | tests |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {j['id']} | {j['name']} | {j['state']} | {_tests(proofs, j['id'])} |"
        for j in data["journeys"]
    ]
    lines += [
        "",
        "## Not yet",
        "",
        ", ".join(item["id"] for item in items if item["state"] == "not") + ".",
        "",
    ]
    return "\n".join(lines)


def _tests(proofs: dict[str, list[str]], key: str) -> str:
    found = proofs.get(key, [])
    shown = "<br>".join(f"`{name}`" for name in found[:3])
    return shown + (f"<br>and {len(found) - 3} more" if len(found) > 3 else "")
