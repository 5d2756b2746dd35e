"""Parcels at a company's desk: noted, told, handed over for a code, reminded of, sent back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.i18n import Text
from lifang.core.ids import short_code
from lifang.core.notify import send
from lifang.living.actions.metering import company, one_by_one, theirs
from lifang.living.catalogue import policy
from lifang.living.events import ParcelHanded, ParcelNoted
from lifang.living.models import Neighbour, Parcel
from lifang.living.rules import inside
from lifang.living.rules import parcels as rules
from lifang.living.selectors.parcels import to_remind
from lifang.living.terms import Way
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

CODE = 6  # characters of a code
WAYS = {
    Way.CODE: Text(zh="出示取件码", en="with the code of your household"),
    Way.NEIGHBOUR: Text(zh="您委托的邻居代取", en="by the neighbour whom you named"),
    Way.SEEN: Text(zh="当面核对", en="the desk saw whose it is"),
}  # fmt: skip


@action("living.note_parcels", beyond=True)  # the register lies out of a company's sight
def note_parcels(
    *, actor: Actor, unit: "Unit", pieces: Sequence[tuple["registry.Dwelling", str]], carrier: str, shelf: str, batch: UUID, at: datetime,
) -> list[Parcel]:  # fmt: skip
    """Some came: each household is told, with a code. What was sent twice is noted once."""
    insist(
        company(actor, unit),
        rules.lot_fits(len(pieces), carrier),
        *(rules.tail_fits(tail) for _door, tail in pieces),
        *(inside(door.area, unit.area) for door, _tail in pieces),
        theirs(unit, {door.area for door, _tail in pieces}),
    )
    one_by_one(f"living.parcels:{unit.pk}")
    before = list(Parcel.objects.filter(unit=unit, batch=batch))
    if before:
        return before
    doors = {door.pk: door for door, _tail in pieces}
    whom = registry.householders(SYSTEM, doors)
    waiting = {row.dwelling_id: row for row in Parcel.objects.filter(unit=unit, dwelling__in=list(doors), ended_at__isnull=True)}  # fmt: skip
    codes = {pk: waiting[pk].code if pk in waiting else short_code(CODE) for pk in doors}
    made = []
    for n, (door, tail) in enumerate(pieces):
        known = waiting.get(door.pk)
        made.append(Parcel(
            unit_id=unit.pk, dwelling_id=door.pk, address=door.address, area=door.area, batch=batch, piece=n, carrier=carrier, tail=tail,
            shelf=shelf.strip()[:20], code=codes[door.pk], noted_at=at, holders=sorted({unit.holder, *whom.get(door.pk, [])}),
            tries=known.tries if known else 0, locked_until=known.locked_until if known else None,
        ))  # fmt: skip
    Parcel.objects.bulk_create(made)
    for row in made:
        publish(ParcelNoted(parcel=row.pk, at=at), area=row.area, holders=row.holders)
    _tell_came(unit, made, at)
    return made


@action("living.hand_parcels", beyond=True)  # likewise
def hand_parcels(*, actor: Actor, parcel: Parcel, chosen: Collection[UUID], code: str, at: datetime) -> Refusal | None:  # fmt: skip
    """Whoever says the code gets what was chosen. A wrong code is counted, and answered instead of raised: the count has to stay."""
    unit = orgs.unit(SYSTEM, parcel.unit_id)
    rows = _held(actor, unit, parcel)
    picked = [row for row in rows if row.pk in chosen]
    insist(
        rules.may_try(rows[0].locked_until, at),
        None if picked else Refusal("parcel_over", {"field": "chosen"}),
    )
    way, given = _whose(picked, code, timezone.localtime(at).date())
    if way is None:
        tries, until = rules.wrong(max(row.tries for row in rows), at)
        _count(rows, tries, until)
        return rules.wrong_code(tries, until)
    _count([row for row in rows if row not in given], 0, None)
    _leave(given, way, "", at)
    _tell_handed(unit, given, way, at)
    return None


@action("living.hand_without_code", beyond=True)  # likewise
def hand_without_code(*, actor: Actor, parcel: Parcel, chosen: Collection[UUID], note: str, at: datetime) -> None:  # fmt: skip
    """Of a household without an account: the desk saw whose it is, and writes by what."""
    rows = _held(actor, orgs.unit(SYSTEM, parcel.unit_id), parcel)
    picked = [row for row in rows if row.pk in chosen]
    insist(
        None if picked else Refusal("parcel_over", {"field": "chosen"}),
        *(rules.may_see(row.holders) for row in picked),
        None if note.strip() else Refusal("refund_why", {"field": "note"}),
    )
    _leave(picked, Way.SEEN, note.strip()[:200], at)


@action("living.return_parcel", beyond=True)  # likewise
def return_parcel(*, actor: Actor, parcel: Parcel, why: str, at: datetime) -> None:
    """Back to whoever brought it: not fetched, damaged, noted for the wrong door."""
    unit = orgs.unit(SYSTEM, parcel.unit_id)
    insist(company(actor, unit), None if why.strip() else Refusal("refund_why", {"field": "why"}))
    held = Parcel.objects.hold(parcel.pk)
    insist(Refusal("parcel_over") if held.ended_at else None)
    _leave([held], Way.BACK, why.strip()[:200], at)
    for to in _accounts(held.holders):
        facts = {"unit": unit.name, "carrier": held.by.name, "why": held.note}
        send(to=to, template="living.parcel_returned", facts=facts, at=at, area=held.area, link=reverse("living:parcels"), key=f"{held.pk}:back")  # fmt: skip


@action("living.remind_parcels")
def remind_parcels(*, actor: Actor, parcel: UUID, at: datetime) -> None:
    """It waits: a reminder, then it counts as overdue and that is said too. Each once."""
    held = Parcel.objects.hold(parcel)
    waited = at - held.noted_at
    if held.ended_at is not None:
        return
    if held.overdue_at is None and waited >= timedelta(days=policy("parcel_overdue_days")):
        held.overdue_at, template = at, "living.parcel_overdue"
    elif held.reminded_at is None and waited >= timedelta(days=policy("parcel_remind_days")):
        template = "living.parcel_waits"
    else:
        return
    held.reminded_at = held.reminded_at or at
    held.save(update_fields=["overdue_at", "reminded_at"])
    facts = {"days": waited.days, "unit": orgs.unit(actor, held.unit_id).name, "carrier": held.by.name}  # fmt: skip
    for to in _accounts(held.holders):
        send(to=to, template=template, facts=facts, at=at, area=held.area, link=reverse("living:parcels"), key=f"{held.pk}:{template[14:]}")  # fmt: skip


def see_to_parcels(*, system: Actor, at: datetime) -> None:
    """What waits too long."""
    for pk in to_remind(system, at):
        remind_parcels(actor=system, parcel=pk, at=at)


@action("living.concern_parcels")
def concern_parcels(*, actor: Actor, person: UUID, at: datetime) -> int:
    """Whoever is linked to an account now sees what waits for the home; how many parcels changed."""
    doors = registry.doors_of(SYSTEM, person)
    whom = registry.householders(SYSTEM, doors)
    changed = 0
    for row in Parcel.objects.filter(dwelling__in=doors, ended_at__isnull=True):
        before = list(row.holders)
        row.concern(whom.get(row.dwelling_id, []) if row.dwelling_id else [])
        if row.holders != before:
            row.save(update_fields=["holders"])
            changed += 1
    return changed


@action(
    "living.name_neighbour", beyond=True
)  # the neighbour's door lies out of a household's sight
def name_neighbour(*, actor: Actor, home: "registry.Dwelling", address: str, until: date, at: datetime) -> Neighbour:  # fmt: skip
    """Until a day a neighbour may fetch what comes for one's home, with a code of its own. One at a time."""
    other = registry.doors_at(SYSTEM, home.area[:12], [address.strip()]).get(address.strip())
    today = timezone.localtime(at).date()
    insist(
        None if home.pk in {one.pk for one in registry.own_doors(actor)} else Refusal("not_found"),
        rules.neighbour_fits(home.pk, other.pk if other else None, until, today),
    )  # fmt: skip
    assert other is not None and actor.id is not None  # noqa: S101, PT018 -- insisted above
    one_by_one(f"living.neighbour:{home.pk}")
    for old in Neighbour.objects.filter(dwelling=home.pk, ended_at__isnull=True):
        _ended(old, at)
    whom = registry.householders(SYSTEM, [home.pk, other.pk])
    made = Neighbour(
        dwelling_id=home.pk, address=home.address, neighbour_id=other.pk, neighbour_address=other.address, account_id=actor.id, area=home.area,
        code=short_code(CODE), named_at=at, until=until, holders=sorted({actor.holder, *whom.get(home.pk, []), *whom.get(other.pk, [])}),
    )  # fmt: skip
    made.save(force_insert=True)
    for to in whom.get(other.pk, []):
        send(
            to=to, template="living.neighbour_named", facts={"address": home.address, "until": until}, at=at, area=home.area,
            link=reverse("living:parcels"), key=f"{home.pk}:{other.pk}:{today}",
        )  # fmt: skip
    return made


