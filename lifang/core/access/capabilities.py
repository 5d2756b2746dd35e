from functools import cache

import msgspec

from lifang.core.catalogue import gather
from lifang.core.i18n import Text

ANYONE, RESIDENT, STAFF = "anyone", "resident", "staff"  # posts that need no posting


class Capability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of act, and the kinds of post that may do it. Its key is also the action's name."""

    key: str
    name: Text
    posts: list[str]


@cache
def capabilities() -> dict[str, Capability]:
    """Every context's `data/capabilities.yaml`."""
    return gather("capabilities", Capability)


@cache
def of_post(post: str) -> frozenset[str]:
    """The capabilities a kind of post gives."""
    return frozenset(entry.key for entry in capabilities().values() if post in entry.posts)


@cache
def basic(kind: str) -> frozenset[str]:
    """What everybody of a kind may do without a posting."""
    given = of_post(ANYONE)
    if kind in (RESIDENT, STAFF):
        given |= of_post(kind)
    return given
