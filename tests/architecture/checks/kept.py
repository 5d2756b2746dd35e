"""Every table that holds something of a person has a term of keeping."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import SealedText
from lifang.core.retention import Shelf
from tests.architecture.checks.tree import Exempt, exempt, stale

# Of these no shelf takes anything.
EXEMPT: Exempt = {
    "notify.Endpoint": "the secret of a machine",
    "registry.Membership": "names a record, which its own terms empty",
    "registry.Occupancy": "names a record, which its own terms empty",
    "registry.Tie": "names a record, which its own terms empty",
    "registry.Union": "names a record, which its own terms empty",
    "registry.VisitPlan": "names a record, which its own terms empty",
    "sensing.Key": "the secret of a machine",
    "sensing.Pull": "the secret of a machine",
    "sensing.Maker": "how a firm is reached",
    "sensing.Vigil": "contact, telephone and what was learnt go the moment it ends",
}


def without_term(models: Iterable[type[Any]], shelves: Iterable[Shelf], exemptions: Exempt | None = None) -> list[str]:  # fmt: skip
    """Models with a sealed value, or that name a person, a household or a resident of the register, on no shelf."""
    exemptions = EXEMPT if exemptions is None else exemptions
    kept = shelved(shelves)
    found = [(one._meta.label, why) for one in models if (why := _personal(one)) and one._meta.label not in kept]  # fmt: skip
    faults = [f"{label}: {why}, and no term says how long" for label, why in sorted(found) if not exempt(label, exemptions)]  # fmt: skip
    return faults + stale([label for label, _ in found], exemptions)


def shelved(shelves: Iterable[Shelf]) -> set[str]:
    """Of which models the shelves take rows, and what goes with them."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    with behind(SYSTEM):
        return {label for one in shelves for label in (one.over(SYSTEM, day).model._meta.label, *one.also)}  # fmt: skip


def _personal(model: type[Any]) -> str:
    """Why it holds something of a person."""
    for field in model._meta.concrete_fields:
        if isinstance(field, SealedText):
            return f"`{field.name}` is sealed"
        if field.related_model is not None and field.related_model._meta.label in PEOPLE:
            return f"`{field.name}` names somebody"
    return ""


PEOPLE = ("registry.Person", "registry.Household", "registry.Resident")
