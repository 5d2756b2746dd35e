"""Groups that a visit's note speaks of: offered to whoever wrote it, for half an hour, in their own session; entered by a tap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

from lifang.core.access import Actor
from lifang.registry import rules, selectors
from lifang.registry.catalogue import DENIALS, TAGS
from lifang.registry.models import Household, Person

KEPT: Final = "spoken"  # in the session, which lies sealed
LIFE: Final = timedelta(minutes=30)


def keep(request: HttpRequest, household: Household, note: str) -> None:
    """Remember which groups the note of this visit speaks of; not the note."""
    found = rules.spoken(note, {tag.key: tag.words for tag in TAGS}, DENIALS["denied"].words)
    at: datetime = request.at  # type: ignore[attr-defined]
    if found:
        request.session[KEPT] = {"of": str(household.pk), "tags": found, "at": at.isoformat()}
    elif KEPT in request.session:
        del request.session[KEPT]


def offered(
    request: HttpRequest, household: Household, people: Sequence[Person]
) -> list[dict[str, Any]]:
    """Each group with the members who are not in it yet; none for who may not enter anybody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = request.session.get(KEPT)
    if not kept or kept["of"] != str(household.pk) or not actor.may("registry.tag", household.area):
        return []
    if datetime.fromisoformat(kept["at"]) < request.at - LIFE:  # type: ignore[attr-defined]
        return []
    already = selectors.groups_of(actor, [person.pk for person in people])
    lines = [
        {"tag": TAGS[key], "people": [one for one in people if (one.pk, key) not in already]}
        for key in kept["tags"]
        if key in TAGS
    ]
    return [line for line in lines if line["people"]]
