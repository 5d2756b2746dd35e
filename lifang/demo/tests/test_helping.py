"""A daughter orders, reports, pays and looks for her mother: only what was agreed, as long as it is, and her mother reads every act."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from lifang.affairs import actions as affairs
from lifang.affairs.models import Mandate
from lifang.affairs.rules import day_of
from lifang.cases.tests.make import make_photo
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.pay.models import PayOrder
from lifang.core.pay.tests.make import pays
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import deliver
from lifang.living import actions, selectors
from lifang.living.catalogue import SUBSIDIES
from lifang.living.models import Deed, Grant, Order, Parcel, Repair
from lifang.living.selectors import helping
from lifang.living.terms import BILLS_FOR, ORDERS_FOR, PARCELS_FOR, REPAIRS_FOR
from lifang.living.tests.make import (
    bill_of,
    issued,
    make_doors,
    make_firm,
    make_shop,
    make_tariff,
    manager,
)
from lifang.orgs.tests.make import make_county
from lifang.registry import actions as register
from lifang.registry.tests.make import make_household, make_linked, make_person, number

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-R3", "S0-64", "S0-93")]
HOUR = timedelta(hours=1)
ALL = (ORDERS_FOR, REPAIRS_FOR, BILLS_FOR, PARCELS_FOR)
PAGES = {ORDERS_FOR: "living:orders_for", REPAIRS_FOR: "living:repairs_for", BILLS_FOR: "living:bills_for", PARCELS_FOR: "living:parcels_for"}  # fmt: skip


class Family:
    """A mother at her home, with or without an account; her daughter, who lives far away."""

    def __init__(self, resident=None):
        make_county()
        self.mother, self.daughter, self.keeper = resident, cast.resident(), cast.resident()
        with behind(SYSTEM):
            self.firm = make_firm()
            self.door, self.next_door = make_doors(2)
            facts = {"area": self.door.area, "name": "王秀英", "identity": number("19380601", 224), "telephone": "10000007788"}  # fmt: skip
            self.person = make_linked(resident, **facts) if resident else make_person(**facts)
            make_household(self.person, area=self.door.area, door=self.door)
            make_linked(self.daughter, area=places.FAR_GRID, name="李小梅", identity=number("19680601", 444), telephone="10000005555", despite="walk")  # fmt: skip
            register.tag(actor=SYSTEM, person=self.person, tag="very_old", at=MONDAY)
            self.shop = make_shop(self.keeper, trade="housekeeping", listed=True)
            self.offer = actions.add_offer(actor=self.keeper.actor, shop=self.shop, name="擦玻璃", unit="次", price=10_000, at_home=True, at=MONDAY)  # fmt: skip
            make_tariff(self.firm)
            issued(self.firm)
        self.home = helping.registry.homes_of(SYSTEM, self.person.pk)[0]

    def entrust(self, *errands, days=300):
        worker = cast.member("community_worker", places.COMMUNITY)
        with behind(SYSTEM):
            Mandate.objects.filter(ended_at=None).update(ended_at=MONDAY)
            self.row = affairs.record_mandate(actor=worker.actor, principal=self.person, name="李小梅", telephone="10000005555", guides=list(errands), until=day_of(MONDAY) + timedelta(days=days), way="voice", at=MONDAY)  # fmt: skip
            return self.row

    def order(self, by=None, **more):
        told = {"offer": self.offer, "count": 1, "home": self.home.door, "wanted": MONDAY + HOUR, "wish": "", "telephone": "", "batch": uuid4(), "at": MONDAY, "person": self.person.pk, **more}  # fmt: skip
        return actions.place_order(actor=(by or self.daughter).actor, **told)

    def repair(self, **more):
        told = {"home": self.home, "kind": "water_leak", "spot": "home", "floor": None, "text": "厨房漏水", "telephone": "", "photos": [], "at": MONDAY, "person": self.person.pk, **more}  # fmt: skip
        return actions.order_repair(actor=self.daughter.actor, **told)

    def parcel(self):
        with behind(SYSTEM):
            return Parcel.objects.create(area=self.door.area, holders=[self.firm.holder], unit=self.firm, dwelling=self.door, address=self.door.address, carrier="other", code="79ACDE", noted_at=MONDAY, batch=uuid4(), piece=1)  # fmt: skip


@pytest.fixture
def family(resident):
    return Family(resident)


@pytest.mark.parametrize("agreed", ALL)
def test_only_what_was_agreed_is_there(family, agreed, stranger):
    mother = family.person.pk
    for name in PAGES.values():
        assert family.daughter.get(name, mother).status_code == 404
    family.entrust(agreed)
    for errand, name in PAGES.items():
        assert family.daughter.get(name, mother).status_code == (200 if errand == agreed else 404)
        assert stranger.get(name, mother).status_code in (403, 404)
    page = family.daughter.get(PAGES[agreed], mother).content.decode()
    assert "王*" in page
    for secret in ("王秀英", "very_old", "高龄", "10000007788", "79ACDE"):
        assert secret not in page
    assert f'href="/my/{agreed.split(".")[1]}/for/{mother}"' in family.daughter.get("affairs:mandates").content.decode()  # fmt: skip


def test_each_reads_what_was_agreed_in_their_own_words(family):
    family.entrust(BILLS_FOR)
    hers, helpers = (one.get("affairs:mandates", query={"lang": "en"}).content.decode() for one in (family.mother, family.daughter))  # fmt: skip
    assert "See and pay their bills" not in hers
    assert hers.count("See my bills and pay them") == 2  # agreed, and in the form
    assert "See and pay their bills" in helpers


def test_an_order_with_the_mothers_subsidy_is_paid_by_the_daughter_and_read_by_the_mother(family):
    family.entrust(ORDERS_FOR)
    mother, daughter = family.mother, family.daughter
    form = {"count": "1", "home": str(family.door.pk), "wanted": f"{timezone.localtime(timezone.now() + HOUR):%Y-%m-%dT%H:%M}", "wish": "", "telephone": "", "token": str(uuid4())}  # noqa: TID251 -- pages are read today  # fmt: skip
    page = daughter.get("living:place_for", family.person.pk, family.offer.pk).content.decode()
    assert "30.00" in page
    assert "居家上门服务补贴" not in page  # the amount, not the reason
    for _twice in range(2):
        assert daughter.post("living:place_for", family.person.pk, family.offer.pk, data=form).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        order, grant = Order.objects.get(), Grant.objects.get()
        assert (order.subsidy, order.account_id, grant.account_id) == (3_000, mother.account.pk, mother.account.pk)  # fmt: skip
        assert daughter.holder not in order.holders
        assert Deed.objects.count() == 1
    assert mother.get("living:own_order", order.pk).status_code == 200
    assert (
        "取消订单" in daughter.get("living:order_for", family.person.pk, order.pk).content.decode()
    )
    assert daughter.get("living:own_order", order.pk).headers["Location"].startswith(f"/my/orders/for/{family.person.pk}/")  # fmt: skip
    family.keeper.post("living:order_taking", order.pk)
    deliver(MONDAY)
    with behind(SYSTEM):
        told = set(Message.objects.filter(template="living.order_taken").values_list("recipient", flat=True))  # fmt: skip
    assert told == {mother.holder, daughter.holder}
    assert daughter.post("living:payment_for", family.person.pk, order.pk).status_code == 302
    with behind(SYSTEM):
        made = PayOrder.objects.get()
    assert made.payer == daughter.holder
    pays(made, MONDAY)
    family.keeper.post("living:order_finish", order.pk)
    assert daughter.post("living:rating_for", family.person.pk, order.pk, data={"stars": "5", "note": ""}).status_code == 302  # fmt: skip
    assert mother.get("living:own_order", order.pk).content.decode().count("5 / 5") == 1
    page = mother.get("affairs:mandates").content.decode()
    assert page.count("李*") >= 3
    assert "李小梅" not in page
    with behind(SYSTEM):
        told = set(Message.objects.filter(recipient=mother.holder).values_list("template", flat=True))  # fmt: skip
    assert {"living.deed_ordered", "living.deed_paid_order", "living.deed_confirmed"} <= told
    shop = family.keeper.get("living:shop_order", order.pk).content.decode()
    for secret in ("李小梅", "王秀英", str(family.person.pk), "李*"):
        assert secret not in shop


def test_the_months_pieces_are_counted_for_the_person_whoever_orders(family):
    family.entrust(ORDERS_FOR)
    most = SUBSIDIES["elder_home"].times
    for _n in range(most):
        assert family.order().subsidy
    assert family.order().subsidy == 0
    assert family.order(by=family.mother, person=None).subsidy == 0


def test_without_an_account_of_the_mother_all_goes_as_well():
    family = Family()
    family.entrust(*ALL)
    made = family.order()
    with behind(SYSTEM):
        assert (made.subsidy, made.account_id, Grant.objects.get().account_id) == (3_000, None, None)  # fmt: skip
    repair = family.repair()
    with behind(SYSTEM):
        assert Repair.objects.get().holders == [family.firm.holder]
    assert family.daughter.get("living:repair_for", family.person.pk, repair.pk).status_code == 200
    bill = bill_of(family.door)
    order = actions.to_pay(actor=family.daughter.actor, bill=bill, amount=bill.left, way="local", at=MONDAY, person=family.person.pk)  # fmt: skip
    pays(order, MONDAY)
    assert bill_of(family.door).left == 0
    assert family.daughter.get("living:bill_for", family.person.pk, bill.pk).status_code == 200
    assert family.daughter.get("living:receipt", order.number).status_code == 200
    desk = cast.member("community_worker", places.COMMUNITY).get("affairs:mandates_of", family.person.pk).content.decode()  # fmt: skip
    assert desk.count("李*") >= 3


def test_a_bill_is_paid_and_no_other_households_is_there(family):
    family.entrust(BILLS_FOR)
    with behind(SYSTEM):
        theirs, other = bill_of(family.door), bill_of(family.next_door)
    daughter, mother = family.daughter, family.person.pk
    page = daughter.get("living:bills_for", mother).content.decode()
    assert str(theirs.pk) in page
    assert str(other.pk) not in page
    assert daughter.get("living:bill_for", mother, other.pk).status_code == 404
    assert (
        daughter.get("living:bill", theirs.pk).status_code == 404
    )  # nothing begun: not theirs to open
    for amount in ("0", "-1", "999999999", "x", "1e9"):
        assert daughter.post("living:bill_for", mother, theirs.pk, data={"amount": amount}).status_code in (200, 422)  # fmt: skip
    assert daughter.post("living:bill_for", mother, theirs.pk, data={"amount": f"{theirs.left / 100:.2f}"}).status_code == 302  # fmt: skip
    with refused("not_found"):
        actions.to_pay(actor=daughter.actor, bill=other, amount=1, way="local", at=MONDAY, person=mother)  # fmt: skip
    with refused("not_found"):
        actions.to_pay(actor=daughter.actor, bill=theirs, amount=1, way="local", at=MONDAY)
    assert f"{theirs.month} ¥" in family.mother.get("affairs:mandates").content.decode()


def test_a_code_is_shown_when_asked_for_and_the_mother_reads_that(family):
    family.entrust(PARCELS_FOR)
    with refused("parcels_none"):
        actions.see_parcels_for(actor=family.daughter.actor, person=family.person.pk, at=MONDAY)
    family.parcel()
    assert "79ACDE" not in family.daughter.get("living:parcels_for", family.person.pk).content.decode()  # fmt: skip
    assert not Deed.objects.exists()
    assert "79ACDE" in family.daughter.post("living:parcels_for", family.person.pk).content.decode()
    with behind(SYSTEM):
        assert Deed.objects.get().act == "saw_code"
        assert Message.objects.filter(recipient=family.mother.holder, template="living.deed_saw_code").count() == 1  # fmt: skip


def test_a_quote_is_agreed_to_by_who_reported_it_and_the_mother_reads_that(family, stranger):
    family.entrust(REPAIRS_FOR)
    daughter, mother = family.daughter, family.person.pk
    repair = family.repair()
    boss = manager()

    def quote(amount):
        with behind(SYSTEM):
            row = Repair.objects.get(pk=repair.pk)
        actions.quote_repair(actor=boss.actor, repair=row, amount=amount, start=None, end=None, note="", at=MONDAY)  # fmt: skip

    page = daughter.get("living:repair_for", mother, repair.pk, query={"lang": "en"}).content.decode()  # fmt: skip
    assert "王*&#x27;s home" in page
    assert "My home" not in page
    assert daughter.post("living:agreement_for", mother, repair.pk).status_code == 409  # no quote yet  # fmt: skip
    assert not Deed.objects.filter(act="agreed").exists()
    with behind(SYSTEM):
        actions.take_repair(actor=boss.actor, repair=Repair.objects.get(), at=MONDAY)
    quote(30_000)
    assert "300.00" in daughter.get("living:repair_for", mother, repair.pk).content.decode()
    assert stranger.post("living:agreement_for", mother, repair.pk).status_code in (403, 404)
    assert daughter.post("living:objection_for", mother, repair.pk, data={"note": ""}).status_code in (200, 422)  # fmt: skip
    assert daughter.post("living:objection_for", mother, repair.pk, data={"note": "太贵"}).status_code == 302  # fmt: skip
    quote(20_000)
    assert daughter.post("living:agreement_for", mother, repair.pk).status_code == 302
    with behind(SYSTEM):
        assert Repair.objects.get().state == "agreed"
        deeds = list(Deed.objects.order_by("at", "id").values_list("act", "said"))
        told = set(Message.objects.filter(recipient=family.mother.holder).values_list("template", flat=True))  # fmt: skip
    assert deeds == [("reported", repair.number), ("objected", f"{repair.number} ¥300.00"), ("agreed", f"{repair.number} ¥200.00")]  # fmt: skip
    assert {"living.deed_objected", "living.deed_agreed"} <= told
    affairs.end_mandate(actor=family.mother.actor, mandate=family.row, at=MONDAY)
    with refused("not_found"):
        actions.answer_quote(actor=daughter.actor, repair=repair, agreed=True, note="", at=MONDAY)
    with refused("not_found"):  # what was agreed ends with the authority; so does the look
        actions.see_repair_photos_for(actor=daughter.actor, person=mother, repair=repair.pk, at=MONDAY)  # fmt: skip


def test_a_quote_of_a_repair_the_mother_reported_is_hers_alone(family):
    family.entrust(REPAIRS_FOR)
    told = {"home": family.home, "kind": "water_leak", "spot": "home", "floor": None, "text": "漏水", "telephone": "", "photos": [], "at": MONDAY}  # fmt: skip
    hers = actions.order_repair(actor=family.mother.actor, **told)
    with refused("not_found"):
        actions.answer_quote(actor=family.daughter.actor, repair=hers, agreed=True, note="", at=MONDAY)  # fmt: skip
    for name in ("repair_for", "agreement_for"):
        assert family.daughter.post(f"living:{name}", family.person.pk, hers.pk).status_code == 404
    assert not Deed.objects.exists()


def test_photos_are_shown_when_asked_for_and_the_mother_reads_that(family):
    family.entrust(REPAIRS_FOR)
    daughter, mother = family.daughter, family.person.pk
    repair, bare = family.repair(photos=[make_photo(), make_photo(2)]), family.repair()
    page = daughter.get("living:repair_for", mother, repair.pk).content.decode()
    assert "/files/" not in page
    assert "2 张照片" in page
    assert daughter.post("living:repair_for", mother, bare.pk).status_code == 404
    assert not Deed.objects.filter(act="saw_photos").exists()
    shown = daughter.post("living:repair_for", mother, repair.pk).content.decode()
    link = re.search(r'src="(/files/[^"]+)"', shown).group(1).replace("&amp;", "&")
    assert daughter.client.get(link).status_code == 200
    assert daughter.client.get(link.split("?")[0]).status_code == 404  # not without the mark
    with behind(SYSTEM):
        assert [one.said for one in Deed.objects.filter(act="saw_photos")] == [repair.number]
        assert Message.objects.filter(recipient=family.mother.holder, template="living.deed_saw_photos").count() == 1  # fmt: skip
    assert "查看了报修照片" in family.mother.get("affairs:mandates").content.decode()


def test_nothing_is_left_when_it_is_over_or_ended(family):
    row = family.entrust(*ALL, days=2)
    order, repair = family.order(), family.repair()
    later = MONDAY + timedelta(days=3)
    for act in (lambda: family.order(at=later, wanted=later + HOUR), lambda: family.repair(at=later), lambda: actions.withdraw_order(actor=family.daughter.actor, order=order, at=later), lambda: actions.see_parcels_for(actor=family.daughter.actor, person=family.person.pk, at=later)):  # fmt: skip
        with refused("not_found"):
            act()
    affairs.end_mandate(actor=family.mother.actor, mandate=row, at=MONDAY)
    with refused("not_found"):
        family.order()
    for name, pk in (("living:order_for", order.pk), ("living:repair_for", repair.pk)):
        assert family.daughter.get(name, family.person.pk, pk).status_code == 404
    for name, pk in (("living:own_order", order.pk), ("living:own_repair", repair.pk)):
        assert family.daughter.get(name, pk).status_code == 404
    with behind(family.daughter.actor):
        assert not Order.objects.exists(), "the wall alone hides it"
        assert not Repair.objects.exists()
    assert "李*" in family.mother.get("affairs:mandates").content.decode()  # what was done stays readable  # fmt: skip


def test_hostile_homes_shops_and_persons_are_refused(family):
    family.entrust(ORDERS_FOR, REPAIRS_FOR)
    far = helping.registry.Dwelling(family.next_door.pk, family.next_door.area, "walk", None)
    with refused("not_found"):
        family.order(home=far)
    with refused("not_found"):
        family.repair(home=family.home._replace(door=far))
    with refused("not_found"):
        family.order(person=uuid4())
    with refused("not_found"):
        family.order(by=family.keeper)
    token = uuid4()
    family.order(by=family.mother, person=None, batch=token)
    with refused("not_found"):  # another's token finds nothing
        family.order(batch=token)
    with behind(SYSTEM):  # a keeper does not order from the own shop on somebody's subsidy
        family.shop.account = family.daughter.account
        family.shop.save()
    with refused("order_own_shop"):
        family.order()


def test_lists_cost_the_same_for_one_and_for_thirty(family, grows):
    family.entrust(*ALL)
    daughter, mother = family.daughter, family.person.pk
    grows(lambda: family.order(at=MONDAY), lambda: daughter.get("living:orders_for", mother))
    grows(family.repair, lambda: daughter.get("living:repairs_for", mother))
    grows(family.parcel, lambda: daughter.get("living:parcels_for", mother))
    grows(lambda: family.order(at=MONDAY), lambda: family.mother.get("affairs:mandates"))


def test_what_was_done_goes_after_its_time(family):
    family.entrust(ORDERS_FOR)
    family.order()
    from lifang.living.actions.retention import drop_deeds  # noqa: PLC0415 -- only here
    from lifang.living.selectors.retention import old_deeds  # noqa: PLC0415 -- likewise

    with behind(SYSTEM):
        assert not old_deeds(SYSTEM, MONDAY).exists()
        drop_deeds(list(old_deeds(SYSTEM, MONDAY + HOUR)), MONDAY)
        assert not Deed.objects.exists()
    assert selectors.for_whom(family.daughter.actor, ORDERS_FOR, uuid4(), day_of(MONDAY)) is None
