"""What waits in the register of the demo county: corrections, visits nobody made, people entered twice."""

import random
from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

from lifang.cases import selectors as cases
from lifang.cases.terms import OPEN
from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.crypto.fields import clear
from lifang.demo.people import Cast
from lifang.registry import actions, selectors
from lifang.registry.actions import Newcomer

# What residents say is right: element, value, remark; then what became of it.
WISHES = (
    ("person.telephone", "10099000101", "换了号码", ""),
    ("person.work_place", "里坊区实验小学", "今年调动了工作", ""),
    ("person.education", "bachelor", "", ""),
    ("person.telephone", "10099000102", "旧号已停用", "verify"),
    ("person.work_place", "自由职业", "", "refuse"),
    ("person.telephone", "10099000103", "", ""),
)
# Entered into the restricted register: group, ground, what its viewers have to know, days from today to its review.
RESTRICTED = (
    ("released", "安置帮教通知书〔2026〕第1号", "每月联系一次，帮助找工作。", -1),
    ("released", "安置帮教通知书〔2026〕第2号", "已就业，按期走访。", 40),
    ("community_correction", "社区矫正执行通知书〔2026〕第3号", "外出须先报司法所。", 20),
)
HELPERS = ("volunteer", "party_member", "first_aider")
# The life of a community: phase, first day, the paper, what should be known.
PHASES = (
    (
        "planned",
        date(2008, 3, 12),
        "建设用地规划许可证 里规地字第2008-021号",
        "原为纺织厂宿舍用地。",
    ),
    ("handed_over", date(2011, 6, 30), "竣工验收备案表 2011-18", "分两批交付，首批 6 栋。"),
    (
        "running",
        date(2013, 5, 8),
        "首次业主大会决议 2013-1",
        "成立业主委员会，物业合同每三年一签。",
    ),
    (
        "renewal",
        date(2026, 10, 9),
        "老旧小区改造计划 2026 年第二批",
        "雨污分流、加装电梯 4 部，施工期保留东门通行。",
    ),
    ("running", date(2027, 9, 30), "老旧小区改造计划 2026 年第二批", "预计竣工移交。"),
)
TWINS = 6  # people entered twice; every other pair has been merged


def leave(cast: Cast, at: datetime, seed: int) -> None:
    """As of today: some corrections wait, some visits are missed, some people stand twice or stood twice."""
    dice = random.Random(seed)
    grids = [grid for grid in sorted(cast.residents) if len(cast.residents[grid]) > 1]
    for number, grid in enumerate(grids[: len(WISHES)]):
        _wish(cast, grid, WISHES[number], at - timedelta(hours=30 - number))
    for number, grid in enumerate(grids[:TWINS]):
        _twice(cast, grid, at - timedelta(days=9 - number), dice, merged=number % 2 == 1)
    for grid in grids[:1]:
        _united(cast, grid, at - timedelta(days=2))
    for number, grid in enumerate(grids[:3]):
        _restricted(cast, grid, number, at)
    for grid in grids[:1]:
        _lived(cast, grid[:12], at - timedelta(days=8))
    for grid in grids[:1]:
        _called(cast, grid, at - timedelta(hours=2))
    actions.tell_missed(actor=SYSTEM, at=at - timedelta(hours=4))


def _lived(cast: Cast, community: str, at: datetime) -> None:
    """From its planning to its renewal."""
    secretary = cast.actor("community_secretary", community)
    for kind, since, source, note in PHASES:
        actions.note_phase(
            actor=secretary, area=community, kind=kind, since=since, source=source, note=note, at=at
        )


def _united(cast: Cast, grid: str, at: datetime) -> None:
    """Two households behind two doors keep house together; it can be undone."""
    secretary = cast.actor("community_secretary", grid[:12])
    homes = selectors.households(SYSTEM).filter(area=grid).order_by("id")
    two = [home for home in homes[:9] if selectors.members(SYSTEM, home).exists()][-2:]
    if len(two) == 2:
        actions.unite(actor=secretary, household=two[0], other=two[1], at=at)


def _restricted(cast: Cast, grid: str, number: int, at: datetime) -> None:
    """Somebody nobody else speaks of: entered by the secretary, with the grid worker as a viewer; one is to be reviewed."""
    secretary = cast.actor("community_secretary", grid[:12])
    worker = cast.actor("grid_worker", grid)
    group, basis, detail, days = RESTRICTED[number]
    people = selectors.persons(secretary, grid).order_by("-id")
    with behind(secretary):  # no other sight opens the store
        actions.restrict(
            actor=secretary, person=people[number], group=group, basis=basis, detail=detail, viewers=[worker.holder],
            at=at - timedelta(days=2), review_on=localtime(at).date() + timedelta(days=days),
        )  # fmt: skip


def _called(cast: Cast, grid: str, at: datetime) -> None:
    """Helpers of a community were called to an open case; one comes, one cannot, the others have not answered."""
    secretary = cast.actor("community_secretary", grid[:12])
    case = cases.cases(secretary).filter(state__in=OPEN).order_by("-opened_at", "-id").first()
    if case is None:
        return
    found = selectors.to_call(secretary, grid[:12], HELPERS, case.pk)
    if not found:
        return
    call = actions.call_up(
        actor=secretary, incident=case.pk, title=str(case.title), area=grid[:12], tags=HELPERS,
        people=[one.person.pk for one in found], words="请到居委会门口集合，帮忙疏导居民、搬运物资。", at=at,
    )  # fmt: skip
    for (one, _who), coming in zip(selectors.called(secretary, call), (True, False), strict=False):
        actions.note_call(actor=secretary, called=one, coming=coming, at=at + timedelta(hours=1))


def _wish(cast: Cast, grid: str, wish: tuple[str, str, str, str], at: datetime) -> None:
    element, value, note, end = wish
    resident = actor_of(
        cast.residents[grid][1].pk, at
    )  # the first of a grid is whom stories are about
    person = selectors.me(resident)
    if person is None:
        return
    asked = actions.ask_correction(
        actor=resident, person=person, element=element, value=value, note=note, at=at
    )
    worker, later = cast.actor("grid_worker", grid), at + timedelta(hours=3)
    if end == "verify":
        actions.verify_correction(actor=worker, correction=asked, at=later)
    elif end == "refuse":
        note = "电话联系本人，仍在原单位上班。"
        actions.refuse_correction(actor=worker, correction=asked, note=note, at=later)


def _twice(cast: Cast, grid: str, at: datetime, dice: random.Random, *, merged: bool) -> None:
    """Somebody without papers at hand was entered a second time."""
    with together(actor=SYSTEM, at=at):
        known = dice.choice(list(selectors.persons(SYSTEM, grid).order_by("id")[:9]))
        telephone = clear(known, "telephone")
        again = Newcomer(clear(known, "name"), telephone=telephone, sex=known.sex, born=known.born)
        other = actions.register(actor=SYSTEM, newcomer=again, area=grid, source="visit", at=at)
    if merged:
        keeper = cast.actor("community_secretary", grid[:12])
        reasons = [one.reasons for one in selectors.doubles(SYSTEM, known) if one.person == other]
        actions.merge(
            actor=keeper, kept=known, dropped=other, reasons=reasons[0] if reasons else [],
            note="同一人，入户时证件未带。", at=at + timedelta(days=1),
        )  # fmt: skip