@action("living.end_neighbour", beyond=True)  # likewise
def end_neighbour(*, actor: Actor, neighbour: Neighbour, at: datetime) -> None:
    """Either of them may end it."""
    held = Neighbour.objects.hold(neighbour.pk)
    insist(None if actor.holder and actor.holder in held.holders else Refusal("not_found"))
    if held.ended_at is None:
        _ended(held, at)


def _ended(row: Neighbour, at: datetime) -> None:
    held = Neighbour.objects.hold(row.pk)
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    for to in registry.householders(SYSTEM, [held.neighbour_id]).get(held.neighbour_id, []):
        send(to=to, template="living.neighbour_ended", facts={"address": held.address}, at=at, area=held.area, link=reverse("living:parcels"), key=f"{held.pk}:ended")  # fmt: skip


def _held(actor: Actor, unit: "Unit", parcel: Parcel) -> list[Parcel]:
    """All that waits at this desk for the same door, always held in the same order."""
    insist(company(actor, unit))
    waits = Parcel.objects.filter(unit=unit, dwelling=parcel.dwelling_id, ended_at__isnull=True)
    rows = [Parcel.objects.hold(pk) for pk in waits.order_by("pk").values_list("pk", flat=True)]
    found = [row for row in rows if row.ended_at is None]
    insist(None if parcel.dwelling_id and found else Refusal("parcel_over"))
    return found


