"""Every sentence the product knows, to find the ones in the wrong language."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from e2e.living import ROOT

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KEY = re.compile(r"^(?:[a-z]+_[a-z_]+|[a-z]+\.[a-z_]+)$")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}[ ,.]+[A-Za-z]{2,}")
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
# Proper names and signs that are the same in both languages.
SAME = {"English", "中文", "CSV", "Excel", "GeoJSON", "API", "里坊", "lifang"}


@cache
def pairs() -> list[tuple[str, str]]:
    """(English, Chinese) of every message and every catalogue text."""
    found = [
        pair
        for file in sorted(ROOT.glob("lifang/**/locale/zh_Hans/**/*.po"))
        for pair in _messages(file)
    ]
    for file in sorted(ROOT.glob("lifang/**/data/*.yaml")):
        found += list(_texts(yaml.safe_load(file.read_text("utf-8"))))
    return [(en, zh) for en, zh in found if en != zh]


@cache
def wrong(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """What must not stand alone on a page of this language: fixed sentences, and sentences with holes."""
    here = [zh if language == "en" else en for en, zh in pairs()]
    right = {en if language == "en" else zh for en, zh in pairs()}
    fixed = {_plain(text) for text in here if not PLACE.search(text) and text not in right}
    holed = {text for text in here if PLACE.search(text)}
    patterns = tuple(
        re.compile(_holes(text)) for text in holed if len(PLACE.sub("", text).strip()) > 3
    )
    return frozenset(fixed - SAME), patterns


@cache
def _said() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for en, zh in pairs():
        found.setdefault(_plain(en), set()).add(_plain(zh))
    return {en: tuple(sorted(found[en])) for en in found}


def saying(text: str, language: str, *, part: bool = False) -> re.Pattern[str]:
    """The English sentence of the product as this reader sees it; holes fit anything."""
    said = (text,) if language == "en" else _said().get(_plain(text), (text,))
    either = "|".join(_holes(one) for one in said)
    return re.compile(f"(?:{either})" if part else rf"^\s*(?:{either})\s*$")


def foreign(text: str, language: str) -> bool:
    """Is this piece of a page a sentence of ours in the other language?"""
    text = _plain(text)
    if language == "en" and not HAN.search(text):
        return False
    if language != "en" and not re.search(r"[A-Za-z]{2}", text):
        return False
    fixed, patterns = wrong(language)
    return text in fixed or any(pattern.fullmatch(text) for pattern in patterns)


def english_sentence(text: str) -> bool:
    """On a Chinese page: words in English that no catalogue knows either."""
    return not HAN.search(text) and bool(LATIN_WORDS.search(text))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _holes(text: str) -> str:
    parts = PLACE.split(_plain(text.replace("%%", "%")))
    return ".+".join(re.escape(part) for part in parts)


def _texts(node: Any) -> Any:
    if isinstance(node, dict):
        if {"zh", "en"} <= node.keys() and isinstance(node["zh"], str):
            yield str(node["en"]), node["zh"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _messages(file: Path) -> list[tuple[str, str]]:
    """msgid and msgstr; plural forms count as the same sentence."""
    found: list[tuple[str, str]] = []
    entry: dict[str, str] = {}
    field = ""
    for line in [*file.read_text("utf-8").splitlines(), ""]:
        if line.startswith(("msgid", "msgstr")):
            if line.startswith("msgid ") and entry:
                found += _pair(entry)
                entry = {}
            field, _space, quoted = line.partition(" ")
            entry[field] = _unquoted(quoted)
        elif line.startswith('"') and field:
            entry[field] += _unquoted(line)
    return [*found, *_pair(entry)]


def _pair(entry: dict[str, str]) -> list[tuple[str, str]]:
    chinese = entry.get("msgstr") or entry.get("msgstr[0]", "")
    sources = [entry.get("msgid", ""), entry.get("msgid_plural", "")]
    return [(source, chinese) for source in sources if source and chinese]


def _unquoted(text: str) -> str:
    return text.strip()[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
