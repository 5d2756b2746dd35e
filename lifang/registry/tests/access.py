"""What the walk of `access.yaml` needs a row of."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.accounts.models import Account
from lifang.core.flow import engine
from lifang.core.ids import new_id
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions
from lifang.registry.catalogue import REMINDER
from lifang.registry.models import (
    Called,
    CallUp,
    Correction,
    Dog,
    DogNotice,
    Facility,
    Membership,
    Merge,
    MissedVisit,
    Person,
    Phase,
    Reminder,
    RestrictedRecord,
    Tagging,
    Tie,
    Union,
    Vehicle,
)
from lifang.registry.tests.make import make_household, make_person, make_resident

SERIALS = count(1)
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real


def element_of(area: str) -> tuple[str, UUID, str]:
    return "people", make_person(area).pk, "person.telephone"


def person_of(area: str) -> Person:
    return make_person(area)


def phase_of(area: str) -> Phase:
    """Noted in a grid."""
    return Phase.objects.create(
        area=grid_of(area)[0], kind="running", since=MONDAY.date(), source="walk", noted_at=MONDAY
    )


def grid_of(area: str) -> tuple[str]:
    return (area,)


def pair_of(area: str) -> tuple[UUID, UUID]:
    return make_person(area).pk, make_person(area, despite="walk").pk


def facility_of(area: str) -> Facility:
    return actions.add_facility(
        actor=SYSTEM, number=f"{area[:6]}01001{next(SERIALS):06d}", area=area, at=MONDAY
    )


def merge_of(area: str) -> Merge:
    kept, dropped = make_person(area), make_person(area)
    return actions.merge(actor=SYSTEM, kept=kept, dropped=dropped, at=MONDAY)


def union_of(area: str) -> Union:
    kept, other = make_household(area=area), make_household(area=area)
    actions.unite(actor=SYSTEM, household=kept, other=other, at=MONDAY)
    return Union.objects.get(kept=kept)


def tagging_of(area: str) -> Tagging:
    facts = {"person": make_person(area), "tag": "veteran", "source": "visit"}
    return actions.tag(actor=SYSTEM, at=MONDAY, **facts)


def membership_of(area: str) -> Membership:
    return Membership.objects.get(household=make_household(make_person(area), area=area))


def vehicle_of(area: str) -> tuple[str, UUID]:
    return "vehicles", _vehicle(area).pk


def dog_of(area: str) -> Dog:
    found = actions.NewDog("豆豆", "large", make_person(area, telephone="10012345678"))
    return actions.add_dog(actor=SYSTEM, dog=found, area=area, at=MONDAY)


def dog_notice_of(area: str) -> DogNotice:
    return actions.notify_keepers(actor=SYSTEM, dogs=[dog_of(area).pk], area=area, at=MONDAY)


def tie_of(area: str) -> Tie:
    return actions.tie(actor=SYSTEM, kind="keeper", who=make_person(area), what=_vehicle(area), at=MONDAY)  # fmt: skip


def _vehicle(area: str) -> Vehicle:
    plate = f"里A{new_id().int % 100000:05d}"
    return actions.add_vehicle(actor=SYSTEM, plate=plate, kind="car", area=area, at=MONDAY)


def correction_of(area: str) -> Correction:
    """Asked for by somebody who lives there."""
    resident = make_resident(area)
    person = _linked(area, resident)
    return _asked(resident.account, person)


def _linked(area: str, resident) -> Person:
    return actions.link_account(
        actor=SYSTEM,
        person=make_person(area, telephone="10012345678"),
        resident=resident,
        at=MONDAY,
    )


def _asked(account: Account, person: Person) -> Correction:
    facts = {"person": person, "element": "person.telephone", "value": "10087654321"}
    return actions.ask_correction(actor=actor_of(account.pk, MONDAY), at=MONDAY, **facts)


def missed_of(area: str) -> MissedVisit:
    home = make_household(area=area)
    day = MONDAY - timedelta(days=300)
    actions.plan_visits(actor=SYSTEM, household=home, kind="household", at=day, due_on=(day + timedelta(days=90)).date())  # fmt: skip
    actions.tell_missed(actor=SYSTEM, at=MONDAY)
    return MissedVisit.objects.get(plan__household=home)


def own_correction(account: Account) -> Correction:
    """Somebody's own; a row as it lies there, for whoever may not ask."""
    holders = [f"account:{account.pk}"]
    person = make_person()
    Person.objects.filter(pk=person.pk).update(holders=holders)
    return Correction.objects.create(
        area=person.area, holders=holders, person=person, element="person.name",
        value=new_id().hex, account=account, asked_at=MONDAY, state="asked", state_since=MONDAY,
    )  # fmt: skip


def own_consent(account: Account) -> Tagging:
    person = make_person()
    return Tagging.objects.create(
        area=person.area, holders=[f"account:{account.pk}"], person=person, tag="volunteer",
        source="self", consented_at=MONDAY, valid_from=MONDAY,
    )  # fmt: skip


def reminder_of(area: str) -> Reminder:
    row = Reminder(area=area, kind="registration", over=1, soon=2, first_on=MONDAY.date(), told_at=MONDAY)  # fmt: skip
    said = engine.Said()
    engine.start(REMINDER(), row, actor=SYSTEM, at=MONDAY, turn=engine.Turn(), said=said)
    return row


def restricted_of(account: Account, group: str = "released") -> RestrictedRecord:
    """Somebody of whom this account is the named viewer."""
    return RestrictedRecord.objects.create(
        person_id=make_person().pk, group=group, basis="决定书", viewers=[f"account:{account.pk}"],
        review_on=(MONDAY + timedelta(days=30)).date(), valid_from=MONDAY, entered_by=account,
    )  # fmt: skip


def restricted_group_of(account: Account) -> tuple[str]:
    """A group of one's own; the two whose groups are tried by the others have another one."""
    group = {"grid_worker": "hiv", "checker": "drug_history"}.get(account.name, "released")
    return (restricted_of(account, group).group,)


def callup_of(area: str) -> CallUp:
    return CallUp.objects.create(
        area=area, incident=new_id(), title="积水", tags=["volunteer"], words="请来帮忙", sent_at=NOW
    )  # fmt: skip


def called_of(area: str) -> Called:
    call = callup_of(area)
    return Called.objects.create(
        area=area, call=call, incident=call.incident, person_id=make_person(area).pk, tags=["volunteer"], way="door",
    )  # fmt: skip


def own_called(account: Account) -> Called:
    """Somebody's own; a row as it lies there, for whoever may not ask."""
    one, holders = called_of(make_person().area), [f"account:{account.pk}"]
    CallUp.objects.filter(pk=one.call_id).update(holders=holders)
    Called.objects.filter(pk=one.pk).update(holders=holders)
    return one
