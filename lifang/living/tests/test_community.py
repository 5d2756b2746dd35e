"""W-M3: what a community takes in and spends is booked, published, corrected in the open; companies have a score, complaints a case."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.pay import selectors as books
from lifang.core.pay.models import Book
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.living import actions, selectors
from lifang.living.events import ComplaintMade
from lifang.living.models import Complaint, Inspection, LedgerLine
from lifang.living.tests.make import lives_in, make_doors, make_firm, manager
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-M3", "S0-74", "S3-24", "S2-18")]
AREA = places.COMMUNITY
TODAY = date(2026, 11, 23)


def entered(item="charging_rent", amount=120_000, at=MONDAY):
    return actions.enter_line(actor=SYSTEM, area=AREA, item=item, amount=amount, party="飞马充电", note="11 月", day=TODAY, at=at)  # fmt: skip


def test_the_rent_of_a_charging_site_stands_in_the_public_list(community_secretary, anonymous, grid_worker):  # fmt: skip
    make_county()
    told = {"area": AREA, "item": "charging_rent", "amount": "1200", "party": "飞马充电", "day": "2026-11-20", "note": "11 月"}  # fmt: skip
    sent = community_secretary.post("living:line", data=told)
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    assert community_secretary.post("living:line", data=told | {"day": "2027-01-01"}).status_code == 200  # fmt: skip
    page = anonymous.get("living:account", AREA).content.decode()
    assert "飞马充电" in page
    assert "1,200.00" in page or "1200.00" in page
    with behind(SYSTEM):
        line = LedgerLine.objects.get()
    assert community_secretary.post("living:counter", line.pk, data={"note": "重复"}).status_code == 302  # fmt: skip
    assert "重复" in anonymous.get("living:account", AREA).content.decode()
    assert selectors.sums(anonymous.actor, AREA).income == 0
    assert selectors.sums(anonymous.actor, AREA).balanced


def test_a_line_is_countered_once_and_never_changed(refused):
    make_county()
    line = entered()
    back = actions.counter_line(actor=SYSTEM, line=line, note="金额有误", at=MONDAY)
    for one in (line, back):
        with refused("line_countered"):
            actions.counter_line(actor=SYSTEM, line=one, note="x", at=MONDAY)
    with refused("line_item"):
        entered("gold")
    with refused("line_amount"):
        entered(amount=0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from(["charging_rent", "advert", "maintenance", "greening"]), st.integers(1, 10**9), st.booleans()), max_size=8))  # fmt: skip
def test_whatever_is_entered_and_countered_the_book_balances_and_says_the_same(lines):
    with behind(SYSTEM):
        before = selectors.sums(SYSTEM, AREA)
    net = 0
    for item, amount, wrong in lines:
        line = entered(item, amount)
        if wrong:
            actions.counter_line(actor=SYSTEM, line=line, note="x", at=MONDAY)
        else:
            net += amount if item in ("charging_rent", "advert") else -amount
    told = selectors.sums(SYSTEM, AREA)
    assert told.balanced
    assert told.income - told.expense == before.income - before.expense + net
    with behind(SYSTEM):
        book = Book.objects.filter(owner=f"area:{AREA}").first()
        cash = {one.ledger.code: one.fen for one in books.balances(SYSTEM, book)}["cash"] if book else 0  # fmt: skip
    assert cash == told.income - told.expense


def test_rounds_are_planned_once_done_once_and_count_for_the_company(refused, resident):
    make_county()
    firm, boss = make_firm(), manager()
    until = TODAY + timedelta(days=30)
    assert actions.plan_rounds(actor=boss.actor, unit=firm, area=firm.area, until=until, at=MONDAY) > 8  # fmt: skip
    assert actions.plan_rounds(actor=boss.actor, unit=firm, area=firm.area, until=until, at=MONDAY) == 0  # fmt: skip
    other = cast.member("property_manager", firm.area, unit=cast.UNIT, sees="unit")
    with behind(SYSTEM):
        first = Inspection.objects.order_by("due_on", "kind").first()
    assert boss.get("living:rounds").status_code == 200
    assert other.get("living:round", first.pk).status_code == 404
    with refused("round_words"):
        actions.do_round(actor=boss.actor, inspection=first, fine=False, found=" ", at=MONDAY)
    assert boss.post("living:round", first.pk, data={"fine": "no", "found": "灭火器过期"}).status_code == 302  # fmt: skip
    with refused("round_done"):
        actions.do_round(actor=boss.actor, inspection=first, fine=True, found="", at=MONDAY)
    score = selectors.scores(SYSTEM, firm.area, MONDAY + timedelta(days=1))[0]
    due = score.rounds
    assert (score.unit, score.rounds_done) == (firm, 1 / due)


def test_a_complaint_is_told_and_its_household_alone_reads_it(resident, refused):
    make_county()
    make_firm()
    door = make_doors(1)[0]
    lives_in(resident, door)
    sent = resident.post("living:complaints", data={"home": str(door.pk), "topic": "cleaning", "text": "三天没打扫"})  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    with behind(SYSTEM):
        row = Complaint.objects.get()
    assert row.holders == [resident.holder]
    told = [one for one in published() if isinstance(one, ComplaintMade)]
    assert [one.complaint for one in told] == [row.pk]
    assert "三天没打扫" not in manager().get("living:board").content.decode()
    stranger = cast.resident().actor
    with refused("not_found"):
        actions.complain(actor=stranger, home=selectors.own_homes(resident.actor)[0].door, topic="fees", text="x", at=MONDAY)  # fmt: skip
