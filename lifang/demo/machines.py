"""Self-service machines of the demo county: most with all their papers, some with one that is over, one out of use, one removed, one complained of."""

import random
from datetime import datetime, timedelta

from shapely import Polygon

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.demo.people import Cast
from lifang.demo.shops import right_code, spot_in
from lifang.living import actions
from lifang.living.catalogue import MACHINE_KINDS
from lifang.living.models import Machine
from lifang.living.rules.machines import Told
from lifang.sensing import selectors as sensing
from lifang.sensing.actions import edit_device

OPERATORS = {
    "locker": "邻里快递柜有限公司", "vending": "百顺自助零售有限公司", "water": "清源净水服务有限公司", "charging": "飞马充电服务有限公司", "laundry": "洁净洗衣服务部",
    "store": "同乐自助便利有限公司", "recycling": "青禾再生资源有限公司",
}  # fmt: skip
SPOTS = ("小区东门内侧", "1 号楼架空层", "党群服务中心门口", "地下车库入口旁", "小区广场北侧")
EACH = 3  # in a community


def leave(cast: Cast, shapes: dict[str, Polygon], at: datetime, seed: int) -> int:
    """As of today; how many."""
    dice, made = random.Random(seed), 0
    grids = {grid[:12]: grid for grid in sorted(shapes, reverse=True) if len(grid) == 15}
    for grid in grids.values():
        for kind in dice.sample(MACHINE_KINDS.all(), EACH):
            lon, lat = spot_in(shapes[grid], dice)
            told = Told(kind.key, SPOTS[made % len(SPOTS)], lon, lat, OPERATORS[kind.key], right_code("91", 9_000 + list(OPERATORS).index(kind.key)), f"1009901{made:04d}")  # fmt: skip
            begun = at - timedelta(days=dice.randint(60, 200))
            row = actions.add_machine(actor=SYSTEM, told=told, at=begun)
            for n, paper in enumerate(kind.papers):
                until = None if paper == "business" else (begun + timedelta(days=59 if (made + n) % 13 == 4 else 365)).date()  # fmt: skip
                if (made + n) % 17 != 9:
                    actions.note_machine_paper(actor=SYSTEM, machine=row, paper=paper, number=f"99{made:03d}{n}", until=until, at=begun)  # fmt: skip
            _life(cast, row, made, at, grid)
            _tied(row, at)
            made += 1
    return made


def _life(cast: Cast, row: Machine, n: int, at: datetime, grid: str) -> None:
    def look(fine: bool, words: str, days: int) -> None:
        actions.check_machine(actor=SYSTEM, machine=row, fine=fine, words=words, at=at - timedelta(days=days))  # fmt: skip

    look(True, "", 40)
    if n % 5 != 3:
        look(True, "", 3)
    if n % 11 == 5:
        look(False, "出水口有污渍，滤芯超期未换。", 2)
        actions.stop_machine(actor=SYSTEM, machine=row, words="滤芯超期未换，更换并复检后再用。", at=at - timedelta(days=2))  # fmt: skip
    if n % 19 == 7:
        actions.remove_machine(actor=SYSTEM, machine=row, words="占用消防通道，约谈后仍未移位。", at=at - timedelta(days=1))  # fmt: skip
    elif n % 7 == 2 and cast.residents.get(grid):
        who = actor_of(cast.residents[grid][0].pk, at)
        actions.complain_machine(actor=who, machine=row, topic="machine_fault", text="付了钱没有出货，打电话没人接。", at=at - timedelta(hours=30))  # fmt: skip


def _tied(row: Machine, at: datetime) -> None:
    """The first device of its kind in the community that is no machine's yet is this one."""
    kinds = {"locker": "locker", "charging": "ebike_port"}
    if row.kind in kinds:
        rows = sensing.devices(SYSTEM, row.area[:12]).filter(type=kinds[row.kind], label="", installed_on__isnull=False)  # fmt: skip
        found = rows.order_by("code").first()
        if found is not None:
            edit_device(actor=SYSTEM, device=found, given={"label": row.number}, at=at)
