"""docs/reference: what the declarations say, as tables. Only boot knows every context."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import msgspec

from lifang.core.access.capabilities import Capability, capabilities
from lifang.core.access.posts import posts
from lifang.core.access.refusal import Reason, reasons
from lifang.core.catalogue import Catalogue, declared
from lifang.core.config import ROOT
from lifang.core.events.registry import EVENTS, listeners_of
from lifang.core.notify.catalogue import templates

FOLDER = ROOT / "docs" / "reference"
MADE = "Made by `lifang reference`; a test fails when it is not up to date."


def pages() -> dict[str, str]:
    """File name → Markdown."""
    return {
        "events.md": _page("Events", _events()),
        "capabilities.md": _page("Capabilities", _capabilities()),
        "messages.md": _page("Messages", _messages()),
        "reasons.md": _page("Reasons", _reasons()),
        "catalogues.md": _page("Catalogues", _catalogues()),
    }


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", MADE, "", *parts]).rstrip() + "\n"


def _table(heads: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table under heads parted by `|`."""
    names = heads.split("|")
    for cells in (tuple(names), ("---",) * len(names), *rows):
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _context(key: str) -> str:
    return key.partition(".")[0]


# -- each page --------------------------------------------------------------------------------------


def _events() -> Iterator[str]:
    yield "Past-tense facts, told into the outbox and passed on to JetStream as `ev.<area>.<name>`. Names are for ever.\n"
    kinds = {name: kind for name, kind in sorted(EVENTS.items()) if _ours(kind)}
    for context in dict.fromkeys(map(_context, kinds)):
        yield f"## {context}\n"
        yield from _table(
            "event|means|facts|heard by",
            (
                (f"`{name}`", _said(kind), _code(part.name for part in fields(kind)), _heard(name))
                for name, kind in kinds.items()
                if _context(name) == context
            ),
        )


def _ours(kind: type[Any]) -> bool:
    return kind.__module__.startswith("lifang.") and ".tests" not in kind.__module__


def _said(kind: type[Any]) -> str:
    """The docstring; not the signature that `dataclass` writes where there is none."""
    said = (kind.__doc__ or "").strip()
    return "" if said.startswith(f"{kind.__name__}(") else said


def _heard(name: str) -> str:
    own = (each.name for each in listeners_of(name) if ".tests" not in each.name)
    return _code(sorted({each.partition(".listeners")[0] for each in own}))


def _capabilities() -> Iterator[str]:
    yield "What each kind of post may do. The name is also the action's, the log's and, by context, the API's.\n"
    known = capabilities()
    yield "## By post\n"
    names = {key: post.name for key, post in posts().items()}
    for key in [*names, "staff", "resident", "anyone"]:
        may = [each for each in known.values() if key in each.posts]
        title = f"{names[key].zh} {names[key].en}, `{key}`" if key in names else f"`{key}`"
        yield f"### {title}\n"
        yield from _by_context(may) if may else ("Nothing of its own.\n",)
    yield "## By name\n"
    yield from _table(
        "capability|中文|English|posts",
        (
            (f"`{each.key}`", each.name.zh, each.name.en, _code(each.posts) or "the system alone")
            for each in sorted(known.values(), key=lambda each: each.key)
        ),
    )


def _by_context(may: list[Capability]) -> Iterator[str]:
    for context in sorted({_context(each.key) for each in may}):
        verbs = (f"{each.name.zh} {each.name.en}" for each in may if _context(each.key) == context)
        yield f"- **{context}**: {' · '.join(verbs)}"
    yield ""


def _messages() -> Iterator[str]:
    yield "What people are told, and over which channels. `{…}` is filled in when it is sent.\n"
    yield from _table(
        "template|channels|中文|English",
        (
            (
                f"`{each.key}`{' **at once, always**' if each.urgent else ''}",
                ", ".join(each.channels),
                f"**{each.title.zh}** {each.body.zh}",
                f"**{each.title.en}** {each.body.en}",
            )
            for each in sorted(templates().values(), key=lambda each: each.key)
        ),
    )


def _reasons() -> Iterator[str]:
    yield "Why something was refused: `reason` of an API error and of a line of the log. Hidden ones answer like “does not exist”.\n"
    yield from _table(
        "reason|中文|English",
        (
            (f"`{each.key}`{_hidden(each)}", each.text.zh, each.text.en)
            for each in _sorted_reasons()
        ),
    )


def _sorted_reasons() -> list[Reason]:
    return sorted(reasons().values(), key=lambda each: each.key)


def _hidden(reason: Reason) -> str:
    return " (hidden)" if reason.hidden else ""


def _catalogues() -> Iterator[str]:
    yield "What a city tunes in `sites/<site>/data/<owner>/<name>.yaml`: a known `key` changes the fields it names, a new one adds"
    yield "an entry, `dropped: true` takes one away. Every context's `capabilities`, `posts`, `reasons`, `messages` and `outward` work the same way.\n"
    yield from _table(
        "owner|file|an entry is|must say|may say",
        (
            (each.owner, f"`{each.name}.yaml`", _said(each.shape), *_fields(each))
            for each in declared()
            if _ours(each.shape)
        ),
    )


def _fields(known: Catalogue[Any]) -> tuple[str, str]:
    parts = msgspec.structs.fields(known.shape)
    return (
        _code(part.encode_name for part in parts if part.required),
        _code(part.encode_name for part in parts if not part.required),
    )
