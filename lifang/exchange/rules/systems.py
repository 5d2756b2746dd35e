"""What an application must say, and who may say yes to it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Refusal
from lifang.core.crypto.numbers import credit_fault
from lifang.exchange.catalogue import Access, DataKind
from lifang.exchange.terms import OPEN, Standing


class NewSystem(NamedTuple):
    """An application as it is entered."""

    name: str
    body: str
    credit_code: str
    purpose: str
    accesses: tuple[str, ...]
    networks: tuple[str, ...]
    kept: tuple[str, ...]
    level: int = 0
    certificate: str = ""
    assessed_on: date | None = None
    contact: str = ""
    telephone: str = ""


def complete(
    new: NewSystem,
    today: date,
    accesses: Mapping[str, Access],
    kinds: Mapping[str, DataKind],
    good_for: int,
) -> list[Refusal]:
    """Everything that is wrong with it, each by its field. `good_for`: days of an assessment at its level."""
    found = [
        Refusal("system_blank", {"field": name})
        for name in ("name", "body", "purpose")
        if not getattr(new, name).strip()
    ]
    if credit_fault(new.credit_code):
        found.append(Refusal("system_credit_code", {"field": "credit_code"}))
    if not new.accesses or set(new.accesses) - accesses.keys():
        found.append(Refusal("system_accesses", {"field": "accesses"}))
    if not new.networks:
        found.append(Refusal("system_networks", {"field": "networks"}))
    if not new.kept or set(new.kept) - kinds.keys():
        found.append(Refusal("system_data", {"field": "kept"}))
    return found + _protected(new, today, accesses, good_for) + _declared(new, accesses, kinds)


def _protected(
    new: NewSystem, today: date, accesses: Mapping[str, Access], good_for: int
) -> list[Refusal]:
    """The level is proved, recent, and high enough for what is asked."""
    needed = max((accesses[key].level for key in new.accesses if key in accesses), default=0)
    if new.level < needed:
        return [Refusal("system_level_low", {"level": needed, "field": "level"})]
    if not new.level:
        return []
    if not new.certificate.strip():
        return [Refusal("system_certificate", {"field": "certificate"})]
    if new.assessed_on is None or new.assessed_on > today:
        return [Refusal("system_assessed", {"field": "assessed_on"})]
    if good_for and new.assessed_on + timedelta(days=good_for) < today:
        return [Refusal("system_assessed_old", {"days": good_for, "field": "assessed_on"})]
    return []


def _declared(
    new: NewSystem, accesses: Mapping[str, Access], kinds: Mapping[str, DataKind]
) -> list[Refusal]:
    """Whoever reads what tells of people says that it keeps such data."""
    says = any(kinds[key].personal for key in new.kept if key in kinds)
    asks = tells_of_people(new.accesses, accesses)
    return [Refusal("system_data_personal", {"field": "kept"})] if asks and not says else []


def tells_of_people(keys: Iterable[str], accesses: Mapping[str, Access]) -> bool:
    return any(accesses[key].personal for key in keys if key in accesses)


def may_run(state: str) -> Refusal | None:
    """Tested is what has applied and is not decided on."""
    return None if state in OPEN else Refusal("system_closed")


def reachable(new: NewSystem) -> list[Refusal]:
    """Whoever applies at the public door says who answers questions, and by which telephone."""
    return [Refusal("system_blank", {"field": name}) for name in ("contact", "telephone") if not getattr(new, name).strip()]  # fmt: skip


def may_apply(waiting: int, lately: int, most: int, a_month: int) -> Refusal | None:
    """So many undecided at once, and so many in thirty days, of one applicant."""
    if waiting >= most:
        return Refusal("system_waiting", {"most": most})
    return Refusal("system_many", {"most": a_month}) if lately >= a_month else None


def may_open(state: str, asked_by: UUID | None, mine: Iterable[UUID]) -> Refusal | None:
    """What waits for a look, looked at by somebody else than who asked."""
    if state != Standing.ASKED:
        return Refusal("system_looked_at")
    return Refusal("system_own") if asked_by in set(mine) else None


def may_approve(state: str, before: Collection[UUID | None], first_by: UUID | None, mine: Iterable[UUID]) -> Refusal | None:  # fmt: skip
    """Never whoever entered or opened it (`before`), never the same person twice. `mine`: all accounts of this person."""
    mine = set(mine)
    if mine.intersection(before):
        return Refusal("system_own")
    if state == Standing.HALFWAY and first_by in mine:
        return Refusal("system_second")
    return None
