"""Kinds of post by key, for people to read; who declares them is not core's business."""

from functools import cache

import msgspec

from lifang.core.catalogue import gather
from lifang.core.i18n import Text


class Post(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: Text


@cache
def posts() -> dict[str, Post]:
    """Every context's `data/posts.yaml`."""
    return gather("posts", Post)


def post_name(key: str) -> str:
    known = posts().get(key)
    return str(known.name) if known else key
