from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from lifang.core.catalogue.lines import Mistake, read_entries
from lifang.core.config import ROOT, config

T = TypeVar("T", bound=msgspec.Struct)


class Catalogue(Generic[T]):
    """Entries of one kind by key, in file order; a site's file adds and overrides by key."""

    def __init__(
        self,
        owner: str,
        name: str,
        shape: type[T],
        *,
        required: bool = True,
        faults: Callable[[T], Iterable[str]] | None = None,
    ) -> None:
        self.owner, self.name, self.shape, self.required = owner, name, shape, required
        self._faults = faults or (lambda _: ())
        self._entries: dict[str, T] | None = None

    def __getitem__(self, key: str) -> T:
        return self._loaded[key]

    def __contains__(self, key: object) -> bool:
        return key in self._loaded

    def __iter__(self) -> Iterator[T]:
        return iter(self._loaded.values())

    def __len__(self) -> int:
        return len(self._loaded)

    def get(self, key: str) -> T | None:
        return self._loaded.get(key)

    def all(self) -> list[T]:
        return list(self._loaded.values())

    def choices(self) -> list[tuple[str, str]]:
        """Pairs for a form: key and name in the reader's language."""
        return [(key, str(getattr(entry, "name", key))) for key, entry in self._loaded.items()]

    @property
    def _loaded(self) -> dict[str, T]:
        if self._entries is None:
            self._entries = self.load()
        return self._entries

    def load(self) -> dict[str, T]:
        """Read the own file (or the files of a folder) and the site's. Raises `Mistake` with file and line."""
        own = _parts(_folder(self.owner), self.name)
        overlay = config().site_dir / "data" / self.owner / f"{self.name}.yaml"
        if self.required and not own[0].is_file():
            raise Mistake(own[0], 1, "this catalogue file is missing")
        merged: dict[str, tuple[Path, int, dict[str, Any]]] = {}
        seen: set[str] = set()
        for path in (*own, overlay):
            if path == overlay:
                seen = set()
            for line, entry in read_entries(path):
                key = str(entry.get("key", ""))
                if not key:
                    raise Mistake(path, line, "an entry without `key`")
                if key in seen:
                    raise Mistake(path, line, f"`{key}` stands twice")
                seen.add(key)
                before = merged.get(key, (path, line, {}))[2]
                merged[key] = (path, line, {**before, **entry})
        dropped = {key for key, (_, _, entry) in merged.items() if entry.get("dropped")}
        return {
            key: self._convert(path, line, entry)
            for key, (path, line, entry) in merged.items()
            if key not in dropped
        }

    def _convert(self, path: Path, line: int, entry: dict[str, Any]) -> T:
        try:
            made = msgspec.convert(entry, self.shape, strict=False)
        except msgspec.ValidationError as wrong:
            raise Mistake(path, line, f"`{entry['key']}`: {wrong}") from wrong
        for fault in self._faults(made):
            raise Mistake(path, line, f"`{entry['key']}`: {fault}")
        return made


_ALL: dict[tuple[str, str], Catalogue[Any]] = {}


def catalogue(
    owner: str,
    name: str,
    shape: type[T],
    *,
    required: bool = True,
    faults: Callable[[T], Iterable[str]] | None = None,
) -> Catalogue[T]:
    """Declare the catalogue `lifang/<owner>/data/<name>.yaml` (+ the site's overlay).

    `faults` says what else is wrong with an entry, in sentences.
    """
    made: Catalogue[T] = Catalogue(owner, name, shape, required=required, faults=faults)
    _ALL[owner, name] = made
    return made


def gather(name: str, shape: type[T]) -> dict[str, T]:
    """Entries of files of the same name offered by every installed context, e.g. `capabilities`."""
    found: dict[str, T] = {}
    for owner in _owners():
        part: Catalogue[T] = Catalogue(owner, name, shape, required=False)
        for entry in part:
            key = str(entry.key)  # type: ignore[attr-defined]  # every shape has a key
            if key in found:
                raise Mistake(_folder(owner) / f"{name}.yaml", 1, f"`{key}` is declared twice")
            found[key] = entry
    return found


def declared() -> list[Catalogue[Any]]:
    """Every declared catalogue, by owner and name."""
    return [_ALL[key] for key in sorted(_ALL)]


def load_all() -> list[Mistake]:
    """Load every declared catalogue; the mistakes found."""
    mistakes = []
    for declared in _ALL.values():
        try:
            declared.load()
        except Mistake as mistake:
            mistakes.append(mistake)
    return mistakes


def _owners() -> list[str]:
    base = ROOT / "lifang"
    folders = sorted([*base.glob("*/data"), *base.glob("core/*/data")])
    return [".".join(folder.parent.relative_to(base).parts) for folder in folders]


def _parts(folder: Path, name: str) -> list[Path]:
    """`<name>.yaml`, or where that would be long the files of the folder `<name>/`."""
    return sorted((folder / name).glob("*.yaml")) or [folder / f"{name}.yaml"]


def _folder(owner: str) -> Path:
    return ROOT / "lifang" / Path(*owner.split(".")) / "data"
