"""Where the demo county charges e-bikes and parks cars: a site at the devices that say what is free."""

from datetime import datetime
from itertools import groupby

from lifang.core.access import SYSTEM
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.models import Device

KINDS = (
    ("ebike_charging", "ebike_port", "电动自行车充电棚", "里坊充电服务公司", "电费 0.55 元/度，服务费 0.30 元/度", "物业公示栏价目表 2026-03-01"),
    ("car_parking", "vehicle_gate", "地面停车场", "里坊物业", "首小时免费，之后 2 元/小时，全天封顶 10 元", "区发改局停车收费备案 2026-15"),
)  # fmt: skip


def leave(at: datetime) -> int:
    """As of today: one a community and kind; how many."""
    made = 0
    for kind, type_, name, operator, price, source in KINDS:
        rows = selectors.devices(SYSTEM).filter(type=type_, lon__isnull=False).order_by("area", "code")  # fmt: skip
        for area, inside in groupby(rows, key=_community):
            here = list(inside)
            first = next((one for one in here if orgs.stands_in(one.lon or 0.0, one.lat or 0.0, one.area)), None)  # fmt: skip
            if first is None:
                continue
            one = actions.open_site(
                actor=SYSTEM, area=first.area, kind=kind, name=name, spot=first.position or "小区南门内", lon=first.lon or 0.0, lat=first.lat or 0.0,
                operator=operator, price=price, price_source=source, spaces=120 if kind == "car_parking" else None, at=at,
            )  # fmt: skip
            made += 1
            actions.fill_site(actor=SYSTEM, site=one, codes=[row.code for row in here if row.area.startswith(area)], at=at)  # fmt: skip
    return made


def _community(row: Device) -> str:
    return str(row.area[:12])
