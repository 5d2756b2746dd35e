"""A small MQTT 3.1.1 client: opens a line, publishes with QoS 1, waits for the receipts."""

import socket
import struct
from collections.abc import Iterable
from typing import Self


class Line:
    """One device's line. Raises `ConnectionError` when it is not let in."""

    def __init__(self, port: int, user: str, password: str = "", client: str = "") -> None:
        self._line = socket.create_connection(("127.0.0.1", port), 10)
        self._number = 0
        flags = 0x02 | 0x80 | (0x40 if password else 0)
        body = (
            _text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + _text(client or user[:20])
        )
        body += _text(user) + (_text(password) if password else b"")
        self._line.sendall(b"\x10" + _length(len(body)) + body)
        answer = self._exactly(4)
        if answer[3]:
            raise ConnectionError(f"not let in: {answer[3]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> int:
        """All of them at once, then their receipts; how many came."""
        parts = []
        for topic, payload in messages:
            self._number = self._number % 65_000 + 1
            body = _text(topic) + struct.pack(">H", self._number) + payload
            parts.append(b"\x32" + _length(len(body)) + body)
        self._line.sendall(b"".join(parts))
        if self._exactly(4 * len(parts))[::4] != b"\x40" * len(parts):
            raise ConnectionError("no receipt")
        return len(parts)

    def tell(self, topic: str, payload: bytes) -> None:
        """With QoS 0: nobody says whether it came."""
        body = _text(topic) + payload
        self._line.sendall(b"\x30" + _length(len(body)) + body)

    def hand_over(self, topic: str, payload: bytes) -> None:
        """With QoS 2: exactly once, in four steps."""
        number = struct.pack(">H", 65_001)
        body = _text(topic) + number + payload
        self._line.sendall(b"\x34" + _length(len(body)) + body)
        if self._exactly(4) != b"\x50\x02" + number:
            raise ConnectionError("not received")
        self._line.sendall(b"\x62\x02" + number)
        if self._exactly(4) != b"\x70\x02" + number:
            raise ConnectionError("not complete")

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            part = self._line.recv(size - len(got))
            if not part:
                raise ConnectionError("the line was closed")
            got += part
        return got


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(size: int) -> bytes:
    found = b""
    while True:
        size, low = divmod(size, 128)
        found += bytes([low | (128 if size else 0)])
        if not size:
            return found
