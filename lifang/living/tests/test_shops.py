"""W-M1: a shop asks with its credit code and licence, is looked at, listed, found, removed with a reason. The licence is nobody's but its reviewer's."""

from datetime import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.files.models import Attachment
from lifang.core.files.tests.samples import camera
from lifang.core.notify.models import Message
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.living import actions
from lifang.living.catalogue import TRADES, operator
from lifang.living.events import ShopAsked, ShopMoved
from lifang.living.models import Offer, Shop, ShopLicence
from lifang.living.rules import shops as rules
from lifang.living.rules import walking
from lifang.living.terms import Side
from lifang.living.tests.make import SPOT, a_code, make_shop, told_of
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-M1", "S0-69", "S4-25", "S1-10")]


def asked_for(**more):
    lon, lat = SPOT
    photo = SimpleUploadedFile("licence.jpg", camera(), "image/jpeg")
    told = {
        "name": "和平理发店", "trade": "hair", "code": a_code(), "telephone": "10099000123", "address": "和平路 1 号", "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
        "opens": "08:00", "closes": "20:00", "days": list("123456"), "about": "老人优先", "terms": "on", "licence": photo,
    }  # fmt: skip
    return told | more


def test_a_shop_asks_is_looked_at_listed_found_and_removed(resident, community_secretary, grid_worker, anonymous):  # fmt: skip
    make_county()
    wrong = resident.post("living:trade_told", data=asked_for(code=a_code()[:-1] + "0"))
    assert wrong.status_code == 200
    assert resident.post("living:trade_told", data=asked_for(licence="")).status_code == 200
    assert resident.post("living:trade_told", data=asked_for(lon="0", lat="0")).status_code == 200
    assert resident.post("living:trade_told", data=asked_for(terms="")).status_code == 200
    with behind(SYSTEM):
        assert not Shop.objects.exists(), "refused tries write nothing"
    sent = resident.post("living:trade_told", data=asked_for())
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    with behind(SYSTEM):
        row, paper = Shop.objects.get(), ShopLicence.objects.get()
        photo = Attachment.objects.get(subject=paper.pk)
    assert (row.state, row.area, row.side) == ("asked", places.GRID, Side.BUSINESS)
    assert paper.area == places.COMMUNITY
    assert [one.shop for one in published() if isinstance(one, ShopAsked)] == [row.pk]
    assert resident.post("living:trade", data={"name": "剪发", "price": "20", "unit": "次"}).status_code == 302  # fmt: skip
    assert anonymous.get("living:shop", row.pk).status_code == 404
    assert "和平理发店" not in anonymous.get("living:life").content.decode()

    # The licence: whoever decides, each look in the log; a grid worker and a neighbour never.
    assert "和平理发店" in community_secretary.get("living:desk_shops").content.decode()
    page = community_secretary.get("living:desk_shop", row.pk).content.decode()
    assert str(photo.pk) not in page
    looked = community_secretary.post("living:shop_licence", row.pk)
    assert str(photo.pk) in looked.content.decode()
    with behind(SYSTEM):
        assert Entry.objects.filter(action="living.see_licence").count() == 1
    assert community_secretary.client.get(f"/files/{photo.pk}").status_code == 200
    assert grid_worker.client.get(f"/files/{photo.pk}").status_code == 404
    assert cast.resident().client.get(f"/files/{photo.pk}").status_code in (403, 404)

    assert community_secretary.post("living:shop_listing", row.pk).status_code == 302
    for words in ("", "剪发", "理发"):
        found = anonymous.post("living:life", data={"q": words}, follow=True).content.decode()
        assert "和平理发店" in found, words
        assert "商业服务" in found
    shop = anonymous.get("living:shop", row.pk).content.decode()
    assert "剪发" in shop
    assert "20.00" in shop
    assert str(photo.pk) not in shop
    assert "本市指定" in shop, "whose door it is"

    assert community_secretary.post("living:shop_removal", row.pk, data={"note": ""}).status_code == 200  # fmt: skip
    assert community_secretary.post("living:shop_removal", row.pk, data={"note": "不按标价收费"}).status_code == 302  # fmt: skip
    assert anonymous.get("living:shop", row.pk).status_code == 404
    assert "不按标价收费" in resident.get("living:trade").content.decode()
    assert [one.move for one in published() if isinstance(one, ShopMoved)] == ["list", "remove"]
    with behind(SYSTEM):
        told = list(Message.objects.filter(template__startswith="living.shop").order_by("pk").values_list("template", "recipient"))  # fmt: skip
    assert told == [("living.shop_listed", resident.holder), ("living.shop_removed", resident.holder)]  # fmt: skip
    again = resident.post("living:trade_told", data=asked_for(about="已整改"))
    assert again.status_code == 302, again.content.decode()[-1500:]
    with behind(SYSTEM):
        assert Shop.objects.get().state == "asked"


