"""No picture and no template of a face comes in or is kept (face rules 2025; reference FR-03): told by what it looks like, whoever names it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST_TEXT, MOST_NUMBERS, DEEPEST = 400, 24, 6
# What such a thing is called; a box in a picture (four numbers) and a score are none.
NAMES: Final = frozenset((
    "embedding", "embeddings", "face_embedding", "faceembedding", "template", "facetemplate", "face_template", "feature", "features",
    "featuredata", "feature_vector", "facefeature", "facefeatures", "descriptor", "faceprint", "thumbnail", "snapshot", "image", "images",
    "imagedata", "subimagelist", "picdata", "facepic", "picture", "photo", "jpeg", "base64",
))  # fmt: skip
_BEGINS: Final = ("data:image", "/9j/", "iVBOR", "R0lGOD", "UklGR", "Qk0")
_RUN: Final = re.compile(
    rb"[A-Za-z0-9+/=_-]{400,}|(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*,\s*){24,}"
)
REMOVED: Final = b"[removed]"


def carries(facts: Mapping[str, Any]) -> str:
    """Where a message carries a picture or a template; "" where it does not."""
    return next(_found(facts, "", 0), "")


def without(body: bytes) -> bytes:
    """What a quarantined message may keep: no run that could be a picture or a template."""
    return _RUN.sub(REMOVED, body)


def _found(value: Any, path: str, deep: int) -> Iterator[str]:
    if deep > DEEPEST or _numbers(value) or _text(value):
        yield path
    elif isinstance(value, Mapping):
        for name, each in value.items():
            here = f"{path}.{name}".lstrip(".")[:80]
            if _named(str(name), each):
                yield here
            yield from _found(each, here, deep + 1)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _found(each, path, deep + 1)


def _named(name: str, value: Any) -> bool:
    return name.lower().replace("-", "_") in NAMES and not isinstance(value, (bool, type(None)))


def _numbers(value: Any) -> bool:
    many = isinstance(value, (list, tuple)) and len(value) > MOST_NUMBERS
    return many and all(isinstance(each, (int, float)) for each in value)


def _text(value: Any) -> bool:
    return isinstance(value, str) and (len(value) > MOST_TEXT or value.startswith(_BEGINS))
