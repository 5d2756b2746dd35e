"""Words that carry both languages."""

from typing import Any

import msgspec
from django.utils.translation import get_language


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in Chinese and English; `str()` follows the reader's language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "zh").startswith("en") else self.zh

    def of(self, **facts: Any) -> "Text":
        """The text with its `{placeholders}` filled; unknown ones stay as they are."""
        known = _Kept(facts)
        return Text(zh=self.zh.format_map(known), en=self.en.format_map(known))


class _Kept(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
