"""Reading a source tree: the real one, or one planted by a test."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Highest first. One line, one height: these may not know each other.
CONTEXTS = [
    ["boot"],
    ["demo"],
    ["assessment"],
    ["insight"],
    ["exchange"],
    ["office"],
    ["emergency"],
    ["cases"],
    ["living", "party", "care"],
    ["participation", "sensing", "affairs"],
    ["registry"],
    ["orgs"],
    ["core"],
]
HEIGHT = {name: -number for number, line in enumerate(CONTEXTS) for name in line}
Exempt = dict[str, str]  # path pattern or dotted name → why


@dataclass(frozen=True)
class Source:
    """One Python file below `lifang/`."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @property
    def module(self) -> str:
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def context(self) -> str:
        return context_of(self.name)

    @property
    def testing(self) -> bool:
        return "/tests/" in self.name or self.name.startswith("lifang/core/testing/")

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


def context_of(name: str) -> str:
    """`lifang/cases/web/desk.py` → `cases`; files of lifang itself have none."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def sources(root: Path = ROOT) -> tuple[Source, ...]:
    """Every Python file; those of the real tree are read and parsed once for all checks."""
    return real() if root == ROOT else _read(root)


@cache
def real() -> tuple[Source, ...]:
    return _read(ROOT)


def _read(root: Path) -> tuple[Source, ...]:
    return tuple(Source(root, path) for path in sorted((root / "lifang").rglob("*.py")))


def templates(root: Path = ROOT) -> Iterator[Path]:
    for path in sorted((root / "lifang").rglob("templates/**/*")):
        if path.is_file() and path.suffix in {".html", ".txt", ".svg", ".xml"}:
            yield path


def exempt(name: str, exemptions: Exempt) -> bool:
    return any(fnmatch(name, pattern) for pattern in exemptions)


def stale(names: list[str], exemptions: Exempt) -> list[str]:
    """Exemptions that no longer exempt anything: they would hide tomorrow's fault."""
    return [
        f"exemption without use: {p}" for p in exemptions if not any(fnmatch(n, p) for n in names)
    ]
