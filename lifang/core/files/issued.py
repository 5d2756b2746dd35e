"""A paper that the site issues: a PDF made by Typst, words go in as data, a code leads to the page that verifies it, and the site signs its bytes."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import segno
import typst

from lifang.core.crypto.stamps import Stamp, stamp, stamped

TEMPLATE = Path(__file__).parent / "issued.typ"


class Issued(NamedTuple):
    """The PDF, and what proves it."""

    pdf: bytes
    sha256: str
    stamp: Stamp


def issued(told: dict[str, object], url: str, purpose: str) -> Issued:
    """One sheet of A4: `number, office, title, title_en, rows, issuer, issued, hint`."""
    code = BytesIO()
    segno.make(url, error="m", micro=False).save(code, kind="svg", scale=4, border=0)
    inputs = {"paper": json.dumps(told, ensure_ascii=False), "code": code.getvalue().decode()}
    pdf = bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs=inputs))
    digest = sha256(pdf).hexdigest()
    return Issued(pdf, digest, stamp(_message(str(told["number"]), digest), purpose))


def proven(number: str, digest: str, given: Stamp) -> bool:
    """This number belongs to just these bytes, says the site."""
    return stamped(_message(number, digest), given)


def _message(number: str, digest: str) -> bytes:
    return f"{number}:{digest}".encode()
