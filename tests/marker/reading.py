"""Reading an answer once with all planted values: what it says, however it is packed."""

import io
import re
import zipfile
from collections.abc import Iterable
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import unquote


class Marks:
    """Finds any of some hundred values in one pass: each place where one could begin is looked up."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = frozenset(secrets)

    @cached_property
    def _begins(self) -> re.Pattern[str]:
        heads = sorted({re.escape(one[:4]) for one in self.secrets})
        return re.compile(f"(?=(?:{'|'.join(heads)}))")

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(one) for one in self.secrets}))

    def found(self, text: str) -> set[str]:
        """Which of them stand in this text."""
        places = [match.start() for match in self._begins.finditer(text)]
        pieces = {text[place : place + size] for place in places for size in self._lengths}
        return pieces & self.secrets


def text_of(response: Any) -> str:
    """Head and body of an answer, unpacked and unescaped."""
    whole = b"".join(response) if response.streaming else response.content
    head = "\n".join(f"{name}: {value}" for name, value in response.items())
    return head + "\n" + plain(whole)


def plain(whole: bytes) -> str:
    """Bytes as a reader sees them: parts of a workbook or a document, pages of a PDF, escapes of JSON, HTML and addresses."""
    if whole[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            return "\n".join(plain(packed.read(name)) for name in packed.namelist())
    if whole[:5] == b"%PDF-":
        from pypdf import PdfReader  # noqa: PLC0415 -- only a bulletin is one

        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(whole)).pages)
    text = whole.decode("utf-8", "replace")
    if "\\u" in text:
        text += re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    if "&#" in text:
        text += unescape(text)
    return text + unquote(text) if "%E" in text else text
