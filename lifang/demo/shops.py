"""Shops and suppliers of the demo county: listed with their services, some that wait, one refused, one removed."""

import io
import random
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from PIL import Image, ImageDraw
from shapely import Point, Polygon

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.crypto.numbers import credit_check, organisation_fault
from lifang.core.files.darkroom import Print, develop
from lifang.demo.people import Cast
from lifang.living import actions
from lifang.living.catalogue import TRADES, operator
from lifang.living.models import Shop
from lifang.living.rules.shops import Told

NAMES = ("惠民", "邻里", "福康", "老街坊", "春和", "同乐", "百顺", "青禾")
OFFERS: dict[str, tuple[tuple[str, str, int, bool], ...]] = {
    "hair": (("剪发", "次", 2_000, False), ("上门理发", "次", 3_000, True)),
    "canteen": (("老年助餐 午餐", "份", 1_500, True), ("老年助餐 晚餐", "份", 1_200, True)),
    "housekeeping": (("日常保洁", "小时", 4_000, True), ("擦玻璃", "次", 12_000, True)),
    "laundry": (("水洗", "件", 1_000, False), ("被罩清洗", "件", 2_500, False)),
    "repair": (("配钥匙", "把", 800, False), ("上门换水龙头", "次", 6_000, True)),
    "elder_care": (("助浴", "次", 8_000, True), ("陪同就医", "小时", 5_000, True)),
    "breakfast": (("豆浆油条", "份", 600, False),),
    "print": (("证件照", "版", 2_000, False), ("复印", "页", 50, False)),
}
CHARITIES = {"elder_care", "canteen", "culture"}
KEPT_BY, EACH = (
    5,
    2,
)  # keepers are residents from this one of a grid on; so many shops a grid: every circle has gaps


def leave(cast: Cast, shapes: dict[str, Polygon], at: datetime, seed: int) -> int:
    """As of today; how many."""
    dice = random.Random(seed)
    made = 0
    for grid in sorted(cast.residents):
        accounts = cast.residents[grid][KEPT_BY : KEPT_BY + EACH]
        for account, trade in zip(accounts, dice.sample(TRADES.all(), EACH), strict=False):
            told = _told(trade.key, str(trade.name.zh), shapes[grid], made, dice)
            _one(actor_of(account.pk, at), told, made, at - timedelta(days=dice.randint(20, 80)))
            made += 1
    return made


def _one(keeper: Any, told: Told, number: int, at: datetime) -> Shop:
    row = actions.enter_shop(actor=keeper, told=told, terms=operator().terms, licence=[_licence()], at=at)  # fmt: skip
    for name, unit, price, at_home in OFFERS.get(told.trade, ()):
        actions.add_offer(actor=keeper, shop=row, name=name, unit=unit, price=price, at_home=at_home, at=at)  # fmt: skip
    later = at + timedelta(days=2)
    if number % 11 == 3:
        return row
    if number % 17 == 5:
        return actions.refuse_shop(actor=SYSTEM, shop=row, note="执照照片不清楚，请重新拍摄上传。", at=later)  # fmt: skip
    row = actions.list_shop(actor=SYSTEM, shop=row, note="", at=later)
    if number % 23 == 7:
        actions.remove_shop(actor=SYSTEM, shop=row, note="两次不按标价收费，提醒后没有改正。", at=later + timedelta(days=9))  # fmt: skip
    return row


def _told(trade: str, name: str, shape: Polygon, number: int, dice: random.Random) -> Told:
    lon, lat = spot_in(shape, dice)
    opens, closes = (time(6), time(10)) if trade == "breakfast" else (time(8), time(21))
    code = right_code("52" if trade in CHARITIES and number % 2 else "92", number)
    return Told(f"{dice.choice(NAMES)}{name}", trade, code, "", f"和平路 {number + 1} 号", lon, lat, opens, closes, "1234567", f"1009900{number:04d}", number % 3 != 0)  # fmt: skip


def spot_in(shape: Polygon, dice: random.Random) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    for _try in range(40):
        lon, lat = dice.uniform(west, east), dice.uniform(south, north)
        if shape.contains(Point(lon, lat)):
            return round(lon, 6), round(lat, 6)
    inside = shape.representative_point()
    return inside.x, inside.y


def right_code(first: str, number: int) -> str:
    """A right code of the division that belongs to nobody."""
    inner = f"MB{number:06d}"
    inner += next(one for one in "0123456789X" if organisation_fault(inner + one) is None)
    head = f"{first}990101{inner}"
    return head + credit_check(head)


@cache
def _licence() -> Print:
    """A sheet that says that it is none."""
    sheet = Image.new("RGB", (900, 640), "#fdfbf5")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((20, 20, 880, 620), outline="#b23a22", width=8)
    draw.text((80, 200), "DEMO LICENCE\nnot a real document", fill="#1f2a33", font_size=56)
    out = io.BytesIO()
    sheet.save(out, "JPEG")
    out.seek(0)
    return develop(out)
