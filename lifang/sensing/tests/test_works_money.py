"""The money of works: never beyond the contract, never more than is left of an instalment, retention money not before its day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows, refused
from lifang.sensing import actions, selectors
from lifang.sensing.models import Works, WorksMoney
from lifang.sensing.rules.works_money import Sums, sums
from lifang.sensing.tests.test_works import make_works

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
DAY = timedelta(days=1)


def agree(works: Works, amount: int = 100_000, kind: str = "contract", **more) -> WorksMoney:
    facts = {"title": "合同", "paper": "HT-1", "on": TODAY, "at": MONDAY} | more
    return actions.agree_works_money(actor=SYSTEM, works=works, kind=kind, amount=amount, **facts)


def plan(works: Works, amount: int, on: date = TODAY, **more) -> WorksMoney:
    return actions.plan_works_money(actor=SYSTEM, works=works, amount=amount, on=on, at=MONDAY, **({"title": "首期"} | more))  # fmt: skip


def pay(works: Works, of: WorksMoney, amount: int, **more) -> WorksMoney:
    facts = {"title": "付款", "paper": "PZ-1", "on": TODAY, "at": MONDAY} | more
    return actions.pay_works_money(actor=SYSTEM, works=works, of=of, amount=amount, **facts)


def figures(works: Works) -> Sums:
    with behind(SYSTEM):
        return sums(selectors.works_money(SYSTEM, works))


@pytest.mark.covers("S2-11")
def test_nothing_is_planned_or_paid_beyond_the_contract_without_a_supplement() -> None:
    works = make_works()
    with refused("money_no_contract"):
        plan(works, 1)
    with refused("money_no_contract"):
        agree(works, kind="supplement")
    agree(works, 100_000)
    with refused("money_contract_there"):
        agree(works)
    first, last = plan(works, 95_000), plan(works, 5_000, TODAY + 365 * DAY, title="质保金", retention=True)  # fmt: skip
    with refused("money_beyond_contract"):
        plan(works, 1)
    pay(works, first, 60_000)
    with refused("money_beyond_instalment"):
        pay(works, first, 35_001)
    pay(works, first, 35_000)
    with refused("money_kept_back"):
        pay(works, last, 5_000)
    assert figures(works) == Sums(100_000, 0, 100_000, 95_000, 5_000)
    assert figures(works).remainder == 5_000
    agree(works, 20_000, "supplement", paper="BC-1")
    more = plan(works, 20_000, title="增补")
    pay(works, more, 20_000)
    assert figures(works) == Sums(100_000, 20_000, 120_000, 115_000, 5_000)


def test_a_wrong_line_is_struck_and_stays_and_what_stands_on_it_holds_it() -> None:
    works = make_works()
    contract, first = agree(works), None
    first = plan(works, 40_000)
    paid = pay(works, first, 10_000)
    for line in (contract, first):
        with refused("money_stood_on"):
            actions.strike_works_money(actor=SYSTEM, line=line, why="x", at=MONDAY)
    with refused("money_why"):
        actions.strike_works_money(actor=SYSTEM, line=paid, why=" ", at=MONDAY)
    actions.strike_works_money(actor=SYSTEM, line=paid, why="金额写错", at=MONDAY)
    with refused("money_struck"):
        actions.strike_works_money(actor=SYSTEM, line=paid, why="again", at=MONDAY)
    actions.strike_works_money(actor=SYSTEM, line=first, why="改期", at=MONDAY)
    assert figures(works) == Sums(100_000)
    with behind(SYSTEM):
        assert WorksMoney.objects.count() == 3  # nothing goes
    agree(works, 1, "supplement")
    with refused("money_stood_on"):
        actions.strike_works_money(actor=SYSTEM, line=contract, why="x", at=MONDAY)


def test_the_database_keeps_what_python_explains() -> None:
    works = make_works()
    contract = agree(works)
    for wrong in ({"amount": 0}, {"kind": "paid", "of": None}, {"kind": "contract"}, {"kind": "paid", "of": contract, "retention": True}):  # fmt: skip
        facts = {"area": works.area, "works": works, "kind": "supplement", "amount": 1, "title": "x", "on": TODAY, "at": MONDAY} | wrong  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            WorksMoney(**facts).save(force_insert=True)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"amount": 0}, "money_amount"), ({"amount": -5}, "money_amount"), ({"amount": 10**13}, "money_amount"), ({"title": " "}, "money_title"),
        ({"paper": " "}, "money_paper"), ({"on": TODAY + DAY}, "money_to_come"), ({"kind": "paid"}, "money_kind"),
    ],
)  # fmt: skip
def test_what_no_contract_is(facts, reason) -> None:
    works = make_works()
    with refused(reason):
        agree(works, **facts)


def test_the_page_shows_agreed_planned_paid_and_who_signed(community_secretary, stranger, grid_worker) -> None:  # fmt: skip
    works = make_works()
    sent = {"title": "施工合同", "amount": "1,200.50", "on": TODAY.isoformat(), "paper": "HT-9"}
    assert community_secretary.post("sensing:works_line", works.pk, "contract", data=sent).status_code == 302  # fmt: skip
    sent = {"title": "首付", "amount": "800", "on": (TODAY - DAY).isoformat()}
    assert community_secretary.post("sensing:works_line", works.pk, "instalment", data=sent).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        first = WorksMoney.objects.get(kind="instalment")
    sent = {"of": str(first.pk), "title": "付款", "amount": "300.25", "on": TODAY.isoformat(), "paper": "PZ-7"}  # fmt: skip
    assert community_secretary.post("sensing:works_line", works.pk, "payment", data=sent).status_code == 302  # fmt: skip
    assert community_secretary.post("sensing:works_line", works.pk, "payment", data={**sent, "amount": "500"}).status_code == 422  # fmt: skip
    page = community_secretary.get("sensing:works_money", works.pk).content.decode()
    for text in ("1,200.50", "400.50", "300.25", "499.75", "900.25", "PZ-7", "已逾期"):
        assert text in page, text
    assert "1,200.50" in community_secretary.get("sensing:work", works.pk).content.decode()
    assert stranger.get("sensing:works_money", works.pk).status_code == 404
    assert grid_worker.post("sensing:works_line", works.pk, "contract", data=sent).status_code == 404  # fmt: skip
    struck = community_secretary.post("sensing:works_strike", first.pk, data={"why": "x"})
    assert struck.status_code == 422  # something is paid of it


def test_hostile_words_and_numbers_are_refused_in_a_sentence(community_secretary) -> None:
    works = make_works()
    for one in sample(20, "works money"):
        sent = {"title": one.text, "amount": one.text, "on": one.text, "paper": one.text}
        got = community_secretary.post("sensing:works_line", works.pk, "contract", data=sent)
        assert got.status_code in (302, 422)
    for amount in ("1e9", "0x10", "１２", "1.005", "nan", "-1", "9" * 30):
        got = community_secretary.post("sensing:works_line", works.pk, "contract", data={"title": "x", "amount": amount, "on": TODAY.isoformat(), "paper": "y"})  # fmt: skip
        assert got.status_code in (302, 422)
    with behind(SYSTEM):
        assert all(0 < one.amount <= 10**12 for one in WorksMoney.objects.all())


def test_the_page_costs_the_same_for_one_line_and_for_many(community_secretary) -> None:
    works = make_works()
    agree(works, 10**9)
    grows(lambda: pay(works, plan(works, 100), 50), lambda: community_secretary.get("sensing:works_money", works.pk))  # fmt: skip
