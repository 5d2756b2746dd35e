"""People looked after in the demo county, each in another state, and the weeks of alarms that were judged."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.action import together
from lifang.demo import devices
from lifang.demo.people import Cast
from lifang.demo.signals import days
from lifang.registry import selectors as registry
from lifang.sensing import actions, selectors
from lifang.sensing.actions import Contact, NewDevice
from lifang.sensing.actions.vigils import hear
from lifang.sensing.models import Device, Vigil
from lifang.sensing.rules.review import week_of
from lifang.sensing.terms import Told
from lifang.sensing.watch.person import Sign

LEARNT = timedelta(days=30)
PURPOSE = "独居老人安全守护"
CONTACTS = (
    ("女儿", "10099000201"),
    ("儿子", "10099000202"),
    ("邻居", "10099000203"),
    ("外甥", "10099000204"),
)


class Fate(NamedTuple):
    """How the last day of one of them went; hours before now."""

    quiet: float = 0  # no sign since then
    out: bool = False  # the door, and nothing after it
    paused_days: int = 0  # the family gave notice


FATES = (Fate(), Fate(quiet=15), Fate(quiet=5, out=True), Fate(paused_days=6), Fate(quiet=2.5), Fate(), Fate(quiet=1), Fate(quiet=26, out=True))  # fmt: skip

# What was raised in the weeks before, and what it was found to be. Rules that open no case: those weeks are over.
JUDGED = (
    ("bike_in_lift", "lift", ("real", "real", "real", "false")),
    ("tampered", "door", ("real", "test", "false")),
    ("battery_low", "smoke", ("real", "real", "device_fault")),
    ("lift_between", "lift", ("false", "false", "device_fault", "real")),
    ("door_held", "access_gate", ("real", "false", "false", "false")),
    ("large_dog", "camera_ai", ("real", "real", "false")),
)
WEEKS, COMMUNITIES = 3, 4
WORDS = (
    "门长时间未关误报多，已请物业检修闭门器，下周再看。",
    "电动车进电梯属实，楼栋长已逐户提醒。",
)


def leave(cast: Cast, at: datetime, seed: int) -> None:
    """As of today: some people are looked after, and last week was looked back on."""
    dice = random.Random(seed)
    for number, (vigil, fate) in enumerate(_begin(cast, at)):
        signs = {vigil.place_id: list(_signs(at, fate, random.Random(seed + number)))}
        hear(actor=SYSTEM, signs=signs, at=at)
        if fate.paused_days:
            worker = cast.nearest("grid_worker", vigil.area)
            until = at + timedelta(days=fate.paused_days)
            actions.pause_vigil(actor=worker, vigil=vigil, until=until, at=at)
    actions.check_vigils(actor=SYSTEM, at=at)
    _judge(cast, at, dice)


def _begin(cast: Cast, at: datetime) -> Iterator[tuple[Vigil, Fate]]:
    """The eldest who keeps house alone, of every other grid; with a sensor of motion and one at the door."""
    found = (_home(grid) for grid in sorted(cast.residents)[::3])
    homes = list(islice((one for one in found if one), len(FATES)))
    made = _equip(homes, at)
    devices.say(days(devices.speakers_of(made), at - timedelta(hours=3), at, []), made, at)
    began = at - LEARNT
    for number, ((person, place), fate) in enumerate(zip(homes, FATES, strict=False)):
        yield (
            actions.begin_vigil(
                actor=cast.nearest("community_worker", place.area), person=person, place=place, purpose=PURPOSE,
                consent_on=began.date(), until=began.date() + timedelta(days=365), at=began,
                contacts=[Contact(*CONTACTS[n % len(CONTACTS)]) for n in range(number, number + 1 + number % 2)],
            ),
            fate,
        )  # fmt: skip


def _home(grid: str) -> tuple[Any, Any] | None:
    """Somebody of this grid and their door: who keeps house alone before who does not, the older before the younger."""
    found = []
    households: list[Any] = list(registry.households(SYSTEM, grid)[:20])
    for household in households:
        if household.heads and household.doors:
            head = household.heads[0].person
            alone = registry.members(SYSTEM, household).count() == 1
            found.append((not alone, str(head.born or "9999"), head, household.doors[0].dwelling))
    return min(found, key=lambda one: one[:2])[2:] if found else None


def _equip(homes: Sequence[tuple[Any, Any]], at: datetime) -> list[Device]:
    """Behind the gateway of the community."""
    hubs = {row.area[:12]: row.pk for row in Device.objects.filter(type="gateway")}
    rows = [
        NewDevice(
            type=kind, code=f"WD{number:03d}{kind[:1].upper()}", area=place.area, place=place.pk, position=where, gateway=hubs.get(place.area[:12]),
            model="LF-W1", installed_on=(at - LEARNT).date(),
        )
        for number, (_, place) in enumerate(homes, 1)
        for kind, where in (("pir", "客厅"), ("door", "入户门"))
    ]  # fmt: skip
    return list(actions.install_many(actor=SYSTEM, rows=rows, area=homes[0][1].area[:6], at=at - LEARNT)) if rows else []  # fmt: skip


def _signs(at: datetime, fate: Fate, dice: random.Random) -> Iterator[tuple[float, Sign]]:
    """Up between six and seven, a sign of life now and then, to bed at ten; out for the shopping; and then the last day."""
    end = at - timedelta(hours=fate.quiet)
    day = localtime(at - LEARNT).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        moment = day + timedelta(hours=6, minutes=dice.randint(0, 60))
        while moment < min(end, day + timedelta(hours=22)):
            yield moment.timestamp(), Sign.INSIDE
            moment += timedelta(minutes=dice.randint(15, 110))
        for hour in (9, 10.5):
            if day + timedelta(hours=hour) < end:
                yield (day + timedelta(hours=hour)).timestamp(), Sign.DOOR
        day += timedelta(days=1)
    yield (end - timedelta(minutes=4)).timestamp(), Sign.INSIDE
    if fate.out:
        yield end.timestamp(), Sign.DOOR


def _judge(cast: Cast, at: datetime, dice: random.Random) -> None:
    """Alarms of the weeks before, answered and judged at their time; the reviews of them, half of them signed."""
    monday = week_of(localtime(at))
    communities = sorted({area[:12] for area in Device.objects.values_list("area", flat=True)})
    # What is open today is another matter.
    busy = set(selectors.alarms(SYSTEM).filter(ended_at=None).values_list("device_id", "rule"))
    for community in communities[:COMMUNITIES]:
        here: dict[str, list[Device]] = {}
        for device in Device.objects.filter(area__startswith=community).order_by("id"):
            here.setdefault(device.type, []).append(device)
        for week in range(WEEKS, 0, -1):
            _week(cast, here, busy, monday - timedelta(days=7 * week), dice)
    for week in range(WEEKS - 1, -1, -1):
        actions.write_reviews(
            actor=SYSTEM, at=monday - timedelta(days=7 * week) + timedelta(hours=6)
        )
    rows = selectors.reviews(SYSTEM).filter(signed_at=None).order_by("week", "area")
    for number, review in enumerate(rows):
        if review.week < (monday - timedelta(days=7)).date() or number % 2:
            actions.sign_review(
                actor=cast.nearest("community_secretary", review.area), review=review, word=WORDS[number % 2],
                at=min(at, review.written_at + timedelta(hours=4)),
            )  # fmt: skip


def _week(
    cast: Cast, here: dict[str, list[Device]], busy: set[tuple[UUID, str]], since: datetime, dice: random.Random,
) -> None:  # fmt: skip
    for rule, kind, verdicts in JUDGED:
        for device in [one for one in here.get(kind, []) if (one.pk, rule) not in busy][:1]:
            for verdict in dice.sample(verdicts, dice.randint(1, len(verdicts))):
                _one(
                    cast, device, rule, verdict, since + timedelta(minutes=dice.randint(360, 9900))
                )


def _one(cast: Cast, device: Device, rule: str, verdict: str, at: datetime) -> None:
    """Raised, gone again, answered and judged."""
    moment = at.timestamp()
    worker = cast.nearest("community_worker", device.area)
    with together(actor=SYSTEM, at=at):
        told: Sequence[Told] = [Told("raised", rule, device.pk, moment - 60, moment, None)]
        for alarm in actions.raise_alarms(actor=SYSTEM, told=told, at=at):
            actions.give_verdict(actor=worker, alarm=alarm, verdict=verdict, at=at + timedelta(minutes=34))  # fmt: skip
