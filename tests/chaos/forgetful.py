"""A file system on which a power cut can be had: what was not fsynced is only in this process, and a `kill -9` of it forgets it.

`python -m tests.chaos.forgetful KEPT MOUNT [--leak 0.3 --seed 1]` speaks FUSE with the kernel itself (root and /dev/fuse,
no library). Below, in KEPT, lies what a disk would hold after the cut: one file of data for each inode and a log of names.

- Data of a file goes down when that file is fsynced, or written with O_SYNC or O_DSYNC.
- Names (made, moved, removed) go down in their order with the next fsync of anything, as a journalling file system does it.
- `leak` is the share of blocks that go down unasked and in any order, as a kernel writes back what it likes: a torn disk.
"""

import argparse
import ctypes
import errno
import json
import os
import random
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

BLOCK: Final = 4096
MOST_WRITE: Final = 1 << 20
FOR_EVER: Final = (
    86_400  # seconds the kernel may remember names and attributes: nobody else changes them
)
SYNC: Final = os.O_DSYNC | os.O_SYNC
ROOT: Final = 1
_HEAD: Final = struct.Struct("<IIQQIIII")
_ANSWER: Final = struct.Struct("<IiQ")
_ATTR: Final = struct.Struct("<6Q10I")
_ENTRY: Final = struct.Struct("<4Q2I")
_SETATTR: Final = struct.Struct("<2I6Q8I")
_IO: Final = struct.Struct("<2Q2IQ2I")
_INIT_FLAGS: Final = (
    1 << 0 | 1 << 3 | 1 << 5 | 1 << 22
)  # ASYNC_READ, ATOMIC_O_TRUNC, BIG_WRITES, MAX_PAGES
_KEEP_CACHE: Final = 2
_SET_MODE, _SET_UID, _SET_GID, _SET_SIZE = 1, 2, 4, 8


class Node:
    """A file, folder, link or socket as programs see it."""

    __slots__ = ("data", "dirty", "entries", "gid", "ino", "links", "mode", "mtime", "size", "target", "uid")  # fmt: skip

    def __init__(self, ino: int, mode: int, uid: int, gid: int, target: str = "") -> None:
        self.ino, self.mode, self.uid, self.gid, self.target = ino, mode, uid, gid, target
        self.entries: dict[str, int] = {}
        self.data: bytearray | None = None  # not read from below yet
        self.dirty: set[int] = set()  # blocks that are only here
        self.size, self.links, self.mtime = 0, 0, time.time()


