"""Systems of others in the demo county: one in force and near its end, one that two have to approve, one that fails its run, one that nobody has looked at."""

from datetime import date, datetime, timedelta
from typing import Any

from django.test import RequestFactory

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.grants import actor_of
from lifang.core.api import watch
from lifang.core.api.models import ApiKey
from lifang.demo.people import Cast
from lifang.demo.shops import right_code
from lifang.exchange import actions
from lifang.exchange.models import OutsideSystem
from lifang.exchange.rules import NewSystem
from lifang.orgs import selectors as orgs

HERE = "203.0.113.20"


def leave(cast: Cast, county: str, at: datetime) -> int:
    """As of today; how many."""
    enters, decides = cast.actor("county_dispatcher", county), cast.actor("county_leader", county)

    street = orgs.codes_inside(county, 9)[0]
    entered = cast.actor("street_dispatcher", street)

    def asked(n: int, name: str, body: str, purpose: str, days: int, area: str = county, by: Actor = enters, **other: Any) -> OutsideSystem:  # fmt: skip
        facts: dict[str, Any] = {"accesses": ("matters", "guides"), "networks": ("203.0.113.0/24",), "kept": ("none",), **other}  # fmt: skip
        new = NewSystem(name=name, body=body, credit_code=right_code("91", 8_100 + n), purpose=purpose, contact="郑工", telephone="010-00000000", **facts)  # fmt: skip
        return actions.ask_system(actor=by, new=new, area=area, at=at - timedelta(days=days))

    map_ = asked(
        1, "便民地图小程序", "里坊数图科技有限公司", "在地图上显示办事大厅和可以上报的事项。", 360
    )
    _walked(map_, at - timedelta(days=359), fine=True)
    actions.approve_system(actor=decides, system=map_, note="用途明确，同意。", at=at - timedelta(days=358))  # fmt: skip
    actions.draw_key(actor=actor_of(map_.account_id, at), system=map_, at=at - timedelta(days=357))
    actions.remind_systems(actor=SYSTEM, at=at - timedelta(days=20))
    proved = {"level": 3, "certificate": "99010243000-00021", "assessed_on": (at - timedelta(days=60)).date()}  # fmt: skip
    city = asked(
        2, "市城市运行管理平台", "里坊市城运数据有限公司", "按日汇总本街道事件办理情况，用于全市通报。", 12, street, entered,
        accesses=("cases", "matters"), kept=("internal", "personal"), **proved,
    )  # fmt: skip
    _walked(city, at - timedelta(days=10), fine=True)
    actions.approve_system(
        actor=decides, system=city, note="测试记录齐全。", at=at - timedelta(days=2)
    )
    report = asked(3, "街区随手拍", "里坊青禾信息服务部", "居民在商圈小程序里上报市容问题。", 3, accesses=("report",), level=2, certificate="99010242000-00107", assessed_on=date(at.year - 1, 12, 1))  # fmt: skip
    _walked(report, at - timedelta(days=1), fine=False)
    applicant = actor_of(cast.residents[min(cast.residents)][0].pk, at)
    new = NewSystem(
        name="邻里团餐配送", body="里坊邻里餐饮配送有限公司", credit_code=right_code("91", 8_104), purpose="按小区显示取餐点和停水停电通知。", contact="许工", telephone="010-00000001",
        accesses=("matters",), networks=("198.51.100.0/24",), kept=("none",),
    )  # fmt: skip
    actions.apply_system(actor=applicant, new=new, area=county, at=at - timedelta(hours=20))
    return 4


def _walked(system: OutsideSystem, at: datetime, *, fine: bool) -> None:
    """A run as its calls were seen; nobody is at the other end of this make-believe."""
    itself = actor_of(system.account_id, at)
    run = actions.begin_run(actor=itself, system=system, at=at)
    key = ApiKey.objects.get(account=system.account_id, watched=True, revoked_at=None)
    pause, agent = (3, "ward-map/2.1") if fine else (0.4, "python-requests/2.32.3")
    home, second = f"/api/v1/exchange/runs/{run.pk}", 1.0
    calls: list[tuple[str, str, int, str, str]] = [
        ("GET", "records", 200, "", ""), ("GET", "records?after=10", 429, "", ""),
        ("GET", "records?after=10", 200, "", ""), ("GET", "records?after=20", 200, "", ""),
        ("POST", "reports", 503, "a", "1"), ("POST", "reports", 201, "a", "1"),
        ("POST", "reports", 503, "b", "2"), ("POST", "reports", 201, "b" if fine else "c", "2"),
    ]  # fmt: skip
    factory = RequestFactory()
    for method, path, status, once, body in calls:
        said: Any = {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": HERE} | ({"HTTP_IDEMPOTENCY_KEY": once} if once else {})  # fmt: skip
        request = factory.generic(method, f"{home}/{path}", body, secure=True, **said)
        request.at = at + timedelta(seconds=second)  # type: ignore[attr-defined]
        watch.keep(request, key.pk, status, "")
        second += pause
    actions.end_run(actor=itself, system=system, run=run, at=at + timedelta(seconds=second + 1))
