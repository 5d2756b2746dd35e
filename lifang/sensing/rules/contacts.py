"""Decides about who may be asked when somebody looked after stays silent."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.sensing.models import Vigil

MOST_CONTACTS = 2
TELEPHONE = re.compile(r"(?=(?:\D*[0-9]){3})[0-9+ -]{5,20}")


class Contact(NamedTuple):
    """Somebody outside who may be called; without a number it is nobody."""

    name: str
    telephone: str


NOBODY = Contact("", "")


def contacts(vigil: Vigil) -> list[Contact]:
    """In the order in which they are asked."""
    slots = ((vigil.contact, vigil.telephone), (vigil.second_contact, vigil.second_telephone))
    return [Contact(name or "", telephone) for name, telephone in slots if telephone]


def may_be_contacts(wanted: Sequence[Contact]) -> Refusal | None:
    numbers = [re.sub(r"\D", "", one.telephone) for one in wanted if one.telephone.strip()]
    if len(wanted) > MOST_CONTACTS:
        return Refusal("contact_many", {"most": MOST_CONTACTS})
    if not all(len(one.name.strip()) <= 60 for one in wanted):
        return Refusal("contact_name")
    if not all(
        TELEPHONE.fullmatch(one.telephone.strip()) for one in wanted if one.telephone.strip()
    ):
        return Refusal("contact_telephone")
    return Refusal("contact_twice") if len(set(numbers)) < len(numbers) else None
