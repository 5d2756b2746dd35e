"""What the walk of `access.yaml` needs a row of."""

from datetime import timedelta
from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.accounts.models import Account
from lifang.core.ids import new_id
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions
from lifang.registry.models import Correction, MissedVisit, Person, Tagging
from lifang.registry.tests.make import make_household, make_person, make_resident


def element_of(area: str) -> tuple[UUID, str]:
    return make_person(area).pk, "person.telephone"


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
