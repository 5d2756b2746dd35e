"""What comes again, what rises, what is handed on, and where the time goes. Places, matters, units and steps; never persons."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.db.models.fields.json import KeyTextTransform

from lifang.cases.models import CallBack, Check, Handling, Reporter
from lifang.cases.selectors.measures import Frame, measured
from lifang.cases.terms import Role, State
from lifang.core.access import Actor
from lifang.core.flow.models import Step

AGAIN = 3  # cases at one place
FEWEST = 3  # reporters behind a topic: fewer might be recognised
RISING = 5  # cases of a matter


class Spot(NamedTuple):
    """One matter that comes again and again in one square of 200 m."""

    cell: int
    matter: str
    area: str
    place: str
    cases: int
    open: int
    last: datetime


def repeat_places(actor: Actor, frame: Frame, most: int = 30) -> list[Spot]:
    """Where the same matter was reported at least three times in the period."""
    rows = measured(actor, frame, "reported").filter(cell__isnull=False)
    found = (
        rows.order_by()
        .values("cell", "matter")
        .annotate(
            n=Count("pk"), area=Min("area"), where=Max("place"), last=Max("opened_at"),
            running=Count("pk", filter=Q(closed_at__isnull=True) & ~Q(state__in=_GONE)),
        )
        .filter(n__gte=AGAIN)
        .order_by("-n", "-last")[:most]
    )  # fmt: skip
    return [
        Spot(one["cell"] or 0, one["matter"], one["area"], one["where"], one["n"], one["running"], one["last"])
        for one in found
    ]  # fmt: skip


_GONE = (State.REFUSED, State.MERGED, State.VOID, State.ARCHIVED)


class Rise(NamedTuple):
    """A matter that is reported more often than in the period before."""

    matter: str
    now: int
    before: int

    @property
    def more(self) -> int:
        return self.now - self.before


def rising(actor: Actor, frame: Frame, most: int = 20) -> list[Rise]:
    """Matters with the most additional cases against the same length of time before."""
    length = frame.until - frame.start
    earlier = frame.narrowed(start=frame.start - length, end=frame.start)
    now, before = (_of_matters(actor, one) for one in (frame, earlier))
    found = [Rise(matter, n, before.get(matter, 0)) for matter, n in now.items() if n >= RISING]
    found = [one for one in found if one.more > 0]
    return sorted(found, key=lambda one: (-one.more, one.matter))[:most]


def _of_matters(actor: Actor, frame: Frame) -> dict[str, int]:
    rows = measured(actor, frame, "reported").order_by()
    return dict(rows.values_list("matter").annotate(n=Count("pk")))


class Topic(NamedTuple):
    """A matter that several people each reported more than once."""

    matter: str
    reporters: int
    reports: int


def topics(actor: Actor, frame: Frame, most: int = 20) -> list[Topic]:
    """What people come back with. Who they are is not asked, and a topic of fewer than three people is not told."""
    cases = measured(actor, frame, "reported").order_by().values("pk")
    known = Q(account__isnull=False) | Q(phone_index__isnull=False)
    rows: Any = Reporter.objects.filter(known, case__in=cases)
    rows = rows.values_list("account", "phone_index", "case__matter")
    people: dict[str, list[int]] = defaultdict(list)
    for _account, _phone, matter, n in rows.annotate(n=Count("pk")).filter(n__gt=1).order_by():
        people[matter].append(n)
    found = [
        Topic(matter, len(each), sum(each))
        for matter, each in people.items()
        if len(each) >= FEWEST
    ]
    return sorted(found, key=lambda one: (-one.reporters, -one.reports, one.matter))[:most]


class Chain(NamedTuple):
    """Units that a case went through, one after another."""

    units: tuple[str, ...]
    cases: int
    examples: list[tuple[Any, str]]  # id and number


def chains(actor: Actor, frame: Frame, most: int = 20, read: int = 5000) -> list[Chain]:
    """How cases of the period were handed on: the chains of more than one unit, the commonest first."""
    cases = measured(actor, frame, "reported").order_by().values("pk")
    rows = (
        Handling.objects.filter(case__in=cases, role=Role.LEAD)
        .values("case", "case__number")
        .annotate(units=ArrayAgg("unit", order_by="handed_at"), n=Count("pk"))
        .filter(n__gt=1)
        .order_by("case__number")[:read]
    )
    count: Counter[tuple[str, ...]] = Counter()
    examples: dict[tuple[str, ...], list[tuple[Any, str]]] = defaultdict(list)
    for row in rows:
        chain = tuple(map(str, row["units"]))
        count[chain] += 1
        examples[chain].append((row["case"], row["case__number"]))
    ordered = sorted(count.items(), key=lambda one: (-one[1], -len(one[0]), one[0]))
    return [Chain(units, n, examples[units][:3]) for units, n in ordered[:most]]


@dataclass(frozen=True)
class Spent:
    """How long cases stood in a state of the flow."""

    state: str
    count: int
    median: timedelta
    p90: timedelta
    total: timedelta

    @property
    def working(self) -> bool:
        """Is somebody at work, or does the case wait for somebody's turn?"""
        return self.state == State.HANDLING


