"""The way to the fire service beside the telephone: a signed document, to a local stand-in or by HTTP."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final, Protocol
from uuid import UUID

from lifang.core.config import config
from lifang.core.crypto.seals import blind
from lifang.core.notify import outbound
from lifang.core.notify.terms import Refused, Undeliverable

BUSY: Final = (408, 425, 429)
HEADER: Final = "x-lifang-signature"


class FireService(Protocol):
    """`carry` answers with the number the service gave, "" for none, when it took the document; else raises `Undeliverable` or `Refused`."""

    key: str
    local: bool  # a stand-in: every page that shows it says so

    def carry(self, one: UUID, body: bytes) -> str: ...


class FireLocal:
    """A stand-in: a signed file in the house; nothing leaves it, and nobody comes."""

    key = "fire_local"
    local = True

    def carry(self, one: UUID, body: bytes) -> str:
        folder = config().home / "fire"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"{one}.json"
        waiting = file.with_suffix(".part")
        waiting.write_bytes(_signed(body, blind("fire", "sensing.fire_service").hex()))
        waiting.chmod(0o600)
        waiting.replace(file)
        return ""


class FireHttp:
    """A service that takes `POST` of the document as JSON, signed with HMAC-SHA256 over the body, and answers 2xx, with `{"number": …}` if it gave one.

    The id in it is the same at every attempt, so that the service can drop doubles.
    """

    key = "fire_http"
    local = False

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def carry(self, one: UUID, body: bytes) -> str:
        headers = {"content-type": "application/json", HEADER: f"sha256={mark(body, self.secret)}"}
        answer = outbound.post(self.url, body, headers)
        if 200 <= answer.status < 300:
            return _number(answer.text)
        if 400 <= answer.status < 500 and answer.status not in BUSY:
            raise Refused(f"the fire service answered {answer.status}: {answer.text[:100]}")
        raise Undeliverable(f"the fire service answered {answer.status}")


def fire_service() -> FireService:
    """As configured: `fire_service_url`, or the stand-in."""
    settings = config()
    if settings.fire_service_url:
        return FireHttp(settings.fire_service_url, settings.fire_service_secret)
    return FireLocal()


def mark(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def document(facts: Mapping[str, object]) -> bytes:
    """The same facts give the same bytes."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()


def _signed(body: bytes, secret: str) -> bytes:
    return json.dumps(
        {"document": body.decode(), "signature": f"sha256={mark(body, secret)}", "stand_in": True}, ensure_ascii=False
    ).encode()  # fmt: skip


def _number(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return ""
    number = told.get("number") if isinstance(told, dict) else None
    return str(number)[:40] if isinstance(number, str | int) else ""
