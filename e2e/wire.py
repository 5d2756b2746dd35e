"""The network between a telephone and the platform, which can be cut: a small TCP proxy."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 16 * 1024
RESET = struct.pack("ii", 1, 0)  # closing throws away what is under way, as a tunnel does


class Wire:
    """`down()` and `up()`; `cut_in(mark, after)` breaks in the middle of a request, `cut_answer(mark)` before its answer."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.origin = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        self.open = True
        self.cuts: list[str] = []  # what was under way at each cut
        self.armed: tuple[bytes, int] | None = (
            None  # mark, bytes of it to let through; -1: its answer
        )
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    # -- the weather

    def down(self) -> None:
        """No network: what is under way breaks, nothing gets through."""
        with self._lock:
            self.open = False
            lines, self._lines = list(self._lines), set()
        for line in lines:
            _reset(line)

    def up(self) -> None:
        self.open = True

    def cut_in(self, mark: str, after: int) -> None:
        """The next request with this mark breaks after so many of its bytes, and the network is gone."""
        self.armed = mark.encode(), after

    def cut_answer(self, mark: str) -> None:
        """The next request with this mark arrives whole; its answer does not, and the network is gone."""
        self.armed = mark.encode(), -1

    # -- the line

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            if not self.open:
                _reset(near)
                continue
            try:
                far = socket.create_connection(self.target, timeout=60)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._lines |= {near, far}
            _Line(self, near, far).start()

    def cut(self, what: str) -> None:
        self.armed = None
        self.cuts.append(what)
        self.down()

    def close(self) -> None:
        self.door.close()
        self.down()


class _Line:
    """One connection, both ways."""

    def __init__(self, wire: Wire, near: socket.socket, far: socket.socket) -> None:
        self.wire, self.near, self.far = wire, near, far
        self.left: int | None = None  # bytes of the marked request that may still pass
        self.answer = False  # its answer must not

    def start(self) -> None:
        for way in (self._there, self._back):
            threading.Thread(target=way, daemon=True).start()

    def _there(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.near.recv(CHUNK):
                self._mark(data)
                if self.left is not None:
                    if len(data) > self.left:
                        self.far.sendall(data[: self.left])
                        self.wire.cut("request")
                        return
                    self.left -= len(data)
                self.far.sendall(data)
        _reset(self.far)

    def _mark(self, data: bytes) -> None:
        armed = self.wire.armed
        if armed is None or armed[0] not in data:
            return
        self.wire.armed = None
        if armed[1] < 0:
            self.answer = True
        else:
            self.left = data.index(armed[0]) + armed[1]

    def _back(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.far.recv(CHUNK):
                if self.answer:
                    self.wire.cut("answer")
                    return
                self.near.sendall(data)
        _reset(self.near)


def _reset(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        line.close()


@contextmanager
def wire_to(origin: str) -> Iterator[Wire]:
    made = Wire(origin)
    try:
        yield made
    finally:
        made.close()
