"""What became of a code of an earlier list of matters."""

import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from lifang.cases.catalogue import (
    EDITIONS,
    MATTERS,
    NO_SUCCESSOR,
    OLD_MATTERS,
    Edition,
    Matter,
    OldMatter,
)
from lifang.core.access import Actor, Refused
from lifang.core.i18n import Text

BETWEEN = str.maketrans("", "", " -_./–—")
DIGITS = 4


class Converted(NamedTuple):
    """One old code, and the matter of 2026 it leads to, those it may lead to, or why there is none.

    `how`: the same `name` in both editions, by `meaning`, by the edition's `rule`, to a `local` matter, or `current`:
    what was asked is a code of 2026.
    """

    edition: Edition
    asked: str
    code: str
    name: Text | None
    outcome: Literal["one", "several", "none"]
    matters: tuple[Matter, ...] = ()
    how: Literal["name", "meaning", "rule", "local", "current", ""] = ""
    why: str = ""
    note: Text | None = None
    source: str = ""
    confirmed: bool = False

    @property
    def reason(self) -> Text | None:
        """Why there is none, in words."""
        return NO_SUCCESSOR[self.why].name if self.why else None


def edition(actor: Actor, key: str) -> Edition:
    """An earlier edition of the list of matters. Raises `Refused("not_found")`."""
    found = EDITIONS.get(key)
    if found is None:
        raise Refused("not_found")
    return found


def converted(actor: Actor, code: str, edition_key: str) -> Converted:
    """A code as somebody wrote it (`0405`, `04-05`, `405` where a spreadsheet ate the zero) → its matter of 2026."""
    old = edition(actor, edition_key)
    plain = _plain(code)
    if not plain:
        return _not_old(old, code)
    entry = OLD_MATTERS[old.key].get(plain)
    found = _by_entry(old, entry) if entry else _by_rule(old, plain)
    return found._replace(asked=code)


def old_matters(actor: Actor, edition_key: str = "") -> list[Converted]:
    """Every code of an edition, or of all, that is listed or that its rule leads to a matter."""
    chosen = [edition(actor, edition_key)] if edition_key else EDITIONS.all()
    return [
        converted(actor, code, old.key)
        for old in chosen
        for code in sorted({entry.key for entry in OLD_MATTERS[old.key]} | set(_ruled(old)))
    ]


def _plain(text: str) -> str:
    """The four digits of an old code, or nothing."""
    code = unicodedata.normalize("NFKC", text).strip().removesuffix(".0").translate(BETWEEN)
    if not (code.isascii() and code.isdigit()) or len(code) not in (DIGITS - 1, DIGITS):
        return ""
    return code.zfill(DIGITS)


def _not_old(old: Edition, asked: str) -> Converted:
    new = MATTERS.get(asked.strip())
    if new is None:
        return Converted(old, asked, "", None, "none", why="unreadable")
    return Converted(
        old, asked, "", None, "one", (new,), "current", source=new.source, confirmed=new.confirmed
    )


def _by_entry(old: Edition, entry: OldMatter) -> Converted:
    base = Converted(
        old, entry.key, entry.key, entry.name, "none",
        note=entry.note, source=entry.source, confirmed=entry.confirmed,
    )  # fmt: skip
    found = tuple(
        MATTERS[key] for key in ([entry.to] if entry.to else entry.candidates) if key in MATTERS
    )
    if not found:  # or this city has none of them
        return base._replace(why=entry.why or "gone")
    if not entry.to:
        return base._replace(outcome="several", matters=found)
    return base._replace(outcome="one", matters=found, how=_how(old, entry, found[0]))


def _how(
    old: Edition, entry: OldMatter, new: Matter
) -> Literal["name", "meaning", "rule", "local"]:
    if new.local:
        return "local"
    if _led(old, entry.key) == new.key:
        return "rule"
    same = entry.name is not None and _letters(entry.name.zh) == _letters(new.name.zh)
    return "name" if same else "meaning"


def _letters(name: str) -> str:
    return "".join(one for one in name if one.isalnum())


def _by_rule(old: Edition, code: str) -> Converted:
    base = Converted(old, code, code, None, "none", source=old.standard)
    key = _led(old, code)
    if key in MATTERS:
        return base._replace(outcome="one", matters=(MATTERS[key],), how="rule")
    if code[:2] in old.own:
        return base._replace(why="own")
    if not old.rule:
        return base._replace(why="unknown")
    return base._replace(why="empty_place" if key else "outside_rule")


def _led(old: Edition, code: str) -> str:
    """Where the rule leads: the new major, and a 0 before the minor."""
    major = old.rule.get(code[:2])
    return f"{major}0{code[2:]}" if major else ""


def _ruled(old: Edition) -> Iterator[str]:
    back = {new: major for major, new in old.rule.items()}
    for matter in MATTERS:
        if matter.major in back and matter.key[2] == "0" and not matter.local:
            yield back[matter.major] + matter.key[3:]