def _whose(picked: list[Parcel], code: str, today: date) -> tuple[Way | None, list[Parcel]]:
    """Whose code it is, and which of the chosen it opens."""
    given = [row for row in picked if rules.same_code(code, row.code)]
    if given:
        return Way.CODE, given
    named = Neighbour.objects.filter(dwelling=picked[0].dwelling_id, ended_at__isnull=True, until__gte=today).first()  # fmt: skip
    if named is not None and rules.same_code(code, named.code):
        return Way.NEIGHBOUR, picked
    return None, []


def _count(rows: Iterable[Parcel], tries: int, until: datetime | None) -> None:
    for row in rows:
        row.tries, row.locked_until = tries, until
        row.save(update_fields=["tries", "locked_until"])


def _leave(rows: Iterable[Parcel], way: Way, note: str, at: datetime) -> None:
    """Gone; its code is forgotten."""
    for row in rows:
        row.ended_at, row.way, row.note, row.code, row.tries, row.locked_until = at, way, note, None, 0, None  # fmt: skip
        row.save()
        publish(ParcelHanded(parcel=row.pk, way=way.value, at=at), area=row.area, holders=row.holders)  # fmt: skip


def _accounts(holders: Iterable[str]) -> list[str]:
    return [one for one in holders if one.startswith("account:")]


def _tell_came(unit: "Unit", made: list[Parcel], at: datetime) -> None:
    """The household with its code; the neighbour it named that something waits."""
    by_door: dict[Any, list[Parcel]] = defaultdict(list)
    for row in made:
        by_door[row.dwelling_id].append(row)
    link = reverse("living:parcels")
    for rows in by_door.values():
        first = rows[0]
        facts = {"unit": unit.name, "count": len(rows)}
        for to in _accounts(first.holders):
            send(to=to, template="living.parcel_came", facts=facts, at=at, area=first.area, link=link, key=f"{first.pk}:came")  # fmt: skip
            send(to=to, template="living.parcel_code", facts={**facts, "code": first.code or ""}, at=at, area=first.area, link=link, key=f"{first.pk}:code")  # fmt: skip
    named = list(Neighbour.objects.filter(dwelling__in=list(by_door), ended_at__isnull=True, until__gte=timezone.localtime(at).date()))  # fmt: skip
    whom = registry.householders(SYSTEM, [one.neighbour_id for one in named])
    for one in named:
        rows = by_door[one.dwelling_id]
        facts = {"unit": unit.name, "count": len(rows), "address": one.address}
        for to in whom.get(one.neighbour_id, []):
            send(to=to, template="living.neighbour_parcel", facts=facts, at=at, area=one.area, link=link, key=f"{rows[0].pk}:neighbour")  # fmt: skip


def _tell_handed(unit: "Unit", given: list[Parcel], way: Way, at: datetime) -> None:
    facts = {"unit": unit.name, "count": len(given), "way": WAYS[way]}
    for to in _accounts(given[0].holders):
        send(to=to, template="living.parcel_handed", facts=facts, at=at, area=given[0].area, link=reverse("living:parcels"), key=f"{given[0].pk}:handed")  # fmt: skip