class Disk:
    """What is below: survives. Names are one line of JSON for each fsync, so that a line is there or not."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.data = kept / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.file = kept / "names"
        self.log = os.open(self.file, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)

    def names(self) -> Iterator[list[Any]]:
        """Every change that went down, in order."""
        for line in self.file.read_bytes().splitlines():
            try:
                yield from json.loads(line)
            except ValueError:
                return  # the last one was being written when the power went

    def write(self, changes: list[list[Any]]) -> None:
        os.write(self.log, json.dumps(changes).encode() + b"\n")

    def begin_anew(self, changes: list[list[Any]]) -> None:
        """The same names, shorter."""
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(json.dumps(changes).encode() + b"\n")
        fresh.replace(self.file)
        os.close(self.log)
        self.log = os.open(self.file, os.O_RDWR | os.O_APPEND)

    def of(self, ino: int) -> Path:
        return self.data / str(ino)

    def size(self, ino: int) -> int:
        try:
            return self.of(ino).stat().st_size
        except FileNotFoundError:
            return 0

    def read(self, ino: int) -> bytearray:
        try:
            return bytearray(self.of(ino).read_bytes())
        except FileNotFoundError:
            return bytearray()


class Tree:
    """All nodes. Reads what is below when it begins, and gives down what is fsynced."""

    def __init__(self, kept: Path, leak: float = 0.0, seed: int = 1) -> None:
        self.disk, self.leak, self.dice = Disk(kept), leak, random.Random(seed)
        self.nodes: dict[int, Node] = {}
        self.changes: list[list[Any]] = []  # of names, not below yet
        for change in self.disk.names():
            self._apply(change)
        self.changes = []
        if ROOT not in self.nodes:
            self.make(0o40755, 0, 0, ino=ROOT)
        self.last = max(self.nodes)
        self._tidy()

    def _tidy(self) -> None:
        """What no name leads to is gone."""
        led: dict[int, int] = {ROOT: 1}
        for node in self.nodes.values():
            for ino in node.entries.values():
                led[ino] = led.get(ino, 0) + 1
        self.nodes = {ino: node for ino, node in self.nodes.items() if ino in led}
        for file in self.disk.data.iterdir():
            if int(file.name) not in self.nodes:
                file.unlink()
        for ino, node in self.nodes.items():
            node.size, node.links = self.disk.size(ino), led[ino]
            node.entries = {name: to for name, to in node.entries.items() if to in self.nodes}
        self.disk.begin_anew(list(self._whole()))
        self.changes = []

    def _whole(self) -> Iterator[list[Any]]:
        for node in self.nodes.values():
            yield ["node", node.ino, node.mode, node.uid, node.gid, node.target]
        for node in self.nodes.values():
            for name, ino in node.entries.items():
                yield ["link", node.ino, name, ino]

    def _apply(self, change: list[Any]) -> None:
        kind, ino, *rest = change
        if kind == "node":
            self.nodes[ino] = Node(ino, *rest)
        elif kind == "own":
            node = self.nodes[ino]
            node.mode, node.uid, node.gid = rest
        elif kind == "link":
            self.nodes[ino].entries[rest[0]] = rest[1]
        else:
            self.nodes[ino].entries.pop(rest[0], None)

    # -- names ------------------------------------------------------------------------------------------

    def make(self, mode: int, uid: int, gid: int, target: str = "", ino: int = 0) -> Node:
        if not ino:
            self.last += 1
            ino = self.last
        node = self.nodes[ino] = Node(ino, mode, uid, gid, target)
        node.data = bytearray()
        self.changes.append(["node", ino, mode, uid, gid, target])
        return node

    def link(self, folder: int, name: str, ino: int) -> None:
        self.nodes[folder].entries[name] = ino
        self.nodes[ino].links += 1
        self.changes.append(["link", folder, name, ino])

    def unlink(self, folder: int, name: str) -> None:
        ino = self.nodes[folder].entries.pop(name)
        self.nodes[ino].links -= 1
        self.changes.append(["unlink", folder, name])

    def own(self, node: Node, mode: int, uid: int, gid: int) -> None:
        node.mode, node.uid, node.gid = mode, uid, gid
        self.changes.append(["own", node.ino, mode, uid, gid])

    # -- data -------------------------------------------------------------------------------------------

    def content(self, node: Node) -> bytearray:
        if node.data is None:
            node.data = self.disk.read(node.ino)
        return node.data

    def write(self, node: Node, at: int, data: memoryview) -> None:
        held = self.content(node)
        end, first = at + len(data), min(at, len(held))  # a gap is zeros, whatever lies below
        if at > len(held):
            held.extend(bytes(at - len(held)))
        held[at:end] = data
        node.size, node.mtime = len(held), time.time()
        touched = range(first // BLOCK, (end + BLOCK - 1) // BLOCK)
        node.dirty.update(touched)
        if self.leak and self.dice.random() < self.leak:
            self._down(node, set(self.dice.sample(touched, self.dice.randint(1, len(touched)))))

    def resize(self, node: Node, size: int) -> None:
        held = self.content(node)
        if size < len(held):
            del held[size:]
        else:
            node.dirty.update(range(len(held) // BLOCK, (size + BLOCK - 1) // BLOCK))
            held.extend(bytes(size - len(held)))
        node.size, node.mtime = size, time.time()

    def sync(self, node: Node) -> None:
        """One fsync: the data of this file, and every name until now."""
        if stat.S_ISREG(node.mode) and node.data is not None:
            self._down(node, node.dirty, whole=True)
            node.dirty.clear()
        if self.changes:
            self.disk.write(self.changes)
            self.changes = []

    def _down(self, node: Node, blocks: set[int], *, whole: bool = False) -> None:
        held = self.content(node)
        below = os.open(self.disk.of(node.ino), os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            if whole:
                os.ftruncate(below, len(held))
            for first, last in _runs(sorted(blocks)):
                part = held[first * BLOCK : last * BLOCK]
                if part:
                    os.pwrite(below, part, first * BLOCK)
        finally:
            os.close(below)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together, as half-open spans."""
    first = None
    for number in numbers:
        if first is None:
            first = last = number
        elif number != last + 1:
            yield first, last + 1
            first = number
        last = number
    if first is not None:
        yield first, last + 1


