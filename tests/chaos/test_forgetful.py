"""The file system of the power cuts forgets what was not fsynced, and nothing else; its judge sees what is lost."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import forgetful
from tests.chaos.forgetful import BLOCK, Tree
from tests.chaos.powercut import Told, Verdict, possible
from tests.chaos.town import ROOT

FILE = 0o100644


def after(tree: Tree) -> Tree:
    """What a new process finds below, while this one goes on."""
    copy = tree.disk.kept.with_name(f"kept-{time.monotonic_ns()}")
    shutil.copytree(tree.disk.kept, copy)
    return Tree(copy)


def names(tree: Tree, ino: int = forgetful.ROOT) -> list[str]:
    return sorted(tree.nodes[ino].entries)


def made(tree: Tree, name: str, data: bytes = b"", folder: int = forgetful.ROOT) -> forgetful.Node:
    node = tree.make(FILE, 0, 0)
    tree.link(folder, name, node.ino)
    if data:
        tree.write(node, 0, memoryview(data))
    return node


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "kept")


def test_what_was_not_fsynced_is_forgotten(tree: Tree):
    one, other = made(tree, "one", b"1" * 9000), made(tree, "other", b"2" * 9000)
    tree.sync(one)
    tree.write(one, 4096, memoryview(b"x" * 100))
    made(tree, "third")
    found = after(tree)
    assert names(found) == [
        "one",
        "other",
    ]  # the name went down with the other's fsync, its data did not
    assert bytes(found.content(found.nodes[one.ino])) == b"1" * 9000
    assert bytes(found.content(found.nodes[other.ino])) == b""


def test_an_empty_tree_that_was_never_fsynced_is_empty(tree: Tree):
    made(tree, "one", b"1")
    assert names(after(tree)) == []


def test_moved_and_removed_names_come_back_unless_something_was_fsynced_since(tree: Tree):
    one, two = made(tree, "one", b"1"), made(tree, "two", b"2")
    tree.sync(one)
    tree.unlink(forgetful.ROOT, "two")
    tree.unlink(forgetful.ROOT, "one")
    tree.link(forgetful.ROOT, "moved", one.ino)
    assert names(after(tree)) == ["one", "two"]
    tree.sync(tree.nodes[forgetful.ROOT])
    found = after(tree)
    assert names(found) == ["moved"]
    assert two.ino not in found.nodes
    assert not found.disk.of(two.ino).exists()


def test_a_file_cut_short_and_grown_again_holds_no_old_data(tree: Tree):
    one = made(tree, "one", b"1" * BLOCK * 3)
    tree.sync(one)
    tree.resize(one, 10)
    tree.resize(one, BLOCK * 3)
    tree.write(one, BLOCK * 5, memoryview(b"2"))
    tree.sync(one)
    found = after(tree)
    held = bytes(found.content(found.nodes[one.ino]))
    assert held == b"1" * 10 + bytes(BLOCK * 5 - 10) + b"2"


def test_a_line_of_names_that_was_being_written_is_not_there(tree: Tree):
    tree.sync(made(tree, "one"))
    with tree.disk.file.open("ab") as log:
        log.write(b'[["link", 1, "half", ')
    assert names(after(tree)) == ["one"]


def test_some_of_what_was_not_fsynced_may_be_there_all_the_same(tmp_path: Path):
    """A kernel writes back what it likes: a torn disk, from which a database must recover, too."""
    tree = Tree(tmp_path / "kept", leak=0.5)
    one = made(tree, "one", b"1" * BLOCK * 64)
    tree.sync(one)
    for block in range(64):
        tree.write(one, block * BLOCK, memoryview(b"2" * BLOCK))
    found = after(tree)
    held = bytes(found.content(found.nodes[one.ino]))
    assert 0 < held.count(b"2") // BLOCK < 64


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    where = tmp_path / "mount"
    where.mkdir()
    yield where
    forgetful.unmount(where)


@pytest.mark.skipif(bool(possible()), reason="needs root and /dev/fuse")
def test_programs_on_it_lose_what_they_did_not_fsync(mounted: Path, tmp_path: Path):
    def begin() -> "subprocess.Popen[str]":
        disk = subprocess.Popen([sys.executable, "-m", "tests.chaos.forgetful", str(tmp_path / "kept"), str(mounted)], cwd=ROOT, stdout=subprocess.PIPE, text=True)  # fmt: skip
        assert disk.stdout is not None
        assert disk.stdout.readline() == "mounted\n"
        return disk

    def cut(disk: "subprocess.Popen[str]") -> None:
        disk.kill()
        disk.wait()
        forgetful.unmount(mounted)

    disk = begin()
    (mounted / "folder").mkdir()
    kept = mounted / "folder" / "kept"
    with kept.open("wb") as file:
        file.write(b"1" * 300_000)
        file.flush()
        os.fsync(file.fileno())
        file.write(b"2" * 300_000)
    synced = os.open(mounted / "synced", os.O_CREAT | os.O_WRONLY | os.O_DSYNC)
    os.write(synced, b"at once")
    os.close(synced)
    (mounted / "lost").write_bytes(b"3" * 300_000)
    kept.rename(mounted / "moved")
    assert (mounted / "moved").stat().st_size == 600_000
    cut(disk)
    disk = begin()
    assert sorted(str(one.relative_to(mounted)) for one in mounted.rglob("*")) == ["folder", "folder/kept", "synced"]  # fmt: skip
    assert kept.read_bytes() == b"1" * 300_000
    assert (mounted / "synced").read_bytes() == b"at once"
    cut(disk)


def test_the_judge_sees_what_was_promised_and_is_not_there():
    told = [Told(("a", 1), "http", 9.0), Told(("b", 2), "life", 9.5), Told(("c", 3), "bulk", 7.0), Told(("d", 4), "life", 11.0)]  # fmt: skip
    whole = dict.fromkeys((("a", 1), ("b", 2), ("c", 3)), 1)

    def judged(held: dict[tuple[str, int], int], alarmed: set[str]) -> Verdict:
        found = Verdict()
        found.judge(told, 10.0, held, alarmed, {"b": "smoke"})
        return found

    well = judged(whole, {"b"})
    assert (well.kept, well.spans, well.acknowledged) == (True, [0.0], {"http": 1, "life": 1, "bulk": 1})  # fmt: skip
    bulk = judged({("a", 1): 1, ("b", 2): 1}, {"b"})
    assert (bulk.kept, bulk.spans) == (True, [3.0])
    assert not judged({("b", 2): 1}, {"b"}).kept  # a receipt of HTTP
    assert not judged({("a", 1): 1}, {"b"}).kept  # danger to life
    assert not judged(whole, set()).kept  # danger without its alarm
    assert not judged(whole | {("a", 1): 2}, {"b"}).kept  # twice
