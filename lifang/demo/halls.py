"""Service points of the demo county, with a line of today where they are open."""

from datetime import datetime, timedelta
from typing import Any

from lifang.affairs import actions, selectors
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.demo.county import County
from lifang.demo.people import Cast

OF_A_STREET, OF_A_COMMUNITY = 3, 2  # counters
WAITING = 5
MINUTES = 40  # since the terminals were bound


def leave(plan: County, cast: Cast, shapes: dict[str, Any], at: datetime) -> int:
    """A hall for each street, a station for each community; who waits there now."""
    made = []
    for s, street in enumerate(plan.streets, 1):
        code = f"{plan.code}{s:03d}"
        made.append(_point(shapes, code, f"{street.name.zh}便民服务中心", f"{street.name.en} service hall", OF_A_STREET, at))  # fmt: skip
        for c, community in enumerate(street.communities, 1):
            made.append(_point(shapes, f"{code}{c:03d}", f"{community.zh}便民服务站", f"{community.en} service station", OF_A_COMMUNITY, at))  # fmt: skip
    _line(cast, made[1], at)
    _home_visits(cast, made[1], at)
    _terminals(made, at)
    return len(made)


def _point(shapes: dict[str, Any], code: str, zh: str, en: str, counters: int, at: datetime) -> Any:
    where = shapes[code].representative_point()
    told = {
        "name_zh": zh, "name_en": en, "address": f"{zh}一楼", "lon": round(where.x, 5), "lat": round(where.y, 5), "hours": "office",
        "bookable": counters, "telephone": "",
    }  # fmt: skip
    return actions.set_point(actor=SYSTEM, area=code, told=told, counters=counters, at=at)


def _terminals(points: list[Any], at: datetime) -> None:
    """Three that were bound an hour ago: one runs, one fell silent, one was never switched on."""
    for number, heard in enumerate((MINUTES, MINUTES // 2, 0)):
        point = points[number]
        told = {
            "name_zh": f"{point.name_zh}自助终端", "name_en": f"Terminal of {point.name_en}", "address": point.address, "lon": point.lon, "lat": point.lat,
            "hours": "duty", "owner": "里坊区数据中心" if number else "里坊便民服务有限公司", "funder": "" if number else "大街街道办", "keeper": "里坊运维班",
        }  # fmt: skip
        began = at - timedelta(minutes=MINUTES)
        made = actions.set_terminal(actor=SYSTEM, area=point.area, told=told, services=["ticket", "ask", "query", "apply", "report"], point=point, at=began)  # fmt: skip
        word = actions.pair_terminal(actor=SYSTEM, terminal=made, at=began)
        for minute in range(1, heard + 1):
            actions.heard(actor=SYSTEM, word=word, at=began + timedelta(minutes=minute))


def _home_visits(cast: Cast, point: Any, at: datetime) -> None:
    """Two who cannot come: one waits for somebody to be named, to one somebody goes."""
    grid = next(one for one in sorted(cast.residents) if one.startswith(point.area))
    worker = cast.actor("community_worker", point.area)
    old = [actor_of(one.pk, at) for one in cast.residents[grid][7:]]
    slots = selectors.home_slots(SYSTEM, point, at)
    for number, actor in enumerate(old):
        if number == 2 or number >= len(slots):
            break
        told: dict[str, Any] = {"guides": ["home-care"], "slot_at": slots[number].at, "telephone": "10099000321", "note": "卧床，请多敲一会儿门。"}  # fmt: skip
        try:
            row = actions.order_home_visit(actor=actor, at=at, home="和平小区1号楼1单元101", **told)
            if number:
                actions.assign_home_visit(actor=worker, visit=row, worker=worker.id, at=at)
        except Refused:
            continue


def _line(cast: Cast, point: Any, at: datetime) -> None:
    """Some wait, some have booked for the next day that is open."""
    grid = next(one for one in sorted(cast.residents) if one.startswith(point.area))
    people = [actor_of(one.pk, at) for one in cast.residents[grid][1 : 1 + WAITING]]
    days = selectors.book_days(SYSTEM, point, at)[1:2]
    times = selectors.slots(SYSTEM, point, days[0], at) if days else []
    for number, actor in enumerate(people):
        try:
            if number % 2 and times:
                actions.book(actor=actor, point=point, slot_at=times[number].at, at=at)
            else:
                actions.take_ticket(actor=actor, point=point, guides=["elderly-card"], at=at)
        except Refused:
            continue  # it is closed at this hour
