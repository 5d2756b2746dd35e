"""Ask about call-ups: who agreed to help here and how they are reached, what those who were called answered."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.registry.catalogue import TAGS
from lifang.registry.models import Called, CallUp, Person, Tagging
from lifang.registry.terms import Answer, Way

OPEN = Q(valid_to__isnull=True)
STRENGTH = "strength"  # tags.yaml: groups of those who help
MOST = 500  # people of one preview


class ToCall(NamedTuple):
    """Somebody who may be called, masked: for which of the groups, how, and whether they were called already."""

    person: Person
    tags: list[str]
    way: Way
    telephone: str
    called: bool
    answer: str


class Tally(NamedTuple):
    """How many were called, how many come, how many cannot."""

    called: int = 0
    coming: int = 0
    cannot: int = 0


COMING, CANNOT = Q(answer=Answer.COMING), Q(answer=Answer.CANNOT)


def skills(actor: Actor) -> list[str]:
    """The groups of those who help: what somebody is, or can do."""
    return [one.key for one in TAGS if one.group == STRENGTH]


def to_call(actor: Actor, area: str, tags: Sequence[str], incident: UUID) -> list[ToCall]:
    """Who of these groups lives in an area and agreed to it where the group asks for that. By where they live: nobody is ranked."""
    wanted = [key for key in skills(actor) if key in set(tags)]
    free = [key for key in wanted if not TAGS[key].consent]
    rows = Tagging.objects.visible_to(actor).filter(OPEN, within(area), tag__in=wanted)
    rows = rows.filter(Q(consented_at__isnull=False) | Q(tag__in=free))
    rows = rows.filter(person__valid_to__isnull=True, person__merged_into__isnull=True)
    found: dict[UUID, list[Tagging]] = {}
    for row in rows.select_related("person").order_by("area", "person", "tag")[: MOST * 2]:
        found.setdefault(row.person_id, []).append(row)
    said = dict(
        Called.objects.visible_to(actor)
        .filter(incident=incident, person_id__in=found)
        .values_list("person_id", "answer")
    )
    return [_one(each, said) for each in list(found.values())[:MOST]]


def _one(rows: Sequence[Tagging], said: dict[UUID, str]) -> ToCall:
    who = rows[0].person
    telephone = str(who.telephone or "")
    account = any(one.startswith("account:") for one in who.holders)
    way = Way.ACCOUNT if account else Way.TEXT if telephone else Way.DOOR
    return ToCall(who, [one.tag for one in rows], way, telephone, who.pk in said, said.get(who.pk, ""))  # fmt: skip


def call_ups(actor: Actor, area: str = "") -> QuerySet[CallUp]:
    """Call-ups that were sent, newest first, with `n`, `coming`, `cannot`."""
    rows = CallUp.objects.visible_to(actor).filter(within(area)).select_related("account")
    return rows.annotate(
        n=Count("called"),
        coming=Count("called", filter=Q(called__answer=Answer.COMING)),
        cannot=Count("called", filter=Q(called__answer=Answer.CANNOT)),
    ).order_by("-sent_at", "-id")


def call_up(actor: Actor, pk: UUID | str) -> CallUp:
    """One call-up. Raises `Refused("not_found")`."""
    found = call_ups(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def called(actor: Actor, call: CallUp) -> list[tuple[Called, Person | None]]:
    """Who was called, by where they were called; the person, masked, while in sight."""
    rows = list(Called.objects.visible_to(actor).filter(call=call).order_by("way", "id"))
    people = Person.objects.visible_to(actor).in_bulk([one.person_id for one in rows])
    return [(one, people.get(one.person_id)) for one in rows]


def called_one(actor: Actor, pk: UUID | str) -> Called:
    """One person's call. Raises `Refused("not_found")`."""
    found = Called.objects.visible_to(actor).select_related("call").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def own_call(actor: Actor, pk: UUID | str) -> Called:
    """A call of one's own. Raises `Refused("not_found")`."""
    found = called_one(actor, pk)
    if actor.holder not in found.holders:
        raise Refused("not_found")
    return found


def answers(actor: Actor, incident: UUID) -> Tally:
    """What those who were called to an incident answered, all call-ups together; each person was called once."""
    rows = Called.objects.visible_to(actor).filter(incident=incident)
    return Tally(**rows.aggregate(called=Count("pk"), coming=Count("pk", filter=COMING), cannot=Count("pk", filter=CANNOT)))  # fmt: skip


def calls_to(actor: Actor, incident: UUID) -> QuerySet[CallUp]:
    """The call-ups of an incident."""
    return call_ups(actor).filter(incident=incident)
