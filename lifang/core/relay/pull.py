"""A stream read in bulk: plain sockets and one parse over all that has arrived. The usual client makes a task and an id for each message."""

import json
import re
import socket
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

_CHUNK: Final = 1 << 20
_MOST_SUBJECTS: Final = 100_000
# Subject, where the acknowledgement goes (a status has none) and in it when it was stored, size of the headers, size of all.
_HEAD: Final = re.compile(rb"H?MSG (\S+) \S+ (?:(\$JS\S+\.(\d+)\.\d+) )?(?:(\d+) )?(\d+)\r\n")
_LEFT: Final = re.compile(rb"Nats-Pending-Messages: (\d+)")
_new: Final[Any] = tuple.__new__  # a third of the price of the constructor


class Message(NamedTuple):
    """One message of a stream; `answer` is where its acknowledgement goes."""

    subject: str
    answer: bytes
    body: bytes
    stored: int  # when the stream took it, in microseconds

    @property
    def number(self) -> int:
        """Its place in the stream, the same however often it comes."""
        return int(self.answer.rsplit(b".", 4)[1])


class Away(OSError):
    """The server is gone or has said no."""


class Pull:
    """One durable consumer, shared by as many as open it."""

    def __init__(
        self,
        url: str,
        stream: str,
        consumer: str,
        *,
        most: int = 15000,
        under: str = "",
        only: bytes = b"",
    ) -> None:
        """`under` stands before all subjects and is left out; of messages with headers those without `only` are passed over, for good."""
        parts = urlsplit(url)
        self.most, self.owed, self.under, self.only = most, 0, under, only
        self._rest, self._subjects = b"", dict[bytes, str]()
        self._line = socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or 4222), 10
        )
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        who = {"user": unquote(parts.username or ""), "pass": unquote(parts.password or "")}
        options = {**who, "verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "python", "version": "1", "protocol": 1, "name": "lifang-ingest"}  # fmt: skip
        self._inbox = f"_INBOX.lifang.{id(self):x}.{self._line.getsockname()[1]}".encode()
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}".encode()
        self._send(b"CONNECT " + json.dumps(options).encode() + b"\r\nSUB " + self._inbox + b" 1\r\nPING\r\n")  # fmt: skip
        self._await_pong()

    def fileno(self) -> int:
        return self._line.fileno()

    def close(self) -> None:
        self._line.close()

    def fetch(self, wait_seconds: float, gather_seconds: float = 0.0) -> list[Message]:
        """Whatever has arrived, at most about `most`; waits while there is nothing at all, and then so long for more."""
        if self.owed < self.most // 2:
            self._ask()
        found: list[Message] = []
        until, begun = time.monotonic() + wait_seconds, False
        try:
            while len(found) < self.most:
                # Anew each time: asking sets its own, and what the server says of old requests is no reason to wait on.
                self._line.settimeout(max(0.0, until - time.monotonic()))
                found += self._read()
                if found and not begun:
                    until, begun = time.monotonic() + gather_seconds, True
                if self.owed < self.most // 4 and len(found) < self.most // 2:
                    self._ask()
        except (BlockingIOError, TimeoutError):
            pass
        return found

    def ack(self, messages: Sequence[Message]) -> None:
        """Done with these, one or more, for good."""
        end = b" 0\r\n\r\n"
        self._send(b"PUB " + (end + b"PUB ").join([one.answer for one in messages]) + end)

    def _ask(self) -> None:
        body = json.dumps({"batch": self.most, "expires": 5_000_000_000}).encode()
        self.owed += self.most
        self._send(b"PUB %b %b %d\r\n%b\r\n" % (self._next, self._inbox, len(body), body))

    def _send(self, data: bytes) -> None:
        self._line.settimeout(10)
        self._line.sendall(data)

    def _await_pong(self) -> None:
        seen = b""
        while b"PONG\r\n" not in seen:
            part = self._line.recv(_CHUNK)
            seen += part
            if not part or b"-ERR" in seen:
                raise Away(seen[-200:].decode("utf-8", "replace"))

    def _read(self) -> list[Message]:
        part = self._line.recv(_CHUNK)
        if not part:
            raise Away("the line was closed")
        data = self._rest + part if self._rest else part
        found, used = self._parse(data)
        self._rest = data[used:]
        self.owed -= len(found)
        return found

    def _parse(self, data: bytes) -> tuple[list[Message], int]:  # noqa: C901 -- one loop, and a call would cost
        """All whole messages of what has arrived. This loop runs over every message."""
        found: list[Message] = []
        at, size, subjects, head, only = 0, len(data), self._subjects, _HEAD.match, self.only
        while True:
            seen = head(data, at)
            if seen is None:
                end = data.find(b"\r\n", at)
                if end < 0:
                    return found, at
                self._told(data[at:end])
                at = end + 2
                continue
            subject, answer, stored, headers, length = seen.groups()
            first = seen.end()
            last = first + int(length)
            if last + 2 > size:
                return found, at
            at = last + 2
            if answer is None:  # a status, not a message
                self._status(data[first:last])
                continue
            text = subjects.get(subject)
            if text is None:
                text = self._learn(subject)
            if headers:
                body = first + int(headers)
                if only and only not in data[first:body]:
                    self.owed -= 1
                    self._send(b"PUB " + answer + b" 0\r\n\r\n")
                    continue
                first = body
            found.append(_new(Message, (text, answer, data[first:last], int(stored) // 1000)))

    def _status(self, said: bytes) -> None:
        """The server has nothing (more) for one of the requests: it says how much of that is open."""
        left = _LEFT.search(said)
        self.owed = max(0, self.owed - int(left[1])) if left else 0

    def _learn(self, subject: bytes) -> str:
        if len(self._subjects) > _MOST_SUBJECTS:
            self._subjects.clear()
        text = subject.decode("utf-8", "replace").removeprefix(self.under)
        self._subjects[subject] = text
        return text

    def _told(self, head: bytes) -> None:
        if head == b"PING":
            self._send(b"PONG\r\n")
        elif head.startswith(b"-ERR"):
            raise Away(head.decode("utf-8", "replace"))
