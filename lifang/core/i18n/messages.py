"""Translation files: built from `.po` when the process starts, and searched for what is still missing.

English msgids stand in the code; Chinese lives in `lifang/<context>/locale/zh_Hans/LC_MESSAGES/django.po`.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from lifang.core.config import ROOT

PACKAGE = ROOT / "lifang"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
Key = tuple[str, str | None]


class Found(NamedTuple):
    """A msgid somebody wrote, and where."""

    msgid: str
    context: str | None
    place: str


def po_files(package: Path = PACKAGE) -> list[Path]:
    return sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_messages(package: Path = PACKAGE) -> list[Path]:
    """Build every `.mo` that is missing or older than its `.po`; the ones built.

    Written aside and renamed, so processes that start together never read half a file.
    """
    return [built for po in po_files(package) if (built := _compile(po))]


def _compile(po: Path) -> Path | None:
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
        return None
    with contextlib.suppress(PermissionError):  # an installed package is built when it is packed
        handle, aside = tempfile.mkstemp(dir=mo.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            write_mo(file, _read(po))
        Path(aside).replace(mo)
        mo.chmod(0o644)
        return mo
    return None


def missing_messages(package: Path = PACKAGE) -> list[Found]:
    """Every msgid in Python and templates that has no Chinese yet."""
    known = {key for po in po_files(package) for key in _translated(_read(po))}
    return [found for found in written(package) if (found.msgid, found.context) not in known]


def clashing_messages(package: Path = PACKAGE) -> list[str]:
    """Messages with two translations in different catalogues: Django shows one of them everywhere."""
    known: dict[Key, dict[str, str]] = {}
    for po in po_files(package):
        for message in _read(po):
            if message.id and isinstance(message.id, str):
                known.setdefault((message.id, message.context), {})[str(message.string)] = str(po.relative_to(package).parents[2])  # fmt: skip
    return [f"{key[0]!r}: {told}" for key, told in known.items() if len(told) > 1]


def faulty_messages(package: Path = PACKAGE) -> list[str]:
    """Translations that lost or invented a placeholder."""
    return [
        f"{po.relative_to(package)}: {message.id!r}"
        for po in po_files(package)
        for message in _read(po)
        if message.id and _fault(message)
    ]


def written(package: Path = PACKAGE) -> list[Found]:
    """Every msgid in the product's Python and templates, each once, with its first place."""
    first: dict[Key, Found] = {}
    for found in _extracted(package):
        first.setdefault((found.msgid, found.context), found)
    return list(first.values())


def _extracted(package: Path) -> Iterator[Found]:
    for path in sorted(package.glob("**/*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(package).parts):
            yield from _found(path.read_text("utf-8"), path.relative_to(package))
    for path in sorted(package.glob("**/templates/**/*.*")):
        if path.suffix in (".html", ".txt", ".xml"):
            # Django turns a template into calls with the same line numbers; in brackets, so that the
            # template's indentation is not taken for Python's.
            calls = templatize(path.read_text("utf-8"), origin=str(path))
            yield from _found(f"({calls})", path.relative_to(package))


def _found(source: str, place: Path) -> Iterator[Found]:
    lines = BytesIO(source.encode())
    for line, message, _, context in extract("python", lines, keywords=KEYWORDS):
        msgid = message if isinstance(message, str) else message[0]
        if msgid:
            yield Found(msgid, context, f"{place}:{line}")


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parent.parent.name, abort_invalid=True)


def _translated(catalog: Catalog) -> Iterator[Key]:
    for message in catalog:
        words = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and all(words) and not message.fuzzy:
            yield (message.id if isinstance(message.id, str) else message.id[0]), message.context


def _fault(message: Message) -> bool:
    sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    targets = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    allowed = set().union(*(_names(text) for text in sources))
    needed = _names(sources[-1])
    return any(target and not needed <= _names(target) <= allowed for target in targets)


def _names(text: str) -> set[str]:
    return {a or b for a, b in _PLACEHOLDER.findall(text)}
