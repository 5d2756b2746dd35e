"""Which groups a note speaks of: by plain words, so that whoever wrote it sees why."""

from collections.abc import Mapping, Sequence

from lifang.core.search.words import plain


def spoken(note: str, words: Mapping[str, Sequence[str]], denials: Sequence[str]) -> list[str]:
    """Keys of the groups whose words stand in a note, in the order of the list; not where a denial stands right before."""
    said, no = plain(note), tuple(denials)
    return [
        key for key, mine in words.items() if any(_said(said, plain(word), no) for word in mine)
    ]


def _said(note: str, word: str, no: tuple[str, ...]) -> bool:
    at = note.find(word) if word else -1
    while at >= 0:
        if not note[:at].endswith(no):
            return True
        at = note.find(word, at + 1)
    return False
