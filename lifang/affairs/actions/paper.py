"""The result as a PDF: made by Typst, words go in as data, a code leads to the page that verifies it."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import segno
import typst

from lifang.core.crypto.stamps import Stamp, stamp, stamped
from lifang.core.i18n import Text

TEMPLATE = Path(__file__).parent / "result.typ"
PURPOSE = "affairs.result"
WORDS = {
    "matter": Text(zh="事项", en="Matter"),
    "application": Text(zh="办件编号", en="Application"),
    "number": Text(zh="结果编号", en="Number"),
    "issued": Text(zh="签发日期", en="Issued"),
    "until": Text(zh="有效期至", en="Holds until"),
    "always": Text(zh="长期", en="No end"),
    "basis": Text(zh="依据", en="Basis"),
    "hint": Text(
        zh="扫码可核验真伪；在核验页上传本文件，改动过一个字也能查出。",
        en="Scan to verify; upload this file there and any change is found.",
    ),
}


class Paper(NamedTuple):
    """The PDF, and what proves it."""

    pdf: bytes
    sha256: str
    stamp: Stamp


def made(told: dict[str, object], url: str) -> Paper:
    """One sheet of A4."""
    code = BytesIO()
    segno.make(url, error="m", micro=False).save(code, kind="svg", scale=4, border=0)
    inputs = {"paper": json.dumps(told, ensure_ascii=False), "code": code.getvalue().decode()}
    pdf = bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs=inputs))
    digest = sha256(pdf).hexdigest()
    return Paper(pdf, digest, stamp(message(str(told["number"]), digest), PURPOSE))


def message(number: str, digest: str) -> bytes:
    """What is signed: this number belongs to just these bytes."""
    return f"{number}:{digest}".encode()


def proven(number: str, digest: str, given: Stamp) -> bool:
    return stamped(message(number, digest), given)