def test_what_matters_is_looked_at_again_and_one_code_stands_once(resident, refused):
    make_county()
    row = make_shop(resident, listed=True)
    told = told_of(row)
    actions.change_shop(actor=resident.actor, shop=row, told=told._replace(about="新说明"), terms=operator().terms, licence=[], at=MONDAY)  # fmt: skip
    with behind(SYSTEM):
        assert Shop.objects.get(pk=row.pk).state == "listed"
    actions.change_shop(actor=resident.actor, shop=row, told=told._replace(trade="pharmacy"), terms=operator().terms, licence=[], at=MONDAY)  # fmt: skip
    with behind(SYSTEM):
        assert Shop.objects.get(pk=row.pk).state == "asked"
    other = cast.resident()
    with refused("shop_taken"):
        make_shop(other, told=told)
    with refused("shop_terms"):
        actions.change_shop(actor=resident.actor, shop=row, told=told, terms="2020-01", licence=[], at=MONDAY)  # fmt: skip
    with refused("not_found"):
        actions.change_shop(actor=other.actor, shop=row, told=told, terms=operator().terms, licence=[], at=MONDAY)  # fmt: skip
    with refused("not_found"):
        actions.add_offer(actor=other.actor, shop=row, name="x", unit="次", price=1, at_home=False, at=MONDAY)  # fmt: skip
    with refused("offer_price"):
        actions.add_offer(actor=resident.actor, shop=row, name="x", unit="次", price=10_000_001, at_home=False, at=MONDAY)  # fmt: skip
    offer = actions.add_offer(actor=resident.actor, shop=row, name="剪发", unit="次", price=2000, at_home=True, at=MONDAY)  # fmt: skip
    assert resident.post("living:offer_end", offer.pk).status_code == 302
    with behind(SYSTEM):
        assert Offer.objects.get().ended_at is not None
    assert resident.post("living:shop_leave").status_code == 302
    with behind(SYSTEM):
        assert Shop.objects.get(pk=row.pk).state == "left"


def test_the_list_costs_the_same_for_one_shop_and_for_three(grows, anonymous):
    make_county()
    grows(lambda: make_shop(cast.resident(), listed=True), lambda: anonymous.get("living:life"))


def test_codes_hours_and_minutes_on_foot():
    assert rules.code_fits(a_code()) is None
    assert str(rules.code_fits("91370306MA00000001").reason).startswith("credit_")
    assert rules.code_fits("").reason == "credit_length"
    monday = MONDAY.replace(hour=2)  # 10:00 in China
    assert rules.open_at(time(8), time(20), "12345", monday.astimezone(timezone.get_default_timezone())) == (monday.isoweekday() < 6)  # fmt: skip
    assert not rules.open_at(
        time(8), time(9), "1234567", monday.astimezone(timezone.get_default_timezone())
    )
    # Monday 10:20: at eleven; after eight in the evening: when it opens, on a day it is open.
    here = MONDAY.astimezone(timezone.get_default_timezone()).replace(minute=20)
    found = [rules.next_open(time(8, 30), time(20), days, here.replace(hour=hour)) for hour, days in ((10, "12345"), (3, "12345"), (19, "134"), (19, "1"))]  # fmt: skip
    assert [f"{one:%d %H:%M}" for one in found] == ["23 11:00", "23 08:30", "25 08:30", "30 08:30"]
    # 1,000 m in a straight line are 1,300 on foot at 70 m a minute.
    north = (118.0, 36.0 + 1000 / 111_195)
    assert walking.minutes((118.0, 36.0), north) == 19
    assert round(walking.reach()) == 808
    assert {one.one for one in TRADES.all()} >= {"shop", "breakfast", "market", "repair", "old", "young"}  # fmt: skip
