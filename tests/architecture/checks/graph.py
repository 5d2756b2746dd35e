"""Imports of a neighbour's private modules, and foreign keys that point up."""

from collections.abc import Iterable
from typing import Any

import grimp

from tests.architecture.checks.tree import HEIGHT

PUBLIC = {"actions", "selectors", "events", "terms", "catalogue"}


def build(package: str = "lifang") -> grimp.ImportGraph:
    return grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)


def private_imports(graph: grimp.ImportGraph, package: str = "lifang") -> list[str]:
    """A context that imports more of another than its five public names."""
    faults = []
    for importer in sorted(graph.modules):
        mine = _context(importer, package)
        # Processes and the demo know everybody; tests and their makers may look behind the door.
        if mine in ("", "boot", "demo", "__main__") or ".tests" in importer:
            continue
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            theirs = _context(imported, package)
            public = imported.split(".")[2:3] and imported.split(".")[2] in PUBLIC
            if theirs not in ("", mine, "core") and not public:
                faults.append(f"{importer} imports {imported}")
    return faults


def _context(module: str, package: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == package else ""


def foreign_keys_up(models: Iterable[type[Any]]) -> list[str]:
    """Relations, also those written as strings, that point to a higher context or to a sibling."""
    faults = []
    for model in models:
        mine = _context(model.__module__, "lifang")
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not mine:
                continue
            theirs = _context(target.__module__, "lifang")
            up = HEIGHT.get(theirs, 0) > HEIGHT[mine]
            beside = theirs != mine and HEIGHT.get(theirs) == HEIGHT[mine]
            if theirs and (up or beside):
                faults.append(f"{model._meta.label}.{field.name} points to {target._meta.label}")
    return faults
