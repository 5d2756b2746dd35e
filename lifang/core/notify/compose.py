"""Words of a message, from its template and facts, in one language."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from lifang.core.i18n import Text
from lifang.core.i18n.when import day_text, instant_text
from lifang.core.notify.catalogue import Template, templates
from lifang.core.site import site

Facts = Mapping[str, Any]
Stored = dict[str, str | int | float | dict[str, str]]


INSTEAD_OF = "instead_of"  # a fact of what a deputy is told: the name of whoever is away
HIDDEN = "••••••"


class Written(Protocol):
    @property
    def template(self) -> str: ...
    @property
    def facts(self) -> Any: ...


class Sealed(Written, Protocol):
    @property
    def secrets(self) -> str | None: ...


def stored(facts: Facts) -> Stored:
    """Facts as JSON that still knows both languages; times are said in the site's own zone."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> str | int | float | dict[str, str]:
    if isinstance(value, datetime):
        value = instant_text(value.astimezone(ZoneInfo(site().timezone)))
    elif isinstance(value, date):
        value = day_text(value)
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, UUID):
        return str(value)
    return value if isinstance(value, int | float) else str(value)


def parted(facts: Stored, secret: Iterable[str]) -> tuple[Stored, str | None]:
    """Facts with dots for what is secret, and the secret ones as JSON."""
    hidden = {name: facts[name] for name in secret}
    return {**facts, **dict.fromkeys(hidden, HIDDEN)}, json.dumps(hidden) if hidden else None


def told(message: Sealed) -> Stored:
    """All facts of a message, the secret ones opened; dots where they are gone already."""
    return {**message.facts, **json.loads(message.secrets or "{}")}


def fill(words: Text, facts: Stored) -> Text:
    """The words with every fact in its place. Raises `KeyError` naming a missing one."""
    return Text(zh=words.zh.format_map(_in("zh", facts)), en=words.en.format_map(_in("en", facts)))


def _in(language: str, facts: Stored) -> dict[str, Any]:
    return {
        name: value[language] if isinstance(value, dict) else value for name, value in facts.items()
    }


def words(template: Template, facts: Stored, *, short: bool) -> tuple[Text, Text]:
    """Title and body; `short` takes the SMS form if there is one."""
    body = template.sms if short and template.sms else template.body
    return _title(template, facts), fill(body, facts)


def _title(template: Template, facts: Stored) -> Text:
    """A deputy reads whose post it is for."""
    found, absent = fill(template.title, facts), facts.get(INSTEAD_OF)
    return Text(f"【代{absent}】{found.zh}", f"For {absent}: {found.en}") if absent else found


def title_of(message: Written) -> Text:
    return _title(templates()[message.template], message.facts)


def body_of(message: Written, *, short: bool = False) -> Text:
    return words(templates()[message.template], message.facts, short=short)[1]


def letter_of(message: Sealed, *, short: bool = False) -> tuple[Text, Text]:
    """Title and body as the recipient reads them, secrets included."""
    return words(templates()[message.template], told(message), short=short)


def speak(text: Text, language: str) -> str:
    return text.en if language.startswith("en") else text.zh
