"""What stands in a form although no register has it: the household, an earlier matter of the same person, the usual way."""

from datetime import date
from typing import Any

from lifang.affairs.catalogue import QUESTIONS, policy
from lifang.affairs.models import Application
from lifang.affairs.rules import day_of
from lifang.core.access import SYSTEM, Actor
from lifang.core.crypto import masks
from lifang.core.crypto.fields import clear
from lifang.core.forms import Filled, Given
from lifang.core.forms.filled import words
from lifang.core.i18n import Text
from lifang.registry import selectors as registry
from lifang.registry.terms import HEAD

EARLIER, HOUSEHOLD, USUAL = Text("上次办事所填", "An earlier matter"), Text("住户登记", "Household on record"), Text("通常方式", "The usual way")  # fmt: skip
LOOKED_BACK = 8  # applications
DAYS_A_MONTH = 30.5
MASKS = {"name": masks.mask_name, "telephone": masks.mask_telephone, "identity": masks.mask_identity, "address": masks.mask_address}  # fmt: skip


def before(system: Actor, person: Any, household: Any, on: date, delivery: str) -> dict[str, Given]:
    """By the key of the question. Behind the wall of the system: it is the person's own."""
    found = {"delivery": Given(delivery, words(QUESTIONS["delivery"].question, delivery), USUAL)}
    if household is not None:
        found |= _household(person, household)
    return found | _earlier(person, on)


def _household(person: Any, household: Any) -> dict[str, Given]:
    """How many they are, and the name of the spouse, where the relation says it."""
    rows = list(registry.members(SYSTEM, household))
    own = next((one.relation for one in rows if one.person_id == person.pk), "")
    found = {"household_size": Given(len(rows), str(len(rows)), HOUSEHOLD)} if rows else {}
    other = {HEAD: "spouse", "spouse": HEAD}.get(own)
    spouse = next((one.person for one in rows if other and one.relation == other), None)
    if spouse is not None and (name := clear(spouse, "name")):
        found["spouse_name"] = Given(name, masks.mask_name(name), HOUSEHOLD)
    return found


def _earlier(person: Any, on: date) -> dict[str, Given]:
    """The newest answer to each question that may stand again; only of matters whose applicant agreed."""
    rows = Application.objects.filter(person=person, reuse=True, emptied_at=None)
    found: dict[str, Given] = {}
    for row in rows.order_by("-submitted_at")[:LOOKED_BACK]:
        if (on - day_of(row.submitted_at)).days > policy("again_months") * DAYS_A_MONTH:
            break
        for key, value in Filled.read(str(clear(row, "answers"))).answers.items():
            asked = QUESTIONS.get(key)
            if asked and asked.again and key not in found and value not in ("", None, []):
                found[key] = Given(value, _masked(key, value), EARLIER, day_of(row.submitted_at).isoformat())  # fmt: skip
    return found


def _masked(key: str, value: Any) -> str:
    question = QUESTIONS[key].question
    if question.options:
        return words(question, value)
    return MASKS.get(question.kind, masks.mask_all)(str(value))
