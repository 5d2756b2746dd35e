"""Orders, notifications, refunds: whatever comes in whatever order, no cent is lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.events.models import Outbox
from lifang.core.pay import actions, selectors
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import Charge, Difference, Entry, PayOrder, Refund
from lifang.core.pay.tests.make import (
    DUE,
    LATER,
    LOCAL,
    Shop,
    a_purpose,
    balance,
    killed_at,
    pays,
    settles,
    sound,
    taken,
    tells,
)
from lifang.core.testing.cast import MONDAY

pytestmark = pytest.mark.covers("S0-71")
AT_ONCE = 4


@pytest.fixture(autouse=True)
def _a_purpose():
    with a_purpose():
        yield


# What may happen, in any order; the numbers choose among what is there.
MOVES = st.lists(
    st.tuples(st.sampled_from(["order", "charge", "tell", "refund", "sweep", "give", "close"]), st.integers(0, 9), st.integers(1, DUE)),
    max_size=18,
)  # fmt: skip


def move(shop: Shop, what: str, which: int, amount: int, at) -> None:
    orders = list(PayOrder.objects.filter(subject=shop.subject).order_by("number"))
    one = orders[which % len(orders)] if orders else None
    if what == "order":
        shop.order(min(amount * 2, DUE), at=at)
    elif what == "charge" and one:
        charge(one.number, one.amount, at)
    elif what == "tell" and one and Charge.objects.filter(number=one.number).exists():
        tells(one, at)
    elif what == "refund" and one:
        actions.ask_refund(actor=SYSTEM, order=one, amount=amount, why="test", key=f"{one.number}:{which}", at=at)  # fmt: skip
    elif what == "sweep":
        actions.sweep(system=SYSTEM, at=at)
    elif what == "give":
        actions.give_waiting(system=SYSTEM, at=at)
    elif what == "close":
        actions.close_orders(actor=SYSTEM, at=at + timedelta(hours=2))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(MOVES)
def test_whatever_happens_in_whatever_order_the_books_agree_with_the_channel(moves):
    with behind(SYSTEM), transaction.atomic():
        shop = Shop()
        for n, (what, which, amount) in enumerate(moves):
            with suppress(Refused):
                move(shop, what, which, amount, MONDAY + timedelta(seconds=n))
        settles()
        settles()  # a second time there is nothing left
        sound(shop)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_killed_before_every_statement_and_started_again_no_cent_is_lost():
    """Ordered, charged, told, given back in part: the process dies before each statement once."""
    deaths = 0
    for step in range(1, 400):
        with behind(SYSTEM), transaction.atomic():
            shop = Shop()
            with killed_at(step) as seen:
                order = shop.order()
                second = (
                    shop.order()
                )  # two orders of one thing, both paid: the second one goes back
                charge(order.number, DUE, MONDAY)
                charge(second.number, DUE, MONDAY)
                tells(order)
                tells(second)
                actions.ask_refund(actor=SYSTEM, order=order, amount=3_000, why="test", key="k", at=MONDAY)  # fmt: skip
                actions.give_waiting(system=SYSTEM, at=MONDAY)
            settles()
            sound(shop)
            transaction.set_rollback(True)
        deaths += seen["died"]
        if not seen["died"]:
            break
    print(f"killed before each of {deaths} statements: 0 fen lost")  # noqa: T201 -- a proof prints its count
    assert deaths > 40


@pytest.mark.django_db
def test_a_notification_counts_once_and_only_signed_and_only_of_the_amount(anonymous, refused):
    shop = Shop()
    with behind(SYSTEM):
        order = shop.order(4_000)
        charge(order.number, 4_000, MONDAY)
        body, mark = LOCAL.notification(LOCAL.ask(order.number))
        forged = json.dumps({**json.loads(body), "amount": 1}).encode()
        small = LOCAL.notification(LOCAL.ask(order.number)._replace(amount=1))
    post = lambda data, sign, way="local": anonymous.client.post(f"/pay/notices/{way}", data, content_type="application/json", headers={"X-Pay-Signature": sign})  # noqa: E731  # fmt: skip
    for data, sign in ((body, ""), (body, "0" * 64), (forged, mark), (b"[]", mark), (b"\xff\x00", mark), (b"x" * 5000, mark)):  # fmt: skip
        assert post(data, sign).status_code == 403
    assert post(body, mark, "till").status_code == post(body, mark, "nobody").status_code == 403
    assert post(*small).json() == {"taken": False, "reason": "pay_other_amount"}
    with behind(SYSTEM):
        assert taken(shop.subject) == 0
    assert [post(body, mark).status_code for _ in range(3)] == [200] * 3
    with behind(SYSTEM):
        sound(shop)
        assert taken(shop.subject) == 4_000
        assert Outbox.objects.filter(name="pay.OrderPaid").count() == 1
        with refused("pay_amount"):
            actions.ask_refund(actor=SYSTEM, order=order, amount=4_001, why="", key="much", at=MONDAY)  # fmt: skip


@pytest.mark.django_db
def test_the_cashier_says_that_it_is_a_stand_in_and_is_open_to_the_payer_alone(resident, street_dispatcher):  # fmt: skip
    shop = Shop()
    with behind(SYSTEM):
        order = shop.order(4_000, payer=resident.holder, at=cast_now())
    page = resident.get("pay:cashier", order.number)
    assert "no money moves" in page.content.decode() or "不会真的扣款" in page.content.decode()
    assert street_dispatcher.get("pay:cashier", order.number).status_code == 404
    assert resident.post("pay:cashier", order.number).headers["Location"] == "/my"
    assert resident.post("pay:cashier", order.number).headers["Location"] == "/my"
    with behind(SYSTEM):
        assert taken(shop.subject) == 4_000
        sound(shop)


def cast_now():
    return datetime.now(UTC)  # noqa: TID251 -- the page asks the clock


@pytest.mark.django_db
def test_a_day_is_compared_line_by_line_and_a_difference_is_told():
    shop = Shop()
    with behind(SYSTEM):
        order, lost = shop.order(4_000), shop.order(1_000)
        pays(order)
        charge(lost.number, 1_000, MONDAY)  # its notification never came
        day = MONDAY.replace(hour=0)
        before = actions.reconcile(actor=SYSTEM, way="local", day=day, at=LATER)
        assert before.differences == [{"number": lost.number, "ours": None, "theirs": 1_000}]
        assert Outbox.objects.filter(name="pay.DayDiffers").count() == 1
        settles()
        after = actions.reconcile(actor=SYSTEM, way="local", day=day, at=LATER)
        assert (after.ours, after.theirs, after.differences, after.lines) == (5_000, 5_000, [], 2)
        assert selectors.reconciliations(SYSTEM).count() == 1


@pytest.mark.django_db
@pytest.mark.covers("S4-23")
def test_what_differs_is_kept_by_whom_it_concerns_until_it_is_settled_or_agrees(refused):
    shop, day = Shop(), MONDAY.replace(hour=0)
    with behind(SYSTEM):
        good, lost, wrong = shop.order(4_000), shop.order(1_000), shop.order(2_000)
        pays(good)
        charge(lost.number, 1_000, MONDAY)  # its notification never came
        charge(wrong.number, 1_999, MONDAY)  # another amount than was asked for
        charge("P-NOBODY-KNOWS", 7, MONDAY)
        actions.reconcile(actor=SYSTEM, way="local", day=day, at=LATER)
        rows = {row.number: row for row in Difference.objects.all()}
        assert {number: (row.ours, row.theirs, row.order_id) for number, row in rows.items()} == {
            lost.number: (None, 1_000, lost.pk), wrong.number: (None, 1_999, wrong.pk), "P-NOBODY-KNOWS": (None, 7, None),
        }  # fmt: skip
        assert rows[lost.number].holders == [shop.book.owner]
        (said,) = selectors.days(SYSTEM, day.date())
        assert (said.ours, said.theirs, said.open, said.settled) == (4_000, 7_006, 3, 0)
        told = Outbox.objects.filter(name="pay.DayDiffers").count()
        settles()  # the wrong one holds the lost one not up
        actions.reconcile_yesterday(
            system=SYSTEM, at=MONDAY + timedelta(days=3)
        )  # what differs is compared anew
        rows[lost.number].refresh_from_db()
        assert rows[lost.number].agreed_at is not None
        assert Outbox.objects.filter(name="pay.DayDiffers").count() == told  # nothing new to tell
        odd = rows[wrong.number]
        for bad, reason in (({"reason": "x", "note": "x"}, "difference_reason"), ({"reason": "amount", "note": " "}, "difference_note")):  # fmt: skip
            with refused(reason):
                actions.settle_difference(actor=SYSTEM, difference=odd, at=LATER, **bad)
        entries = Entry.objects.count()
        actions.settle_difference(actor=SYSTEM, difference=odd, reason="amount", note="渠道少记一分", at=LATER)  # fmt: skip
        with refused("difference_over"):
            actions.settle_difference(actor=SYSTEM, difference=odd, reason="amount", note="x", at=LATER)  # fmt: skip
        assert Entry.objects.count() == entries
        (said,) = [one for one in selectors.days(SYSTEM, day.date()) if one.day == day.date()]
        assert (said.ours, said.theirs, said.open, said.settled) == (5_000, 7_006, 1, 1)


def at_once(act, jobs):
    def go(job):
        try:
            with behind(SYSTEM):
                return act(job)
        except Refused as told:
            return told.refusal.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(go, jobs))


def test_refunds_partial_payments_and_one_notification_raced_by_four(real_db):
    with behind(SYSTEM):
        shop = Shop()
        orders = [shop.order(4_000) for _ in range(AT_ONCE)]  # 16,000 for 10,001
        for one in orders:
            charge(one.number, one.amount, MONDAY)
    at_once(tells, orders * 3)  # each notification three times
    with behind(SYSTEM):
        assert taken(shop.subject) == DUE
        assert sorted(PayOrder.objects.values_list("taken", flat=True)) == [0, 2_001, 4_000, 4_000]
    at_once(lambda _n: actions.give_waiting(system=SYSTEM, at=LATER), range(AT_ONCE))
    with behind(SYSTEM):
        sound(shop)
        whole = PayOrder.objects.filter(taken=4_000).first()
    ask = lambda n: actions.ask_refund(actor=SYSTEM, order=whole, amount=3_000, why="race", key=f"race:{n}", at=MONDAY).number  # noqa: E731  # fmt: skip
    answers = at_once(ask, range(AT_ONCE))
    assert answers.count("pay_amount") == AT_ONCE - 1
    same = at_once(lambda _n: actions.ask_refund(actor=SYSTEM, order=whole, amount=500, why="race", key="same", at=MONDAY).number, range(AT_ONCE))  # fmt: skip
    assert len(set(same)) == 1
    at_once(lambda _n: actions.give_waiting(system=SYSTEM, at=LATER), range(AT_ONCE))
    with behind(SYSTEM):
        sound(shop)
        assert taken(shop.subject) == DUE - 3_500
        assert Refund.objects.filter(state="asked").count() == 0
        assert balance(shop.book, "clearing:local") == DUE - 3_500
