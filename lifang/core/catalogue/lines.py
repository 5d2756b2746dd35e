"""YAML entries with the line each begins on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lifang.core.config import ROOT


class Mistake(Exception):
    """A wrong catalogue entry, with the file and line to mend."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        super().__init__(f"{shown}:{line}: {message}")


class _Lined(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    pass


_Lined.yaml_implicit_resolvers = {
    # A code such as 06010, a date or `on` stays what was written: shapes decide the type.
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, entry) for a file that is a list of maps, or a map of key → map. Missing file: nothing."""
    if not path.is_file():
        return
    loader = _Lined(path.read_text("utf-8"))
    try:
        node = _node(loader, path)
        if node is None:
            return
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield item.start_mark.line + 1, loader.construct_document(item)
        else:
            for key, value in node.value:
                entry = loader.construct_document(value)
                yield key.start_mark.line + 1, {"key": key.value, **(entry or {})}
    finally:
        loader.dispose()


def _node(loader: Any, path: Path) -> Any:
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise Mistake(path, line, f"not readable: {wrong.problem}") from wrong


def read_map(path: Path) -> dict[str, Any]:
    """A file that is one map."""
    read = yaml.load(path.read_text("utf-8"), Loader=_Lined)  # noqa: S506 -- a safe loader with lines
    return dict(read or {})
