"""W-P3: a month is issued, paid in parts, given back; the household sees its own, owners the sums."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files import disk
from lifang.core.jobs.testing import run_due
from lifang.core.notify.models import Message
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as books
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import Book, Difference, Entry, PayOrder
from lifang.core.pay.tests.make import killed_at, tells
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver
from lifang.living import actions, rules, selectors
from lifang.living.actions.retention import clear_bills
from lifang.living.models import Bill, BillLine, ReceiptPaper, Run
from lifang.living.selectors.retention import settled_bills
from lifang.living.tests.make import (
    MONTH,
    bill_of,
    issued,
    lives_in,
    make_doors,
    make_firm,
    make_tariff,
    manager,
)
from lifang.living.web.my import mark
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-P3", "S0-71")]


@pytest.fixture
def home(resident):
    """A firm that charges, two dwellings; the resident of the cast lives in the first."""
    make_county()
    firm = make_firm()
    doors = make_doors(2)
    make_tariff(firm)
    lives_in(resident, doors[0])
    return firm, doors


def test_a_month_is_billed_once_to_every_dwelling_and_told_to_who_lives_there(
    home, resident, refused
):
    firm, doors = home
    make_tariff(firm, "parking", "door", 800_000)
    run = issued(firm)
    with behind(SYSTEM):
        assert (run.state, run.gone, run.bills, run.amount) == ("done", 2, 2, 2 * (14_800 + 8_000))
        assert sorted(BillLine.objects.filter(bill__dwelling=doors[0]).values_list("item", "amount")) == [("parking", 8_000), ("property_fee", 14_800)]  # fmt: skip
        assert list(Message.objects.filter(template="living.billed").values_list("recipient", flat=True)) == [resident.holder]  # fmt: skip
        book = Book.objects.get(owner=firm.holder)
        shown = {one.ledger.code: one.fen for one in books.balances(SYSTEM, book)}
        assert shown == {
            "receivable": 45_600,
            "income:parking": 16_000,
            "income:property_fee": 29_600,
        }
    with refused("run_once"):
        actions.start_run(actor=SYSTEM, unit=firm, month=MONTH, area=firm.area, at=MONDAY)
    own, neighbours = bill_of(doors[0]), bill_of(doors[1])
    with behind(resident.actor):
        assert [one.pk for one in selectors.own_bills(resident.actor)] == [own.pk]
    assert resident.get("living:bill", neighbours.pk).status_code == 404


def test_a_household_pays_a_part_then_the_rest_and_gets_a_part_back(home, resident):
    firm, doors = home
    issued(firm)
    bill = bill_of(doors[0])
    boss = manager()
    go = resident.post("living:bill", bill.pk, data={"amount": "100"})
    assert go.status_code == 302, go.content.decode()[-1500:]
    assert (
        resident.client.post(go.headers["Location"]).headers["Location"] == f"/my/bills/{bill.pk}"
    )
    cash = boss.post("living:cash", bill.pk, data={"cash-amount": "48.00"})
    assert cash.status_code == 302, cash.content.decode()[-1500:]
    with behind(SYSTEM):
        bill.refresh_from_db()
        assert (bill.paid, bill.left) == (14_800, 0)
        order = PayOrder.objects.get(way="local")
    assert (
        boss.post("living:cash", bill.pk, data={"cash-amount": "1"}).status_code == 200
    )  # paid: said in the form
    back = boss.post("living:refund", bill.pk, order.number, data={"amount": "30", "why": "重复缴费", "token": "one"})  # fmt: skip
    assert back.status_code == 302, back.content.decode()[-1500:]
    boss.post("living:refund", bill.pk, order.number, data={"amount": "30", "why": "重复缴费", "token": "one"})  # fmt: skip
    with behind(SYSTEM):
        pay.give_waiting(system=SYSTEM, at=cast_soon())
        bill.refresh_from_db()
        assert bill.paid == 11_800
        book = Book.objects.get(owner=firm.holder)
        shown = {one.ledger.code: one.fen for one in books.balances(SYSTEM, book)}
        assert (shown["receivable"], shown["clearing:local"], shown["clearing:till"]) == (17_800, 7_000, 4_800)  # fmt: skip
    paper = resident.get("living:receipt", order.number).content.decode()
    assert "100.00" in paper
    assert "30.00" in paper
    month = selectors.months(resident.actor, firm.pk, firm.area)[0]
    assert (month.month, month.bills, month.owed, month.paid, month.open) == (MONTH, 2, 29_600, 11_800, 2)  # fmt: skip
    assert "118.00" in resident.get("living:sums").content.decode()


def cast_soon():
    return datetime.now(UTC) + timedelta(minutes=1)  # noqa: TID251 -- pages ask the clock


def test_the_same_bill_paid_twice_at_once_is_paid_once_and_the_rest_goes_back(home, resident):
    firm, doors = home
    issued(firm)
    bill = bill_of(doors[0])
    orders = [actions.to_pay(actor=resident.actor, bill=bill, amount=bill.left, way="local", at=MONDAY) for _ in range(2)]  # fmt: skip
    with behind(SYSTEM):
        for one in orders:
            charge(one.number, one.amount, MONDAY)
            tells(one)
        pay.give_waiting(system=SYSTEM, at=MONDAY)
        bill.refresh_from_db()
        assert bill.paid == bill.amount
        book = Book.objects.get(owner=firm.holder)
        shown = {one.ledger.code: one.fen for one in books.balances(SYSTEM, book)}
        assert (shown["clearing:local"], shown["held"], shown["receivable"]) == (14_800, 0, 14_800)


def test_a_run_that_is_killed_before_any_statement_goes_on_and_bills_nobody_twice(home, monkeypatch):  # fmt: skip
    firm, _doors = home
    make_doors(3, m2=50)
    deaths = 0
    for step in range(1, 200, 3):
        with behind(SYSTEM), transaction.atomic():
            monkeypatch.setattr("lifang.living.actions.runs.policy", lambda key: {"batch": 2}.get(key, 50_000))  # fmt: skip
            run = actions.start_run(actor=SYSTEM, unit=firm, month=MONTH, area=firm.area, at=MONDAY)
            with killed_at(step) as seen:
                actions.work_run(system=SYSTEM, run=run.pk, at=MONDAY)
            actions.work_run(system=SYSTEM, run=run.pk, at=MONDAY)
            run.refresh_from_db()
            assert (run.state, run.bills, run.gone) == ("done", 5, 5)
            assert Bill.objects.count() == 5
            assert Entry.objects.count() == 10
            transaction.set_rollback(True)
        deaths += seen["died"]
        if not seen["died"]:
            break
    print(f"a run killed at {deaths} places billed 5 dwellings 5 times")  # noqa: T201 -- a proof
    assert deaths > 10


def test_a_correction_lowers_what_is_owed_and_says_why(home, resident, refused):
    firm, doors = home
    issued(firm)
    bill, boss = bill_of(doors[0]), manager()
    assert boss.post("living:reduction", bill.pk, data={"amount": "20", "why": "面积有误", "token": "-"}).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        bill.refresh_from_db()
        assert (bill.owed, bill.left) == (12_800, 12_800)
    with refused("bill_amount"):
        actions.credit(actor=boss.actor, bill=bill, amount=12_801, why="x", at=MONDAY)
    other = cast.member("property_manager", firm.area, unit=cast.UNIT, sees="unit")
    assert other.get("living:desk_bill", bill.pk).status_code == 404
    with refused("not_allowed"):
        actions.take_part(actor=other.actor, bill=bill, amount=1, at=MONDAY)


def test_meters_do_not_run_backwards_and_bill_what_was_used(home, refused):
    firm, _doors = home
    make_tariff(firm, "water", "reading", 36_543)
    with behind(SYSTEM):
        door = registry.doors_after(SYSTEM, firm.area, None, 1)[0]
    read = lambda month, value: actions.read_meters(actor=SYSTEM, unit=firm, month=month, readings=[actions.Read(door, "water", "W1", value)], area=firm.area, at=MONDAY)  # noqa: E731  # fmt: skip
    assert (read("2026-10", 100_000), read(MONTH, 112_340), read(MONTH, 112_340)) == (1, 1, 0)
    for month, value in (("2026-12", 112_339), ("2026-09", 100_001), (MONTH, -1)):
        with refused("reading_backwards" if value > 0 else "reading_value"):
            read(month, value)
    issued(firm)
    with behind(SYSTEM):
        line = BillLine.objects.get(item="water")
    assert (line.quantity, line.amount) == (12_340, rules.charge(36_543, 12_340)) == (12_340, 4_509)


def test_whoever_is_linked_later_sees_what_is_still_owed(home):
    firm, doors = home
    issued(firm)
    newcomer = cast.resident()
    lives_in(newcomer, doors[1], sequence=322)
    with behind(newcomer.actor):
        assert selectors.owed_by_me(newcomer.actor)[0] == 0
    deliver(MONDAY)
    with behind(newcomer.actor):
        assert selectors.owed_by_me(newcomer.actor)[0] == 14_800


def test_a_receipt_is_known_by_its_code_and_says_nothing_of_the_household(
    home, resident, anonymous
):
    firm, doors = home
    issued(firm)
    bill, clerk = bill_of(doors[0]), manager()
    order = actions.take_part(actor=clerk.actor, bill=bill, amount=5_000, at=MONDAY)

    page = anonymous.get("living:check", order.number, mark(order.number))
    assert "50.00" in page.content.decode()
    assert bill.address not in page.content.decode()
    assert anonymous.get("living:check", order.number, mark("other")).status_code == 404
    assert anonymous.get("living:check", order.number, "x").status_code == 404
    assert cast.resident().get("living:receipt", order.number).status_code == 404


@pytest.mark.covers("S0-71")
def test_a_receipt_is_a_signed_paper_made_once_and_a_changed_one_is_found(home, resident, anonymous):  # fmt: skip
    firm, doors = home
    issued(firm)
    bill, clerk = bill_of(doors[0]), manager()
    order = actions.take_part(actor=clerk.actor, bill=bill, amount=5_000, at=MONDAY)
    stranger = cast.resident()
    assert stranger.post("living:receipt_paper", order.number).status_code == 404
    go = [one.post("living:receipt_paper", order.number) for one in (resident, clerk)]
    assert go[0].headers["Location"] == go[1].headers["Location"]  # one paper, whoever asks first
    with behind(SYSTEM):
        kept = ReceiptPaper.objects.get()
        pdf = disk.get(kept.sha256)
    answer = resident.client.get(go[0].headers["Location"])
    assert (answer.status_code, b"".join(answer)) == (200, pdf)
    assert stranger.client.get(go[0].headers["Location"]).status_code == 404
    worker = cast.member("community_secretary", firm.area)
    assert (
        worker.client.get(go[0].headers["Location"]).status_code == 404
    )  # works there, is not shown it
    page = ("living:check", order.number, mark(order.number))
    for data, good in ((pdf, True), (pdf.replace(b"%PDF-1", b"%PDF-2", 1), False), (pdf + b"\n", False), (b"x", False)):  # fmt: skip
        told = anonymous.post(*page, data={"paper": SimpleUploadedFile("r.pdf", data, "application/pdf")})  # fmt: skip
        assert told.status_code == 200
        assert ("shield-check" in told.content.decode()) is good
        assert ("notice danger" in told.content.decode()) is not good
    assert anonymous.post(*page, data={}).status_code == 422
    assert anonymous.post("living:check", order.number, mark("other"), data={"paper": SimpleUploadedFile("r.pdf", pdf)}).status_code == 404  # fmt: skip
    with behind(SYSTEM):
        kept.signature = kept.signature[:-8] + "AAAAAAA="
        kept.save()
    told = anonymous.post(*page, data={"paper": SimpleUploadedFile("r.pdf", pdf, "application/pdf")})  # fmt: skip
    assert "notice danger" in told.content.decode()
    with behind(SYSTEM):
        assert clear_bills([bill], MONDAY) == {"payments": 1, "files": 1}


@pytest.mark.parametrize(
    "typed", ["", "-5", "0", "1e9", "148.001", "99999999999", "<b>", "\x00", "１"]
)
def test_hostile_amounts_are_refused_in_the_form(home, resident, typed):
    firm, doors = home
    issued(firm)
    bill = bill_of(doors[0])
    assert resident.post("living:bill", bill.pk, data={"amount": typed}).status_code in (200, 400)
    with behind(SYSTEM):
        assert not PayOrder.objects.exists()


def test_the_pages_of_the_desk_cost_the_same_for_many(home, grows, resident):
    firm, _doors = home
    boss = manager()
    issued(firm)
    made = iter(range(1, 99))
    more = lambda: (make_doors(1, area="990101001001002"), issued(firm, f"2027-{next(made):02d}"[:7]))  # noqa: E731  # fmt: skip
    for name in ("living:desk_bills", "living:runs", "living:tariffs", "living:desk_sums"):
        assert boss.get(name).status_code == 200
    grows(more, lambda: boss.get("living:desk_bills"), many=4)
    assert resident.get("living:bills").status_code == 200


def test_a_run_of_the_desk_shows_how_far_it_is(home):
    boss = manager()
    go = boss.post(
        "living:start", data={"month": MONTH, "unit": str(cast.FIRM), "area": "990101001001"}
    )
    assert go.status_code == 302, go.content.decode()[-1500:]
    before = boss.client.get(go.headers["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in before
    run_due(MONDAY)
    after = boss.client.get(go.headers["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' not in after
    with behind(SYSTEM):
        assert Run.objects.get().bills == 2


def test_two_companies_of_a_street_cannot_both_bill_a_dwelling(home, refused):
    firm, doors = home
    with behind(SYSTEM):
        other = Unit.objects.create(name_zh="安居物业", name_en="Anju", kind="property_company", area=firm.area[:9], opened=MONDAY.date())  # fmt: skip
    for area in (firm.area, firm.area[:9]):
        with refused("tariff_taken"):
            actions.set_tariff(actor=SYSTEM, unit=other, area=area, item="property_fee", basis="area", price=1, since="2026-01", at=MONDAY)  # fmt: skip
    issued(firm)
    actions.set_tariff(actor=SYSTEM, unit=other, area=firm.area, item="lift_fee", basis="door", price=10_000, since="2026-01", at=MONDAY)  # fmt: skip
    run = actions.start_run(actor=SYSTEM, unit=other, month=MONTH, area=firm.area, at=MONDAY)
    with behind(SYSTEM):
        actions.work_run(system=SYSTEM, run=run.pk, at=MONDAY)
        run.refresh_from_db()
        assert (run.state, run.bills, run.unmeasured) == ("done", 0, 2)
        assert set(Bill.objects.filter(dwelling__in=doors).values_list("unit", flat=True)) == {
            firm.pk
        }


def test_what_is_owed_is_reminded_of_once_a_stage_and_in_one_message(home, resident):
    firm, doors = home
    issued(firm)
    due = bill_of(doors[0]).due_on
    issued(firm, "2026-10")
    told = lambda: list(Message.objects.filter(template__startswith="living.reminder").order_by("id").values_list("template", "recipient", "facts__amount", "facts__count"))  # noqa: E731  # fmt: skip

    def after(days):
        noon = datetime.combine(due + timedelta(days=days), time(4), UTC)
        return actions.see_to_bills(system=SYSTEM, at=noon)

    with behind(SYSTEM):
        assert (after(-4), told()) == (0, [])
        assert (after(-3), after(-1)) == (4, 0)  # of the neighbours too, who have no account
        assert told() == [("living.reminder_soon", resident.holder, "296.00", 2)]
        actions.take_part(actor=SYSTEM, bill=Bill.objects.filter(dwelling=doors[0]).latest("month"), amount=14_800, at=MONDAY)  # fmt: skip
        assert (after(8), after(8)) == (3, 0)
        assert told()[1:] == [("living.reminder_past", resident.holder, "148.00", 1)]
        assert (after(40), after(400)) == (3, 0)
        assert [one[0] for one in told()] == ["living.reminder_soon", "living.reminder_past", "living.reminder_month"]  # fmt: skip
        for bill in Bill.objects.all():
            if bill.left:
                actions.take_part(actor=SYSTEM, bill=bill, amount=bill.left, at=MONDAY)
        assert after(900) == 0


def test_whose_a_settled_bill_was_is_forgotten_and_the_books_stay(home, resident):
    firm, doors = home
    issued(firm)
    paid, open_ = bill_of(doors[0]), bill_of(doors[1])
    with behind(SYSTEM):
        order = actions.take_part(actor=SYSTEM, bill=paid, amount=paid.left, at=MONDAY)
        assert paid.address in order.title_zh
        assert order.payer == resident.holder
        before = Entry.objects.count()
        assert not settled_bills(SYSTEM, paid.issued_at).exists()
        rows = list(settled_bills(SYSTEM, paid.issued_at + timedelta(days=1)))
        assert rows == [paid]
        assert clear_bills(rows, MONDAY) == {"payments": 1, "files": 0}
        paid.refresh_from_db()
        order.refresh_from_db()
        assert (paid.dwelling_id, paid.address, paid.holders, paid.paid) == (None, "", [firm.holder], 14_800)  # fmt: skip
        assert (order.payer, order.holders, order.amount) == ("", [firm.holder], 14_800)  # fmt: skip
        assert doors[0].address not in order.title_zh
        assert Bill.objects.get(pk=open_.pk).dwelling_id == doors[1].pk
        assert Entry.objects.count() == before


def test_payments_stand_beside_the_channel_for_the_company_alone(home, resident):
    firm, doors = home
    issued(firm)
    bill, at = bill_of(doors[0]), cast_soon() - timedelta(days=1)
    orders = [actions.to_pay(actor=resident.actor, bill=bill, amount=amount, way="local", at=at) for amount in (10_000, 4_800)]  # fmt: skip
    with behind(SYSTEM):
        charge(orders[0].number, 10_000, at)
        tells(orders[0], at)
        charge(orders[1].number, 4_700, at)  # the channel has another amount
        pay.reconcile_yesterday(system=SYSTEM, at=cast_soon())
    boss = manager()
    page = boss.get("living:days").content.decode()
    for part in (orders[1].number, "¥ 100.00", "¥ 147.00", "¥ 47.00"):
        assert part in page
    with behind(SYSTEM):
        row = Difference.objects.get()
    other = cast.member("property_manager", firm.area, unit=cast.UNIT, sees="unit")
    assert orders[1].number not in other.get("living:days").content.decode()
    assert other.get("living:difference", row.pk).status_code == 404
    assert boss.post("living:difference", row.pk, data={"reason": "amount", "note": ""}).status_code == 200  # fmt: skip
    assert boss.post("living:difference", row.pk, data={"reason": "amount", "note": "\x00"}).status_code == 200  # fmt: skip
    assert boss.post("living:difference", row.pk, data={"reason": "amount", "note": "已请渠道更正"}).status_code == 302  # fmt: skip
    assert "已请渠道更正" in boss.get("living:days").content.decode()
    assert boss.get("living:difference", row.pk).status_code == 409


def test_a_run_whose_job_was_given_up_says_so_and_goes_on_where_it_stopped(home, refused):
    firm, doors = home
    boss = manager()
    run = actions.start_run(actor=SYSTEM, unit=firm, month=MONTH, area=firm.area, at=MONDAY)
    page = boss.get("living:run", run.pk).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert boss.post("living:run_resumption", run.pk).status_code == 409  # it goes on already
    with behind(SYSTEM), connection.cursor() as cursor:
        actions.issue_batch(actor=SYSTEM, run=run, at=MONDAY)
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'")
    page = boss.get("living:run", run.pk).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    assert reverse("living:run_resumption", args=[run.pk]) in page
    assert "living:run_resumption" not in boss.get("living:runs").content.decode()
    clerk = cast.member("property_handler", firm.area, unit=cast.FIRM, sees="unit")
    assert reverse("living:run_resumption", args=[run.pk]) not in clerk.get("living:run", run.pk).content.decode()  # fmt: skip
    assert boss.post("living:run_resumption", run.pk).status_code == 302
    run_due(MONDAY)
    with behind(SYSTEM):
        run.refresh_from_db()
        assert (run.state, run.bills, Bill.objects.count()) == ("done", len(doors), len(doors))
    with refused("run_done"):
        actions.resume_run(actor=boss.actor, run=run, at=MONDAY)
