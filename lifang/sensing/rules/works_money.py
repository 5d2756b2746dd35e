"""Decides about the money of works: nothing beyond the contract without a supplement, nothing paid twice."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import MOST
from lifang.sensing.models import WorksMoney
from lifang.sensing.terms import MoneyKind


class Instalment(NamedTuple):
    """What is to be paid, and what of it was."""

    line: WorksMoney
    paid: int

    @property
    def rest(self) -> int:
        return self.line.amount - self.paid


class Sums(NamedTuple):
    """All in fen."""

    contract: int = 0
    supplements: int = 0
    planned: int = 0
    paid: int = 0
    kept_back: int = 0  # retention money not paid yet

    @property
    def agreed(self) -> int:
        return self.contract + self.supplements

    @property
    def unplanned(self) -> int:
        return self.agreed - self.planned

    @property
    def remainder(self) -> int:
        return self.agreed - self.paid


def sums(lines: Iterable[WorksMoney]) -> Sums:
    """Of lines that stand: one that is struck counts nowhere."""
    standing = [one for one in lines if one.struck_at is None]

    def total(kind: MoneyKind) -> int:
        return sum(one.amount for one in standing if one.kind == kind)

    held = sum(one.rest for one in instalments(standing) if one.line.retention)
    return Sums(total(MoneyKind.CONTRACT), total(MoneyKind.SUPPLEMENT), total(MoneyKind.INSTALMENT), total(MoneyKind.PAID), held)  # fmt: skip


def instalments(lines: Iterable[WorksMoney]) -> list[Instalment]:
    standing = [one for one in lines if one.struck_at is None]
    paid: dict[object, int] = {}
    for one in standing:
        if one.kind == MoneyKind.PAID:
            paid[one.of_id] = paid.get(one.of_id, 0) + one.amount
    return [Instalment(one, paid.get(one.pk, 0)) for one in standing if one.kind == MoneyKind.INSTALMENT]  # fmt: skip


def may_write(amount: int, title: str, paper: str) -> Refusal | None:
    if not 0 < amount <= MOST:
        return Refusal("money_amount", {"field": "amount"})
    if not 0 < len(title.strip()) <= 120 or len(paper.strip()) > 80:
        return Refusal("money_title", {"field": "title"})
    return None


def may_agree(kind: str, paper: str, found: Sums) -> Refusal | None:
    """One contract, and supplements to it; each with its paper."""
    if not paper.strip():
        return Refusal("money_paper", {"field": "paper"})
    if kind == MoneyKind.CONTRACT:
        return Refusal("money_contract_there") if found.contract else None
    return None if found.contract else Refusal("money_no_contract")


def may_plan(amount: int, found: Sums) -> Refusal | None:
    if not found.contract:
        return Refusal("money_no_contract")
    beyond = amount > found.unplanned
    return Refusal("money_beyond_contract", {"field": "amount", "left": yuan(max(0, found.unplanned))}) if beyond else None  # fmt: skip


def may_pay(amount: int, of: Instalment, found: Sums, on: date, today: date) -> Refusal | None:
    """Of an instalment, no more than is left of it; retention money not before its day."""
    if on > today:
        return Refusal("money_to_come", {"field": "on"})
    if of.line.retention and on < of.line.on:
        return Refusal("money_kept_back", {"field": "on", "until": of.line.on.isoformat()})
    left = min(of.rest, found.remainder)
    return Refusal("money_beyond_instalment", {"field": "amount", "left": yuan(max(0, left))}) if amount > left else None  # fmt: skip


def may_strike(line: WorksMoney, why: str, found: Sums) -> Refusal | None:
    """What others stand on stays: a contract under its instalments, an instalment under its payments."""
    if line.struck_at is not None:
        return Refusal("money_struck")
    if not 0 < len(why.strip()) <= 200:
        return Refusal("money_why", {"field": "why"})
    if line.kind in (MoneyKind.CONTRACT, MoneyKind.SUPPLEMENT):
        short = line.amount > found.unplanned or (line.kind == MoneyKind.CONTRACT and found.supplements)  # fmt: skip
        return Refusal("money_stood_on") if short else None
    return None


def may_strike_instalment(of: Instalment) -> Refusal | None:
    return Refusal("money_stood_on") if of.paid else None
