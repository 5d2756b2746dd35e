"""Groups a person belongs to: on a ground, with a day of review; consent can be taken back."""

from datetime import datetime, timedelta

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.registry import rules
from lifang.registry.actions.knowing import office_of, today
from lifang.registry.actions.visits import plan_for, unplan
from lifang.registry.catalogue import TAGS
from lifang.registry.events import TagEnded, Tagged
from lifang.registry.models import Person, Tagging


@action("registry.tag")
def tag(
    *,
    actor: Actor,
    person: Person,
    tag: str,
    at: datetime,
    source: str = "visit",
    consented: bool = False,
) -> Tagging:
    """A person belongs to a group from now on; the visits that the group asks for are planned."""
    insist(rules.may_tag(tag, consented), rules.source_known(source))
    held = Person.objects.hold(person.pk)
    if Tagging.objects.filter(person=held, tag=tag, valid_to__isnull=True).exists():
        raise Refused("tagged_already")
    known = TAGS[tag]
    made = Tagging.objects.create(
        area=held.area,
        holders=held.holders,
        person=held,
        tag=tag,
        source=source,
        office=office_of(actor, "registry.tag", held.area),
        consented_at=at if consented else None,
        review_on=today(at) + timedelta(days=known.review_days),
        valid_from=at,
    )
    if known.visit:
        plan_for(held, known.visit, at)
    publish(Tagged(person=held.pk, tag=tag, at=at), area=held.area, holders=held.holders)
    return made


@action("registry.untag")
def untag(*, actor: Actor, tagging: Tagging, at: datetime, ended: str = "reviewed") -> Tagging:
    """The person no longer belongs to the group."""
    insist(rules.code_fits("end", ended, "ended"))
    return _end(Tagging.objects.hold(tagging.pk), ended, at)


@action("registry.review_tag")
def review_tag(*, actor: Actor, tagging: Tagging, at: datetime) -> Tagging:
    """Somebody looked: it is still so, until the next day of review."""
    held = Tagging.objects.hold(tagging.pk)
    insist(None if held.valid_to is None else Refusal("ended_already"))
    held.review_on = today(at) + timedelta(days=TAGS[held.tag].review_days)
    held.office = office_of(actor, "registry.review_tag", held.area)
    held.save(update_fields=["review_on", "office"])
    return held


@action("registry.withdraw_consent")
def withdraw_consent(*, actor: Actor, tagging: Tagging, at: datetime) -> Tagging:
    """The person takes back the consent on which a tag stands; it ends at once, with nothing asked."""
    held = Tagging.objects.hold(tagging.pk)
    own = bool(actor.holder) and actor.holder in held.holders
    insist(
        None if own else Refusal("not_found"),
        None if TAGS[held.tag].consent else Refusal("tag_without_consent"),
    )
    return _end(held, "withdrawn", at)


def _end(held: Tagging, ended: str, at: datetime) -> Tagging:
    if held.valid_to is not None:
        raise Refused("ended_already")
    held.valid_to, held.ended = at, ended
    held.save(update_fields=["valid_to", "ended"])
    visit = TAGS[held.tag].visit
    still = Tagging.objects.filter(person=held.person_id, valid_to__isnull=True).values_list("tag", flat=True)  # fmt: skip
    if visit and not any(TAGS[other].visit == visit for other in still if other in TAGS):
        unplan(held.person_id, visit, at)
    publish(
        TagEnded(person=held.person_id, tag=held.tag, ended=ended, at=at),
        area=held.area,
        holders=held.holders,
    )
    return held
