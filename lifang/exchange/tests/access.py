"""What the walk of `access.yaml` needs a row of."""

from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.exchange import actions
from lifang.exchange.models import OutsideSystem
from lifang.exchange.tests import make
from lifang.exchange.tests.make import as_itself


def make_system(area: str) -> OutsideSystem:
    return make.make_system(area)


def admitted_system(area: str) -> OutsideSystem:
    return make.admitted(make.make_system(area))


def system_to_end(area: str) -> tuple[UUID, str]:
    return admitted_system(area).pk, "end"


def a_run(area: str) -> UUID:
    made = make.make_system(area)
    return actions.begin_run(actor=as_itself(made), system=made, at=made.asked_at).pk


def applied_by(account: Account) -> OutsideSystem:
    return _of(make.make_applied(), account)


def opened_of(account: Account) -> OutsideSystem:
    return _of(make.make_opened(), account)


def _of(made: OutsideSystem, account: Account) -> OutsideSystem:
    """As if this account had applied, whoever it is."""
    with behind(SYSTEM):
        OutsideSystem.objects.filter(pk=made.pk).update(applicant=account, holders=[f"account:{account.pk}"])  # fmt: skip
    return made
