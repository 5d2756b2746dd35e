"""What police stations of the demo county tell: a warning that stands, something that happened, and something that came to an end."""

from datetime import datetime, timedelta

from lifang.core.access import SYSTEM
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.geo.divisions import Level
from lifang.core.ids import new_id
from lifang.demo.people import Cast
from lifang.orgs import actions as posts
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors

COMMUNITIES = 3
OFFICER = "陈建国"
TOLD = (
    ("fraud", "冒充客服退款诈骗", "近一周辖区有 6 人接到自称客服的退款电话，要求共享屏幕。凡要求共享屏幕、转账的都是诈骗。", 2, ""),
    ("incident", "楼下电动车电池被盗", "昨晚楼下 3 辆电动车电池被盗，民警已调取监控。请把车停进集中停放点。", 1, ""),
    ("theft", "年底入户防盗", "近期有人以查水表为名敲门，请先核对工作证。", 9, "冒充查表的人员已被查获，谢谢大家提供线索。"),
)  # fmt: skip


def leave(cast: Cast, at: datetime) -> int:
    """As of today; how many. `pc01` tells for the station."""
    made = 0
    for n, unit in enumerate(cast.units["public_security"], 1):
        account = accounts.open_account(actor=SYSTEM, login=f"pc{n:02d}", name=OFFICER, area=unit.area, password=DEMO_PASSWORD, at=at)  # fmt: skip
        posts.post(actor=SYSTEM, account=account, post="department_handler", at=at, area=unit.area, unit=unit)  # fmt: skip
        for number, area in enumerate(orgs.codes_inside(unit.area, Level.COMMUNITY)[:COMMUNITIES]):
            found = selectors.buildings_of(SYSTEM, area)
            for kind, title, text, back, outcome in TOLD[: len(TOLD) - number] if found else ():
                when = at - timedelta(days=back)
                row = actions.tell_safety(
                    actor=SYSTEM, unit=unit, area=area, kind=kind, title=title, text=text, buildings=found if kind == "fraud" else found[:2],
                    happened_on=(when - timedelta(days=1)).date() if kind == "incident" else None, until=when + timedelta(days=30), batch=new_id(), at=when,
                )  # fmt: skip
                if outcome:
                    actions.end_safety(actor=SYSTEM, notice=row, outcome=outcome, at=at - timedelta(days=1))  # fmt: skip
                made += 1
    return made