_SPENT = """
WITH moves AS (
  SELECT subject, seq, at, from_state, to_state FROM flow_step
  WHERE flow = 'case' AND from_state <> to_state AND subject IN ({cases})
), spent AS (
  SELECT from_state AS state, extract(epoch FROM at - lag(at) OVER (PARTITION BY subject ORDER BY seq)) AS seconds
  FROM moves
)
SELECT state, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds), sum(seconds)
FROM spent WHERE seconds IS NOT NULL AND state <> '' GROUP BY state
"""


def step_times(actor: Actor, frame: Frame) -> list[Spent]:
    """Time in each state of the flow, of the cases reported in the period, in the order of the flow."""
    sql, params = measured(actor, frame, "reported").order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SPENT.format(cases=sql), params)
        found = {
            state: Spent(state, n, *(timedelta(seconds=float(s)) for s in seconds))
            for state, n, *seconds in cursor.fetchall()
        }
    return [found[state] for state in State if state in found]


@dataclass(frozen=True)
class Facts:
    """What decides whether a step changes anything: how often it was done, and how often it made a difference."""

    step: str  # verify, sign, dispatch, check, call_back
    state: str
    done: int
    mattered: int

    @property
    def idle(self) -> float:
        return 1 - self.mattered / self.done if self.done else 0.0


LEAST, IDLE = (
    30,
    0.95,
)  # below so many cases nothing is proposed; a step must change nothing in 95 of 100


def step_facts(actor: Actor, frame: Frame) -> list[Facts]:
    """For each step that could be spared, how often it made a difference."""
    cases = measured(actor, frame, "reported").order_by().values("pk")
    verified = Step.objects.filter(flow="case", move="verify", subject__in=cases)
    not_found = verified.annotate(found=KeyTextTransform("found", "facts")).filter(found="false")
    parts = Handling.objects.filter(case__in=cases, role=Role.LEAD)
    returned = parts.filter(returned_at__isnull=False)
    checks = Check.objects.filter(case__in=cases)
    calls = CallBack.objects.filter(case__in=cases)
    return [
        Facts("verify", State.AWAITING_VERIFICATION, verified.count(), not_found.count()),
        Facts("dispatch", State.AWAITING_DISPATCH, parts.count(), returned.count()),
        Facts("sign", State.AWAITING_SIGNING, parts.count(), returned.filter(signed_at__isnull=True).count()),
        Facts("check", State.AWAITING_CHECK, checks.count(), checks.filter(passed=False).count()),
        Facts("call_back", State.AWAITING_CALLBACK, calls.count(), calls.filter(solved=False).count()),
    ]  # fmt: skip


class Proposal(NamedTuple):
    """A step that could be dropped, or kept for a sample: why, and what it would save."""

    facts: Facts
    spent: Spent


def proposals(spent: list[Spent], facts: list[Facts]) -> list[Proposal]:
    """Steps that almost never change anything and cost time, the dearest first."""
    by_state = {one.state: one for one in spent}
    found = [
        Proposal(one, by_state[one.state])
        for one in facts
        if one.done >= LEAST and one.idle >= IDLE and one.state in by_state
    ]
    return sorted(found, key=lambda one: -one.spent.total)
