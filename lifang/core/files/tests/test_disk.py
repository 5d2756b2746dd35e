import os
from pathlib import Path

import pytest

from lifang.core.files import disk

pytestmark = pytest.mark.usefixtures("folder")


def test_content_is_kept_under_its_name_and_twice_is_once(folder):
    name = disk.put(b"picture", b"thumb", b"middle")
    assert disk.put(b"picture", b"thumb", b"middle") == name
    assert (disk.middle(name), disk.middle(disk.put(b"small"))) == (b"middle", b"")
    disk.drop(disk.put(b"small"))
    assert (disk.get(name), disk.get(name, disk.THUMB)) == (b"picture", b"thumb")
    assert sorted(p.name for p in folder.rglob("*") if p.is_file()) == [
        name,
        f"{name}.middle",
        f"{name}.thumb",
    ]
    assert {p.stat().st_mode & 0o777 for p in folder.rglob("*") if p.is_file()} == {0o600}


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 63 + "/"])
def test_no_name_leads_out_of_the_folder(name):
    with pytest.raises(ValueError, match="not a content name"):
        disk.place(name)


def test_file_and_every_new_folder_are_synced_before_put_returns(folder, monkeypatch):
    order = []
    real_sync, real_replace = os.fsync, os.rename

    def sync(handle):
        order.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real_sync(handle)

    def replace(self, target):
        order.append(f"rename to {target.name}")
        real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(disk.Path, "replace", replace)
    name = disk.put(b"picture")
    place = disk.place(name)
    synced = [str(folder.parent), str(folder), str(place.parents[1])]
    assert order[:3] == synced
    assert order[3].startswith(str(place.parent / f".{name}."))
    assert order[4:] == [f"rename to {name}", str(place.parent)]


def test_a_full_disk_leaves_no_half_file(folder, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    disk.put(b"first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        disk.put(b"second")
    assert [p.read_bytes() for p in folder.rglob("*") if p.is_file()] == [b"first"]


def test_in_an_unsettled_block_the_disk_is_waited_for_once_at_the_end(folder, monkeypatch):
    synced = []
    plain = os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: (
            synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())),
            plain(handle),
        ),
    )
    with disk.unsettled():
        names = [disk.put(b"one", b"small"), disk.put(b"two")]
        assert synced == []
        assert disk.get(names[0]) == b"one"
    files = {str(disk.place(name)) for name in names} | {str(disk.place(names[0], disk.THUMB))}
    folders = {str(disk.place(name).parent) for name in names}
    assert files | folders <= {*synced}
    assert len(synced) == len({*synced})
