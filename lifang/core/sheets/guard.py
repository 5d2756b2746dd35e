"""What is refused before it is opened: archives that unpack to too much, macros, links to elsewhere."""

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Final

from lifang.core.access import Refused
from lifang.core.sheets.catalogue import Limits

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ACTIVE: Final = re.compile(
    r"vbaproject|macrosheet|activex|/embeddings/|^basic/|^scripts/|attachedtoolbars", re.IGNORECASE
)
_OUTSIDE: Final = re.compile(
    r"externallink|/connections\.xml|/querytables/|/webextensions/", re.IGNORECASE
)
_DECLARED: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_STEP: Final = 1 << 20


def guard(data: bytes, most: Limits) -> None:
    """Pass a file that may be opened; `Refused` says in a sentence why not."""
    if len(data) > most.most_bytes:
        raise Refused("sheet_too_large", most=most.most_bytes // 1_000_000, field="file")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Refused("sheet_empty", field="file")
    if data.startswith(b"PK"):
        _archive(data, most)
    elif data.startswith(OLE):
        _old(data)
    elif data.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc", b"\x1f\x8b")
    ):
        raise Refused("sheet_kind", field="file")


def _old(data: bytes) -> None:
    """The binary format of 1997; what it holds is named in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("sheet_locked", field="file")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Refused("sheet_macros", field="file")


def _archive(data: bytes, most: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _named(parts, most)
            left = most.most_unpacked_bytes
            for part in parts:
                left -= _weighed(archive, part, left)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise Refused("sheet_damaged", field="file") from error
    except Exception as error:
        if type(error).__module__ != "zlib":
            raise
        raise Refused("sheet_damaged", field="file") from error


def _named(parts: Iterable[zipfile.ZipInfo], most: Limits) -> None:
    parts = list(parts)
    names = [part.filename for part in parts]
    if len(parts) > most.most_parts or sum(p.file_size for p in parts) > most.most_unpacked_bytes:
        raise Refused("sheet_bomb", field="file")
    if len(set(names)) != len(names) or any(".." in name or name.startswith("/") for name in names):
        raise Refused("sheet_damaged", field="file")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("sheet_locked", field="file")
    if any(_ACTIVE.search(name) for name in names):
        raise Refused("sheet_macros", field="file")
    if any(_OUTSIDE.search(name) for name in names):
        raise Refused("sheet_links", field="file")
    if not {"[Content_Types].xml", "mimetype"} & set(names):
        raise Refused("sheet_kind", field="file")


def _weighed(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack in pieces, as the stated size may lie; no document of ours declares entities."""
    size = 0
    with archive.open(part) as unpacked:
        while piece := unpacked.read(_STEP):
            size += len(piece)
            if size > left:
                raise Refused("sheet_bomb", field="file")
            if size == len(piece) and _DECLARED.search(piece[:4096]):
                raise Refused("sheet_damaged", field="file")
    return size