class Server:
    """Answers the kernel, one request after another."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.work: dict[int, Callable[[int, int, int, memoryview], bytes]] = {
            1: self.look_up, 3: self.getattr, 4: self.setattr, 5: self.readlink, 6: self.symlink, 8: self.mknod, 9: self.mkdir,
            10: self.unlink, 11: self.rmdir, 12: self.rename, 13: self.link, 14: self.open, 15: self.read, 16: self.write,
            17: self.statfs, 18: self.nothing, 20: self.fsync, 25: self.nothing, 26: self.init, 27: self.open, 28: self.readdir,
            29: self.nothing, 30: self.fsync, 35: self.create, 38: self.nothing, 43: self.fallocate, 45: self.rename2,
        }  # fmt: skip

    def run(self, line: int) -> None:
        """Until the file system is unmounted."""
        room = bytearray(MOST_WRITE + BLOCK * 2)
        view = memoryview(room)
        while True:
            try:
                size = os.readv(line, [room])
            except OSError as fault:
                if fault.errno == errno.ENODEV:
                    return
                if fault.errno in {errno.EINTR, errno.ENOENT, errno.EAGAIN}:
                    continue
                raise
            self._one(line, view[:size])

    def _one(self, line: int, request: memoryview) -> None:
        _, kind, unique, ino, uid, gid, _, _ = _HEAD.unpack_from(request)
        if kind in {2, 36, 42}:  # FORGET, INTERRUPT, BATCH_FORGET want no answer
            return
        try:
            said, wrong = self._answer(kind, ino, uid, gid, request[_HEAD.size :]), 0
        except OSError as fault:
            said, wrong = b"", fault.errno or errno.EIO
        try:
            os.writev(line, [_ANSWER.pack(_ANSWER.size + len(said), -wrong, unique), said])
        except OSError as fault:
            if fault.errno != errno.ENOENT:  # the asker has left
                raise

    def _answer(self, kind: int, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        handler = self.work.get(kind)
        if handler is None:
            raise OSError(errno.ENOSYS, "")
        if ino and ino not in self.tree.nodes:
            raise OSError(errno.ESTALE, "")
        return handler(ino, uid, gid, body)

    # -- answers ----------------------------------------------------------------------------------------

    def _attr(self, node: Node) -> bytes:
        second, part = int(node.mtime), int(node.mtime % 1 * 1e9)
        links = max(node.links, 0) + stat.S_ISDIR(node.mode)
        size = node.size if stat.S_ISREG(node.mode) else len(node.target.encode())
        return _ATTR.pack(
            node.ino, size, (size + 511) // 512, second, second, second, part, part, part, node.mode, links, node.uid, node.gid, 0, BLOCK, 0,
        )  # fmt: skip

    def _entry(self, node: Node) -> bytes:
        return _ENTRY.pack(node.ino, 1, FOR_EVER, FOR_EVER, 0, 0) + self._attr(node)

    def _child(self, folder: int, name: str) -> Node:
        found = self.tree.nodes[folder].entries.get(name)
        if found is None:
            raise OSError(errno.ENOENT, "")
        return self.tree.nodes[found]

    def init(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, minor, ahead, flags = struct.unpack_from("<4I", body)
        return struct.pack(
            "<4I2H2I2HI7I", 7, min(minor, 31), ahead, flags & _INIT_FLAGS, 64, 48, MOST_WRITE, 1, MOST_WRITE // BLOCK, 0, 0, *[0] * 7,
        )  # fmt: skip

    def nothing(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return b""

    def look_up(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return self._entry(self._child(ino, _name(body)))

    def getattr(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return struct.pack("<Q2I", FOR_EVER, 0, 0) + self._attr(self.tree.nodes[ino])

    def setattr(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        node = self.tree.nodes[ino]
        valid, _, _, size, _, _, _, _, _, _, _, mode, _, owner, group, _ = _SETATTR.unpack_from(body)  # fmt: skip
        if valid & _SET_SIZE:
            self.tree.resize(node, size)
        if valid & (_SET_MODE | _SET_UID | _SET_GID):
            self.tree.own(
                node,
                stat.S_IFMT(node.mode) | stat.S_IMODE(mode) if valid & _SET_MODE else node.mode,
                owner if valid & _SET_UID else node.uid,
                group if valid & _SET_GID else node.gid,
            )
        return self.getattr(ino, uid, gid, body)

    def readlink(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return self.tree.nodes[ino].target.encode()

    def symlink(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        name, target = bytes(body).decode().split("\0")[:2]
        return self._made(ino, name, stat.S_IFLNK | 0o777, uid, gid, target)

    def mknod(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        mode, _, mask, _ = struct.unpack_from("<4I", body)
        return self._made(ino, _name(body[16:]), mode & ~mask, uid, gid)

    def mkdir(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        mode, mask = struct.unpack_from("<2I", body)
        return self._made(ino, _name(body[8:]), stat.S_IFDIR | mode & ~mask, uid, gid)

    def create(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, mode, mask, _ = struct.unpack_from("<4I", body)
        return self._made(ino, _name(body[16:]), stat.S_IFREG | stat.S_IMODE(mode & ~mask), uid, gid) + _opened()  # fmt: skip

    def _made(self, folder: int, name: str, mode: int, uid: int, gid: int, target: str = "") -> bytes:  # fmt: skip
        if name in self.tree.nodes[folder].entries:
            raise OSError(errno.EEXIST, "")
        node = self.tree.make(mode, uid, gid, target)
        self.tree.link(folder, name, node.ino)
        return self._entry(node)

    def link(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        (old,) = struct.unpack_from("<Q", body)
        name = _name(body[8:])
        if name in self.tree.nodes[ino].entries:
            raise OSError(errno.EEXIST, "")
        self.tree.link(ino, name, old)
        return self._entry(self.tree.nodes[old])

    def unlink(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        name = _name(body)
        self._child(ino, name)
        self.tree.unlink(ino, name)
        return b""

    def rmdir(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        if self._child(ino, _name(body)).entries:
            raise OSError(errno.ENOTEMPTY, "")
        return self.unlink(ino, uid, gid, body)

    def rename(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return self._move(ino, struct.unpack_from("<Q", body)[0], body[8:], 0)

    def rename2(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        to, flags, _ = struct.unpack_from("<Q2I", body)
        return self._move(ino, to, body[16:], flags)

    def _move(self, folder: int, to: int, names: memoryview, flags: int) -> bytes:
        old, new = bytes(names).decode().split("\0")[:2]
        if flags & ~1:
            raise OSError(errno.EINVAL, "")
        moved, there = self._child(folder, old), self.tree.nodes[to].entries.get(new)
        if there is not None:
            if flags & 1:
                raise OSError(errno.EEXIST, "")
            if self.tree.nodes[there].entries:
                raise OSError(errno.ENOTEMPTY, "")
            self.tree.unlink(to, new)
        self.tree.unlink(folder, old)
        self.tree.link(to, new, moved.ino)
        return b""

    def open(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        (flags,) = struct.unpack_from("<I", body)
        node = self.tree.nodes[ino]
        if flags & os.O_TRUNC and stat.S_ISREG(node.mode):
            self.tree.resize(node, 0)
        return _opened()

    def read(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, at, size, _, _, _, _ = _IO.unpack_from(body)
        return bytes(memoryview(self.tree.content(self.tree.nodes[ino]))[at : at + size])

    def write(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, at, size, _, _, flags, _ = _IO.unpack_from(body)
        node = self.tree.nodes[ino]
        self.tree.write(node, at, body[_IO.size : _IO.size + size])
        if flags & SYNC:
            self.tree.sync(node)
        return struct.pack("<2I", size, 0)

    def fallocate(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, at, size, mode, _ = struct.unpack_from("<3Q2I", body)
        node = self.tree.nodes[ino]
        if mode:
            raise OSError(errno.EOPNOTSUPP, "")
        if at + size > node.size:
            self.tree.resize(node, at + size)
        return b""

    def fsync(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        self.tree.sync(self.tree.nodes[ino])
        return b""

    def readdir(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        _, at, size, _, _, _, _ = _IO.unpack_from(body)
        told = b""
        found = [(".", ino), ("..", ino), *self.tree.nodes[ino].entries.items()]
        for number, (name, child) in enumerate(found[at:], at + 1):
            raw = name.encode()
            one = struct.pack("<2Q2I", child, number, len(raw), stat.S_IFMT(self.tree.nodes[child].mode) >> 12) + raw  # fmt: skip
            one += bytes(-len(one) % 8)
            if len(told) + len(one) > size:
                break
            told += one
        return told

    def statfs(self, ino: int, uid: int, gid: int, body: memoryview) -> bytes:
        return struct.pack("<5Q4I6I", 1 << 24, 1 << 23, 1 << 23, 1 << 24, 1 << 23, BLOCK, 255, BLOCK, *[0] * 7)  # fmt: skip


def _opened() -> bytes:
    return struct.pack("<Q2I", 0, _KEEP_CACHE, 0)


def _name(body: memoryview) -> str:
    return bytes(body).split(b"\0", 1)[0].decode()


def take_in(tree: Tree, folder: Path) -> None:
    """A folder as it is, all of it below."""
    top = folder.stat()
    tree.own(tree.nodes[ROOT], top.st_mode, top.st_uid, top.st_gid)
    _take_in(tree, folder, ROOT)
    tree.sync(tree.nodes[ROOT])


def _take_in(tree: Tree, folder: Path, ino: int) -> None:
    for entry in sorted(folder.iterdir()):
        seen = entry.lstat()
        target = str(entry.readlink()) if entry.is_symlink() else ""
        if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode) or target):
            continue  # a socket is made anew
        node = tree.make(seen.st_mode, seen.st_uid, seen.st_gid, target)
        tree.link(ino, entry.name, node.ino)
        if stat.S_ISREG(seen.st_mode):
            tree.write(node, 0, memoryview(entry.read_bytes()))
            tree.sync(node)
            node.data = None
        elif stat.S_ISDIR(seen.st_mode):
            _take_in(tree, entry, node.ino)


def mount(where: Path) -> int:
    """The line to the kernel, with the file system mounted. Raises `OSError` where FUSE or the right to mount is missing."""
    line = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={line},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"forgetful", os.fsencode(where), b"fuse", 2 | 4, options.encode()):
        number = ctypes.get_errno()
        os.close(line)
        raise OSError(number, os.strerror(number))
    return line


def unmount(where: Path) -> None:
    """Also when its server is dead and files are open."""
    ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(where), 2)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("kept", type=Path)
    parser.add_argument("mount", type=Path)
    parser.add_argument("--leak", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tree = Tree(asked.kept, asked.leak, asked.seed)
    line = mount(asked.mount)
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    Server(tree).run(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
