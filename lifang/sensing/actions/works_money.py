"""Lines of the money of works: agreed, planned, paid, struck; the works are held, so that two at once never go beyond the contract."""

from datetime import date, datetime

from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.sensing.models import Works, WorksMoney
from lifang.sensing.rules import works_money as rules
from lifang.sensing.terms import MoneyKind


@action("sensing.agree_works_money")
def agree_works_money(
    *, actor: Actor, works: Works, kind: str, amount: int, title: str, paper: str, on: date, at: datetime
) -> WorksMoney:  # fmt: skip
    """The contract, or a supplement to it."""
    held = Works.objects.hold(works.pk)
    known = kind in (MoneyKind.CONTRACT, MoneyKind.SUPPLEMENT)
    insist(
        None if known else Refusal("money_kind"),
        rules.may_write(amount, title, paper),
        rules.may_agree(kind, paper, rules.sums(_lines(held))),
        Refusal("money_to_come", {"field": "on"}) if on > localtime(at).date() else None,
    )
    return _written(actor, held, kind, amount, title, paper, on, at)


@action("sensing.plan_works_money")
def plan_works_money(
    *, actor: Actor, works: Works, amount: int, title: str, on: date, at: datetime, paper: str = "", retention: bool = False
) -> WorksMoney:  # fmt: skip
    """An instalment that is due on a day; retention money is one that is kept back until then."""
    held = Works.objects.hold(works.pk)
    insist(rules.may_write(amount, title, paper), rules.may_plan(amount, rules.sums(_lines(held))))
    return _written(actor, held, MoneyKind.INSTALMENT, amount, title, paper, on, at, retention=retention)  # fmt: skip


@action("sensing.pay_works_money")
def pay_works_money(
    *, actor: Actor, works: Works, of: WorksMoney, amount: int, title: str, paper: str, on: date, at: datetime
) -> WorksMoney:  # fmt: skip
    """Something was paid of an instalment, all of it or a part; whoever enters it signs."""
    held = Works.objects.hold(works.pk)
    lines = _lines(held)
    due = next((one for one in rules.instalments(lines) if one.line.pk == of.pk), None)
    insist(
        rules.may_write(amount, title, paper),
        None if paper.strip() else Refusal("money_paper", {"field": "paper"}),
        Refusal("not_found") if due is None else rules.may_pay(amount, due, rules.sums(lines), on, localtime(at).date()),
    )  # fmt: skip
    return _written(actor, held, MoneyKind.PAID, amount, title, paper, on, at, of=of)


@action("sensing.strike_works_money")
def strike_works_money(*, actor: Actor, line: WorksMoney, why: str, at: datetime) -> WorksMoney:
    """A line was wrong: it stays to be read, with who struck it and why, and counts nowhere."""
    held = Works.objects.hold(line.works_id)
    lines = _lines(held)
    mine = next(one for one in lines if one.pk == line.pk)
    due = [one for one in rules.instalments(lines) if one.line.pk == line.pk]
    insist(rules.may_strike(mine, why, rules.sums(lines)), *(rules.may_strike_instalment(one) for one in due))  # fmt: skip
    mine.struck_at, mine.struck_by_id, mine.struck_why = at, actor.id, why.strip()
    mine.save(update_fields=["struck_at", "struck_by", "struck_why"])
    return mine


def _lines(works: Works) -> list[WorksMoney]:
    return list(WorksMoney.objects.filter(works=works))


def _written(
    actor: Actor, works: Works, kind: str, amount: int, title: str, paper: str, on: date, at: datetime,
    *, of: WorksMoney | None = None, retention: bool = False,
) -> WorksMoney:  # fmt: skip
    made = WorksMoney(
        area=works.area, holders=works.holders, works=works, kind=kind, amount=amount, title=title.strip(), paper=paper.strip(),
        on=on, at=at, account_id=actor.id, of=of, retention=retention,
    )  # fmt: skip
    made.save(force_insert=True)
    return made
