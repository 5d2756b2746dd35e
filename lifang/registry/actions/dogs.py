"""Dogs enter the register, leave it, and their keepers are told what is not as it should be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.crypto.fields import clear
from lifang.core.i18n import Text
from lifang.core.notify import send
from lifang.registry import rules, selectors
from lifang.registry.actions.knowing import batch_for, know, today, value_now
from lifang.registry.actions.moving import companies
from lifang.registry.actions.people import serves
from lifang.registry.actions.sheets import Entered
from lifang.registry.catalogue import DOG_RULES, ELEMENTS
from lifang.registry.models import (
    Batch,
    Dog,
    DogNotice,
    DogNotified,
    Fact,
    Organisation,
    Person,
    Tie,
)
from lifang.registry.selectors.dogs import KEEPER
from lifang.registry.terms import Way


class NewDog(NamedTuple):
    """A dog before it is entered."""

    name: str
    size: str
    keeper: Person | Organisation | None = None
    breed: str = ""
    colour: str = ""
    licence: str = ""
    licensed_until: date | None = None
    vaccinated_on: date | None = None


def dog_faults(dog: NewDog, on: date) -> list[Refusal]:
    """What is wrong with a dog before anything is written."""
    found = [
        None if dog.name.strip() else Refusal("dog_unnamed", {"field": "name"}),
        rules.code_fits("dog_size", dog.size, "size") if dog.size else Refusal("unknown_code", {"code": "", "field": "size"}),
        rules.day_fits(dog.vaccinated_on, on, "vaccinated_on"),
    ]  # fmt: skip
    return [one for one in found if one]


@action("registry.add_dog")
def add_dog(*, actor: Actor, dog: NewDog, area: str, at: datetime, source: str = "visit") -> Dog:
    """Register a dog, with who keeps it if that is known."""
    insist(*dog_faults(dog, today(at)))
    return _enter(dog, area, batch_for(actor, source, area, at), at)


def _enter(dog: NewDog, area: str, batch: Batch, at: datetime) -> Dog:
    made = Dog(
        area=area, holders=companies(area), name=dog.name.strip()[:40],
        breed=dog.breed.strip()[:40], size=dog.size, colour=dog.colour.strip()[:20], licence=dog.licence.strip()[:40] or None,
        licensed_until=dog.licensed_until, vaccinated_on=dog.vaccinated_on, batch=batch, valid_from=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Refusal("dog_taken", {"field": "licence"})) from error
    if dog.keeper is not None:
        who = "person" if isinstance(dog.keeper, Person) else "organisation"
        Tie.objects.create(
            area=area, holders=dog.keeper.holders, kind=KEEPER, dog=made, valid_from=at, **{who: dog.keeper}
        )  # fmt: skip
    return made


class DogStands(NamedTuple):
    """A dog of the register, as a sheet compares it."""

    pk: UUID
    values: dict[str, str]


VALUES = ("size", "breed", "colour", "licence", "licensed_until", "vaccinated_on")


@action("registry.compare_dogs")
def compare_dogs(
    *, actor: Actor, keepers: Sequence[Person], area: str, at: datetime
) -> dict[tuple[UUID, str], DogStands]:
    """Dogs of these keepers by keeper and name, in the clear: what a sheet says is compared with it."""
    insist(None if serves(actor, "registry.compare_dogs", area) else Refusal("not_allowed"))
    ties = Tie.objects.filter(kind=KEEPER, valid_to__isnull=True, person__in=keepers)
    found = {}
    for tie in ties.select_related("dog").order_by("valid_from"):
        if tie.dog is not None and tie.person_id is not None:
            values = {name: value_now(tie.dog, ELEMENTS[f"dog.{name}"]) for name in VALUES}
            found[(tie.person_id, tie.dog.name)] = DogStands(tie.dog.pk, values)
    return found


@action("registry.take_dogs")
def take_dogs(
    *, actor: Actor, rows: Sequence[NewDog], area: str, source: str, at: datetime
) -> list[Dog]:
    """Enter the dogs of a sheet, checked already, in one batch; each lies where its keeper does."""
    insist(None if serves(actor, "registry.take_dogs", area) else Refusal("not_allowed"))
    batch = batch_for(actor, "sheet", area, at, name=source)
    return [_enter(row, row.keeper.area if row.keeper else area, batch, at) for row in rows]


@action("registry.change_dogs")
def change_dogs(
    *, actor: Actor, changes: Mapping[UUID, Mapping[str, str]], area: str, at: datetime
) -> int:
    """Write new values of many dogs, each with its history; how many values."""
    insist(None if serves(actor, "registry.change_dogs", area) else Refusal("not_allowed"))
    done = 0
    for pk, values in changes.items():
        held = Dog.objects.hold(pk)
        for name, value in values.items():
            know(actor, held, ELEMENTS[f"dog.{name}"], value, "sheet", at)
            done += 1
    return done


@action("registry.take_back_dogs")
def take_back_dogs(*, actor: Actor, rows: Iterable[Entered], area: str, at: datetime) -> set[UUID]:
    """Undo rows of a sheet: new dogs leave the register, changed values get back what stood. Those that were touched since are left, and named."""
    insist(None if serves(actor, "registry.take_back_dogs", area) else Refusal("not_allowed"))
    rows = list(rows)
    left = {row.person for row in rows if row.before and not _back(actor, row, at)}
    wanted = {row.person for row in rows if not row.before}
    touched = set(Fact.objects.filter(subject__in=wanted).values_list("subject", flat=True))
    touched |= set(DogNotified.objects.filter(dog__in=wanted).values_list("dog", flat=True))
    gone = set(Dog.objects.filter(pk__in=wanted - touched, valid_to__isnull=True).values_list("pk", flat=True))  # fmt: skip
    _end(gone, at)
    return left | (wanted - gone)


def _back(actor: Actor, row: Entered, at: datetime) -> bool:
    """Give a changed dog its earlier values, unless somebody wrote others since."""
    held = Dog.objects.hold(row.person)
    specs = {name: ELEMENTS[f"dog.{name}"] for name in row.after}
    if any(value_now(held, specs[name]) != value for name, value in row.after.items()):
        return False
    for name, spec in specs.items():
        know(actor, held, spec, row.before.get(name, ""), "sheet", at)
    return True


@action("registry.end_dog")
def end_dog(*, actor: Actor, dog: Dog, at: datetime) -> Dog:
    """It died, was given away or moved: its record ends, and so does that somebody keeps it."""
    held = Dog.objects.hold(dog.pk)
    insist(Refusal("dog_ended") if held.valid_to else None)
    _end({held.pk}, at)
    held.refresh_from_db()
    return held


def _end(dogs: set[UUID], at: datetime) -> None:
    Tie.objects.filter(dog__in=dogs, valid_to__isnull=True).update(valid_to=at)
    Dog.objects.filter(pk__in=dogs).update(valid_to=at)


@action("registry.notify_keepers")
def notify_keepers(
    *,
    actor: Actor,
    dogs: Iterable[UUID],
    area: str,
    at: datetime,
    road: str = "",
    words: str = "",
    large: bool = False,
) -> DogNotice:
    """Tell the keepers of these dogs what is not as it should be; whoever cannot be reached is told at the door.

    What was put right since the list was looked at is told to nobody.
    """
    chosen = set(dogs)
    insist(None if chosen else Refusal("dogs_none"))
    told = [one for one in selectors.to_tell(actor, area, today(at), large=large) if one.dog.pk in chosen]  # fmt: skip
    insist(None if told else Refusal("dogs_changed"))
    notice = DogNotice.objects.create(
        area=area, holders=[one for one in actor.scope.holders if one.startswith("unit:")], road=road.strip()[:120],
        words=words.strip()[:300], large=large, account_id=actor.id, sent_at=at,
    )  # fmt: skip
    DogNotified.objects.bulk_create(
        [DogNotified(notice=notice, dog=one.dog, rules=one.rules, way=one.keeper.way) for one in told]
    )  # fmt: skip
    with behind(SYSTEM):  # where the words go is sealed; the sender sees it masked
        ties = {
            tie.dog_id: tie.person or tie.organisation
            for tie in Tie.objects.filter(
                kind=KEEPER, valid_to__isnull=True, dog__in=[one.dog.pk for one in told]
            ).select_related("person", "organisation")
        }
    for one in told:
        if one.keeper.way is not Way.DOOR:
            _tell(one, ties[one.dog.pk], notice, at)
    return notice


def _tell(
    one: selectors.ToTell, who: Person | Organisation | None, notice: DogNotice, at: datetime
) -> None:
    if who is None:
        return
    account = next((holder for holder in who.holders if holder.startswith("account:")), "")
    send(
        to=account or f"tel:{clear(who, 'telephone')}",
        template="registry.dogs_seen" if notice.road else "registry.dog_notice",
        facts={
            "dog": one.dog.name, "road": notice.road, "says": says(one.rules), "words": notice.words,
        },
        at=at,
        area=one.dog.area,
        key=f"dog:{notice.pk}:{one.dog.pk}",
    )  # fmt: skip


def says(keys: Sequence[str]) -> Text:
    """What the rules say to a keeper, one after the other."""
    known = [DOG_RULES[key].says for key in keys if key in DOG_RULES]
    return Text(
        zh="".join(f"{one.zh}。" for one in known), en=" ".join(f"{one.en}." for one in known)
    )
