"""Files and rows of imports under encryption, each bound to its import."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from lifang.core.access import Refusal
from lifang.core.crypto.seals import blind, content_id, open_, seal
from lifang.core.sheets.declare import Fault, Row
from lifang.core.sheets.terms import Verdict

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lifang.core.sheets.models import Line


class Content(msgspec.Struct, array_like=True):
    """What a row carries, as it is sealed."""

    values: dict[str, str]
    before: dict[str, str] = {}
    faults: list[tuple[str, str, dict[str, Any]]] = []
    area: str = ""
    secret: str = ""


def seal_file(data: bytes, of: UUID, kind: str) -> bytes:
    return seal(data, f"sheets.{kind}:{of}".encode())


def open_file(sealed: bytes, of: UUID, kind: str) -> bytes:
    return open_(bytes(sealed), f"sheets.{kind}:{of}".encode())


def fingerprint(data: bytes) -> bytes:
    """Equal for equal files, and tells nothing to who lacks the key."""
    return blind(content_id(data), "sheets.file")


def seal_row(row: Row, of: UUID) -> bytes:
    faults = [(f.column, f.refusal.reason, dict(f.refusal.facts)) for f in row.faults]
    said = Content(row.values, row.before, faults, row.area, row.secret)
    return seal(msgspec.json.encode(said), f"sheets.row:{of}:{row.number}".encode())


def kept(lines: "QuerySet[Line]") -> "QuerySet[Line, Any]":
    """As much of lines as `open_row` reads, cheaply."""
    return lines.values_list("of_id", "number", "content", "verdict", "target", named=True)


def open_row(line: Any) -> Row:
    """The row of a `Line`, or of what `kept` gives of it."""
    aad = f"sheets.row:{line.of_id}:{line.number}".encode()
    said = msgspec.json.decode(open_(bytes(line.content), aad), type=Content)
    faults = [Fault(column, Refusal(reason, facts)) for column, reason, facts in said.faults]
    return Row(
        number=line.number,
        values=said.values,
        faults=faults,
        area=said.area,
        verdict=Verdict(line.verdict),
        target=line.target,
        before=said.before,
        secret=said.secret,
    )
