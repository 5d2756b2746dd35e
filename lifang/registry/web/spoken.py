"""Groups that a visit's note speaks of: offered for a day to whoever wrote it, read from the sealed note itself; entered by a tap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

from lifang.core.access import Actor
from lifang.core.crypto.fields import clear
from lifang.core.ids import made_at
from lifang.registry import rules, selectors
from lifang.registry.catalogue import DENIALS, TAGS, Tag
from lifang.registry.models import Household, Person

LIFE: Final = timedelta(days=1)


def groups(note: str) -> list[Tag]:
    """The groups these words speak of."""
    found = rules.spoken(note, {tag.key: tag.words for tag in TAGS}, DENIALS["denied"].words)
    return [TAGS[key] for key in found]


def offered(
    request: HttpRequest, household: Household, people: Sequence[Person]
) -> list[dict[str, Any]]:
    """Each group with the members who are not in it yet; none for who may not enter anybody. Nothing is kept beside the note."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    if not actor.may("registry.tag", household.area):
        return []
    visit = selectors.own_last_visit(actor, household)
    if visit is None or made_at(visit.pk) < at - LIFE:  # when it came, not when it was
        return []
    spoken = groups(clear(visit, "note"))
    already = selectors.groups_of(actor, [person.pk for person in people]) if spoken else set()
    lines = [
        {"tag": tag, "people": [one for one in people if (one.pk, tag.key) not in already]}
        for tag in spoken
    ]
    return [line for line in lines if line["people"]]
