"""Mistakes in a catalogue are told with file and line, before anything starts."""

from pathlib import Path

import msgspec
import pytest

from lifang.core.catalogue import Catalogue, Mistake, loader
from lifang.core.i18n import Text


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    name: Text


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A context `shop` and a site's overlay of it, in a folder of one's own."""
    (tmp_path / "own").mkdir()
    (tmp_path / "site" / "data" / "shop").mkdir(parents=True)
    monkeypatch.setattr(loader, "_folder", lambda owner: tmp_path / "own")

    class Config:
        site_dir = tmp_path / "site"

    monkeypatch.setattr(loader, "config", Config)
    return tmp_path


def written(path: Path, text: str) -> Catalogue:
    path.write_text(text, "utf-8")
    return Catalogue("shop", "things", Entry)


@pytest.mark.covers("S0-12", "S0-03")
def test_a_site_adds_changes_and_drops_entries_by_key(here):
    written(
        here / "own" / "things.yaml",
        '- {key: "06010", name: {zh: 甲, en: A}}\n- {key: b, name: {zh: 乙, en: B}}\n',
    )
    things = written(
        here / "site" / "data" / "shop" / "things.yaml",
        "- {key: b, dropped: true}\n- {key: c, name: {zh: 丙, en: C}}\n",
    )
    assert [(thing.key, thing.name.zh) for thing in things] == [("06010", "甲"), ("c", "丙")]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("- {key: a, name: {zh: 甲, en: A}}\n- {key: b, nam: 1}\n", 2, "b"),
        ("- {key: a, name: {zh: 甲, en: A}}\n\n- {key: a, name: {zh: 甲, en: A}}\n", 3, "twice"),
        ("- {name: {zh: 甲, en: A}}\n", 1, "without `key`"),
        ("- {key: a, name: {zh: 甲\n", 2, "not readable"),
    ],
)
def test_a_mistake_names_its_file_and_line(here, text, line, said):
    things = written(here / "own" / "things.yaml", text)
    with pytest.raises(Mistake) as told:
        things.load()
    assert f"things.yaml:{line}:" in str(told.value)
    assert said in str(told.value)


def test_a_missing_file_is_said(here):
    with pytest.raises(Mistake, match="missing"):
        Catalogue("shop", "things", Entry).load()
