"""Observations posted at the web process, passed on to the gate: there they are stored together, and no page waits for a flood.

What the gate does not find plain comes back, and is answered here.
"""

import io
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from lifang.core.config import config
from lifang.sensing.api.things.letterbox import NOT_PLAIN, PASSED
from lifang.sensing.api.things.letters import PATH

SECONDS: Final = 60.0
MOST_BYTES: Final = 4 * 1024 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r\n")
_HELD: Final = threading.local()  # a line for each thread that answers requests
_NOT_CERTAIN: Final = b'{"code":503,"type":"error","message":"The gate did not answer: send it again."}'  # fmt: skip
_DROPPED: Final = {"connection", "date", "server", "transfer-encoding", "keep-alive"}
Start = Callable[[str, list[tuple[str, str]]], Any]


class Away(Exception):
    """Nobody is there: nothing was sent."""


class Lost(Exception):
    """It was sent, and no whole answer came."""


def passed(environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
    """The gate's answer; None when this is not for it, or it is not there."""
    if environ["REQUEST_METHOD"] != "POST" or not environ.get("HTTP_AUTHORIZATION"):
        return None
    path, size = environ.get("PATH_INFO", ""), environ.get("CONTENT_LENGTH") or ""
    if environ.get("QUERY_STRING") or not PATH.fullmatch(path) or not size.isdigit() or int(size) > MOST_BYTES:  # fmt: skip
        return None
    try:
        line = _line()
    except Away:
        return None
    body = environ["wsgi.input"].read(int(size))
    try:
        status, headers, said = line.ask(_head(environ, path, len(body)) + body)
    except Lost:
        start("503 Service Unavailable", [("Content-Type", "application/json"), ("Content-Length", str(len(_NOT_CERTAIN))), ("Retry-After", "2")])  # fmt: skip
        return [_NOT_CERTAIN]
    if status.startswith(str(NOT_PLAIN)):
        environ["wsgi.input"] = io.BytesIO(body)
        return None
    start(status, headers)
    return [said]


def _head(environ: dict[str, Any], path: str, size: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: gate", f"Content-Length: {size}", "Content-Type: application/json", f"{PASSED.decode()}: 1"]  # fmt: skip
    for name, header in (("HTTP_AUTHORIZATION", "Authorization"), ("HTTP_ACCEPT_LANGUAGE", "Accept-Language"), ("HTTP_HOST", "Host")):  # fmt: skip
        told = environ.get(name, "")
        if told and "\r" not in told and "\n" not in told:
            if header == "Host":
                lines[1] = f"Host: {told}"
            else:
                lines.append(f"{header}: {told}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class Line:
    """A kept connection to the gate."""

    def __init__(self) -> None:
        settings = config()
        host = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 -- compared
        try:
            self.raw = socket.create_connection((host, settings.gate_listens), timeout=SECONDS)
        except OSError as wrong:
            raise Away from wrong
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def rests(self) -> bool:
        """Open, with nothing to read: the other end has neither closed it nor said what nobody asked."""
        watch = select.poll()
        watch.register(self.raw.fileno(), select.POLLIN)
        return not watch.poll(0)

    def ask(self, request: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers, body. Raises `Lost`."""
        try:
            self.raw.sendall(request)
            return self._answer()
        except (OSError, ValueError) as wrong:
            self.close()
            raise Lost from wrong

    def _answer(self) -> tuple[str, list[tuple[str, str]], bytes]:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        found = _STATUS.match(data)
        if found is None:
            raise ValueError("no HTTP")
        pairs = [one.partition(":") for one in data[found.end() : end].decode("latin-1").split("\r\n")]  # fmt: skip
        headers = [(name, value.strip()) for name, _, value in pairs if name.lower() not in _DROPPED]  # fmt: skip
        size = next(
            (int(value) for name, value in headers if name.lower() == "content-length"), None
        )
        if size is None:
            raise ValueError("no length")
        parts, missing = [data[end + 4 :]], size - (len(data) - end - 4)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return f"{found[1].decode()} {(found[2] or b'').decode('latin-1')}", headers, b"".join(parts)  # fmt: skip

    def _more(self) -> bytes:
        data = self.raw.recv(65_536)
        if not data:
            raise ValueError("closed")
        return data

    def close(self) -> None:
        _HELD.line = None
        self.raw.close()


def _line() -> Line:
    """Of this thread. Raises `Away`."""
    held: Line | None = getattr(_HELD, "line", None)
    if held is not None and not held.rests():
        held.close()
        held = None
    if held is None:
        held = _HELD.line = Line()
    return held


__all__ = ["passed"]
