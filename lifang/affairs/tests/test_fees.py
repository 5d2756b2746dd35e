"""A fee is paid once, before the work begins, and goes back where the guide says so; every fen is in balanced books."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from lifang.affairs import actions, rules, selectors
from lifang.affairs.actions.retention import anonymise
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application
from lifang.affairs.tests.make import (
    MONDAY,
    apply,
    bound,
    known_person,
    make_application,
    make_unit,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.forms import Filled
from lifang.core.ids import new_id
from lifang.core.notify.models import Message
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as money
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import Book, Entry, PayOrder, Refund
from lifang.core.pay.tests.make import pays, tells
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import grows, refused
from lifang.core.testing.told import deliver
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.covers("S0-61", "S0-71")
KEY, LOST = "identity-card", {"kind": "lost"}
LATER = MONDAY + timedelta(minutes=5)


@pytest.fixture
def office(db):
    """The office that charges it, and the window."""
    make_county()
    unit = make_unit("public_security")
    return unit, cast.member("community_worker", places.COMMUNITY)


def now(row):
    with behind(SYSTEM):
        return Application.objects.get(pk=row.pk)


def balances(unit):
    with behind(SYSTEM):
        assert (Entry.objects.aggregate(n=Sum("amount"))["n"] or 0) == 0
        assert not list(Entry.objects.values("voucher").annotate(n=Sum("amount")).exclude(n=0))
        found = Book.objects.filter(owner=unit.holder).first()
        return {one.ledger.code: one.fen for one in money.balances(SYSTEM, found) if one.fen} if found else {}  # fmt: skip


def settled(at=LATER):
    deliver(at)
    pay.sweep(system=SYSTEM, at=at)
    pay.give_waiting(system=SYSTEM, at=at)
    deliver(at)


def applied(resident, answers=LOST):
    known_person(resident)
    return apply(resident, KEY, answers)


def test_the_fee_is_the_guides_and_hangs_on_what_was_answered():
    guide = GUIDES[KEY]
    told = {kind: rules.fee(guide, Filled({"kind": kind}, {})) for kind in ("first", "expired", "lost", "")}  # fmt: skip
    assert {kind: one.cents if one else 0 for kind, one in told.items()} == {"first": 0, "expired": 2_000, "lost": 4_000, "": 0}  # fmt: skip
    assert not any(one.confirmed for one in guide.fees), "nobody has confirmed it for this place"


@pytest.mark.django_db
def test_a_resident_pays_online_and_only_then_the_window_accepts(office, resident, anonymous):
    unit, worker = office
    assert "¥ 40.00" in anonymous.get("affairs:guide", KEY).content.decode()
    row = applied(resident)
    assert (row.fee, row.fee_kind, row.fee_paid) == (4_000, "lost", 0)
    page = resident.get("affairs:own", row.pk, query={"lang": "en"}).content.decode()
    assert "Pay ¥ 40.00" in page
    assert "no money moves here" in page
    assert "to be confirmed locally" in page
    desk = worker.get("affairs:application", row.pk, query={"lang": "en"}).content.decode()
    assert "To pay" in desk
    kept = worker.post("affairs:act", row.pk, "acceptance", data={}, QUERY_STRING="lang=en")  # fmt: skip
    assert kept.status_code == 422
    said = kept.content.decode()
    assert "The fee of ¥40.00 is not paid yet" in said
    assert "id_note-error" not in said, "the note is not what is wrong"
    assert f'href="/desk/applications/{row.pk}/fee"' in said
    assert "40.00" in anonymous.get("affairs:receipt", row.token).content.decode()
    deliver(MONDAY)
    with behind(SYSTEM):
        assert Message.objects.filter(template="affairs.fee_due", recipient=resident.holder).count() == 1  # fmt: skip

    cashier = resident.post("affairs:fee", row.pk).headers["Location"]
    assert "Local stand-in" in resident.client.get(cashier, {"lang": "en"}).content.decode()
    assert cast.resident().client.get(cashier).status_code == 404
    assert resident.client.post(cashier).headers["Location"] == f"/my/applications/{row.pk}"
    assert (now(row).fee_paid, now(row).fee_left) == (4_000, 0)
    assert balances(unit) == {"clearing:local": 4_000, "fees": 4_000}
    assert resident.post("affairs:fee", row.pk).status_code == 409  # nothing more is due
    with behind(SYSTEM):
        number = PayOrder.objects.get(subject=row.pk).number
    for member, name in ((resident, "own_fee_receipt"), (worker, "fee_receipt")):
        sheet = member.get(f"affairs:{name}", row.pk, number, query={"lang": "en"}).content.decode()  # fmt: skip
        assert "40.00" in sheet
        assert "no money moved" in sheet
        assert number in sheet
        assert member.get(f"affairs:{name}", row.pk, "P000").status_code == 404
    assert cast.resident().get("affairs:own_fee_receipt", row.pk, number).status_code == 404
    assert cast.stranger().get("affairs:fee_receipt", row.pk, number).status_code == 404
    said = worker.get("affairs:application", row.pk, query={"lang": "en"}).content.decode()
    assert "Fee paid" in said
    assert "¥ 40.00" in said
    assert worker.post("affairs:act", row.pk, "acceptance", data={}).status_code == 302  # fmt: skip
    # The work has begun: what was paid stays, also when it is taken back.
    actions.withdraw(actor=resident.actor, application=now(row), at=LATER)
    settled()
    assert balances(unit) == {"clearing:local": 4_000, "fees": 4_000}


@pytest.mark.django_db
def test_pages_with_fees_cost_the_same_for_one_and_for_thirty(office, resident):
    _unit, worker = office
    row = applied(resident)
    order = actions.pay_fee(actor=resident.actor, application=row, way="local", at=MONDAY)
    pays(order, MONDAY)
    settled()

    def another():
        """Paid once more, and on its way back."""
        with behind(SYSTEM):
            kept = PayOrder.objects.get(pk=order.pk)
            kept.pk, kept.number, kept.reference = new_id(), f"P{new_id().hex[-12:]}", str(new_id())
            kept.save(force_insert=True)
            Refund.objects.create(order=kept, number=f"R{new_id().hex[-12:]}", key=str(new_id()), amount=1, excess=1, why="twice", state="asked", asked_at=MONDAY, area=kept.area, holders=kept.holders)  # fmt: skip

    grows(another, lambda: resident.get("affairs:own", row.pk))
    grows(another, lambda: worker.get("affairs:application", row.pk))
    grows(another, lambda: resident.get("affairs:receipt", row.token))
    grows(another, lambda: worker.get("affairs:fee_receipt", row.pk, order.number))
    grows(lambda: make_application(places.GRID, KEY, answers=LOST), lambda: worker.get("affairs:applications"))  # fmt: skip


@pytest.mark.django_db
def test_at_a_terminal_it_is_paid_too(office, resident):
    row = applied(resident)
    _terminal, word = bound()
    resident.client.get(f"/kiosk/at/{word}")
    client = resident.client  # the visit began anew: nobody is signed in any more
    client.force_login(resident.account)
    page = client.get(f"/my/applications/{row.pk}")
    assert "40.00" in page.content.decode()
    cashier = client.post(f"/my/applications/{row.pk}/fee").headers["Location"]
    assert client.post(cashier).status_code == 302
    assert now(row).fee_left == 0


@pytest.mark.django_db
def test_at_the_window_it_is_paid_in_cash_with_a_receipt_and_handed_back(office):
    unit, worker = office
    row = make_application(places.GRID, KEY, answers=LOST)
    assert row.fee == 4_000
    trips = row.trips
    assert worker.post("affairs:act", row.pk, "fee", data={}).status_code == 422  # not counted
    assert cast.stranger().post("affairs:act", row.pk, "fee", data={"counted": "on"}).status_code == 404  # fmt: skip
    assert cast.department_handler(unit.pk).post("affairs:act", row.pk, "fee", data={"counted": "on"}).status_code in (403, 404)  # fmt: skip
    assert worker.post("affairs:act", row.pk, "fee", data={"counted": "on"}).status_code == 302
    assert balances(unit) == {"clearing:till": 4_000, "fees": 4_000}
    assert now(row).trips == trips + 1  # paid on a day of its own
    twice = worker.post("affairs:act", row.pk, "fee", data={"counted": "on"})
    assert twice.status_code in (409, 422)
    page = worker.get("affairs:application", row.pk, query={"lang": "en"}).content.decode()
    assert "Cash at the counter" in page
    assert "Take the fee in cash" not in page
    sheet = worker.get("affairs:intake_sheet", row.intake_id, query={"lang": "en"}).content.decode()
    assert "¥ 40.00" in sheet
    assert worker.post("affairs:act", row.pk, "returning", data={"counted": "on"}).status_code in (409, 422)  # fmt: skip
    actions.decline(actor=worker.actor, application=now(row), note="户口不在本地", at=LATER)
    settled()
    assert balances(unit) == {"clearing:till": 4_000, "fees": 4_000}  # cash goes back by hand
    page = worker.get("affairs:application", row.pk, query={"lang": "en"}).content.decode()
    assert "is handed back in cash at the window" in page
    assert "Hand the cash back" in page
    for _again in range(2):
        worker.post("affairs:act", row.pk, "returning", data={"counted": "on"})
    settled(timezone.now() + timedelta(minutes=1))  # noqa: TID251 -- pages are acted on today
    assert balances(unit) == {}
    assert now(row).fee_paid == 0
    with behind(SYSTEM):
        assert Refund.objects.count() == 1
        told = set(Message.objects.filter(template__startswith="affairs.fee").values_list("template", flat=True))  # fmt: skip
    assert {"affairs.fee_cash_back", "affairs.fee_back"} <= told


@pytest.mark.django_db
def test_taken_back_before_the_work_began_the_money_goes_back_by_itself(office, resident):
    unit, _worker = office
    row = applied(resident)
    pays(actions.pay_fee(actor=resident.actor, application=row, way="local", at=MONDAY))
    actions.withdraw(actor=resident.actor, application=now(row), at=LATER)
    settled()
    settled()
    assert balances(unit) == {}
    assert now(row).fee_paid == 0
    page = resident.get("affairs:own", row.pk, query={"lang": "en"}).content.decode()
    assert "Given back" in page
    with refused("fee_over"):
        actions.pay_fee(actor=resident.actor, application=now(row), way="local", at=LATER)


@pytest.mark.django_db
def test_twice_late_lost_and_after_withdrawal_nobody_pays_for_nothing(office, resident):
    unit, worker = office
    row = applied(resident)
    first, second, third = (actions.pay_fee(actor=resident.actor, application=row, way="local", at=MONDAY) for _ in range(3))  # fmt: skip
    pays(first)
    tells(first)  # the channel says it again
    pays(second)  # paid in another window: goes back whole
    settled()
    assert balances(unit) == {"clearing:local": 4_000, "fees": 4_000}
    actions.withdraw(actor=resident.actor, application=now(row), at=LATER)
    charge(third.number, third.amount, LATER)  # paid after all, and its notification was lost
    settled(LATER + timedelta(minutes=1))
    settled(LATER + timedelta(minutes=2))
    assert balances(unit) == {}
    with behind(SYSTEM):
        assert PayOrder.objects.filter(state="paid").count() == 3
        assert Refund.objects.filter(state="done").aggregate(n=Sum("amount"))["n"] == 12_000
    assert now(row).fee_paid == 0

    other = make_application(places.GRID, KEY, answers={"kind": "expired"})
    assert other.fee == 2_000
    actions.take_fee(actor=worker.actor, application=other, at=MONDAY)
    with refused("fee_paid"):
        actions.take_fee(actor=worker.actor, application=now(other), at=MONDAY)
    free = make_application(places.GRID, KEY, answers={"kind": "first"})
    assert free.fee == 0
    actions.accept(actor=worker.actor, application=free, at=LATER)


def test_online_and_at_the_counter_at_the_same_moment_it_is_paid_once(real_db):
    make_county()
    unit, worker = make_unit("public_security"), cast.member("community_worker", places.COMMUNITY)
    resident = cast.resident()
    row = applied(resident)
    order = actions.pay_fee(actor=resident.actor, application=row, way="local", at=MONDAY)
    charge(order.number, order.amount, MONDAY)

    def cash():
        try:
            actions.take_fee(actor=worker.actor, application=row, at=MONDAY)
        except Exception as error:  # noqa: BLE001 -- refused, or not: looked at below
            return str(getattr(getattr(error, "refusal", None), "reason", error))
        finally:
            connection.close()
        return "cash"

    def channel():
        try:
            tells(order)
        finally:
            connection.close()
        return "online"

    with ThreadPoolExecutor(2) as both:
        said = {one.result() for one in [both.submit(cash), both.submit(channel)]}
    assert said in ({"online", "fee_paid"}, {"online", "cash"})
    settled()
    assert sum(balances(unit)[code] for code in ("fees",)) == 4_000
    assert now(row).fee_paid == 4_000


@pytest.mark.django_db
def test_when_it_is_forgotten_whose_it_was_the_payment_names_nobody(office, resident):
    row = applied(resident)
    pays(actions.pay_fee(actor=resident.actor, application=row, way="local", at=MONDAY))
    actions.withdraw(actor=resident.actor, application=now(row), at=LATER)
    with behind(SYSTEM):
        anonymise([now(row)], LATER)
        order = PayOrder.objects.get(subject=row.pk)
        assert (order.payer, [one for one in order.holders if one.startswith("account:")]) == ("", [])  # fmt: skip
        assert selectors.payments(SYSTEM, now(row))[0].order.amount == 4_000
