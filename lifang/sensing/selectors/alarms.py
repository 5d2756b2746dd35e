"""Ask about alarms: what is open, what was, how good the rules have been."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Trunc

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.sensing.catalogue import VERDICTS
from lifang.sensing.models import Alarm, AlarmStep, Flood
from lifang.sensing.rules.alarms import Quality, chattering
from lifang.sensing.terms import Severity


class Kpis(NamedTuple):
    """The load of a desk by ISA-18.2, over some days."""

    days: float
    raised: int
    per_day: float
    per_ten_minutes: float
    worst_ten_minutes: int
    floods: int
    flooded_share: float
    busy_hours_share: float  # hours with more than thirty
    top: list[tuple[str, int]]
    top_share: float
    chattering: list[tuple[str, int]]
    stale: int
    shares: dict[str, float]
    unacknowledged: int
    folded: int
    inhibited: int


def alarms(actor: Actor, area: str = "") -> QuerySet[Alarm]:
    rows = Alarm.objects.visible_to(actor).filter(within(area))
    return rows.select_related("device", "place", "acknowledged_by")


def wall(actor: Actor, area: str = "") -> QuerySet[Alarm]:
    """Open alarms that somebody has to answer: life safety first, then the newest. What is folded stands under its lead."""
    rows = alarms(actor, area).filter(
        ended_at__isnull=True, inhibited_by__isnull=True, lead__isnull=True
    )
    rows = rows.filter(shelved_until__isnull=True, folded=False)
    under = Count("group", filter=Q(group__ended_at__isnull=True))
    return rows.annotate(under=under).order_by("rank", "-raised_at", "id")


def quiet(actor: Actor, area: str = "") -> QuerySet[Alarm]:
    """Open and not told: shelved, folded, inhibited, or under another."""
    rows = alarms(actor, area).filter(ended_at__isnull=True)
    return rows.filter(
        Q(shelved_until__isnull=False)
        | Q(folded=True)
        | Q(inhibited_by__isnull=False)
        | Q(lead__isnull=False)
    ).order_by("rank", "-raised_at", "id")


def alarm(actor: Actor, pk: UUID | str) -> Alarm:
    """One alarm. Raises `Refused("not_found")`."""
    found = alarms(actor).select_related("verdict_by", "lead", "inhibited_by").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def steps(actor: Actor, of: Alarm) -> QuerySet[AlarmStep]:
    return AlarmStep.objects.visible_to(actor).filter(alarm=of).select_related("account")


def grouped(actor: Actor, of: Alarm) -> QuerySet[Alarm]:
    """What stands under an alarm: the same hazard at the same place, or what a dead gateway silences."""
    return alarms(actor).filter(Q(lead=of) | Q(inhibited_by=of)).order_by("-raised_at")


def before(actor: Actor, of: Alarm, most: int = 5) -> list[Alarm]:
    """How the last ones of the same rule and device ended."""
    rows = alarms(actor).filter(subject=of.subject, rule=of.rule).exclude(pk=of.pk)
    return list(rows.order_by("-raised_at")[:most])


def by_part(actor: Actor, area: str, digits: int) -> list[tuple[str, int, int]]:
    """Open alarms along the division tree: (part, open, of them life safety)."""
    rows = wall(actor, area).values_list("area", "life")
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code, life in rows:
        part = found[code[:digits]]
        part[0] += 1
        part[1] += life
    return sorted((code, n, life) for code, (n, life) in found.items())


def flooding(actor: Actor, area: str = "") -> list[Flood]:
    rows = Flood.objects.visible_to(actor).filter(within(area), ended_at__isnull=True)
    return list(rows.order_by("began_at"))


def quality(actor: Actor, since: datetime, area: str = "") -> list[Quality]:
    """What verdicts say of each rule: the precision counts only what was judged right or wrong."""
    right = [one.key for one in VERDICTS if one.right]
    wrong = [one.key for one in VERDICTS if one.right is False]
    rows = alarms(actor, area).filter(raised_at__gte=since, lead__isnull=True).order_by()
    counted = rows.values("rule").annotate(
        raised=Count("pk"), judged=Count("pk", filter=~Q(verdict="")),
        right=Count("pk", filter=Q(verdict__in=right)), wrong=Count("pk", filter=Q(verdict__in=wrong)),
    )  # fmt: skip
    return sorted((Quality(**row) for row in counted), key=lambda one: (-one.raised, one.rule))


def kpis(actor: Actor, since: datetime, until: datetime, area: str = "") -> Kpis:
    """The figures of ISA-18.2 for what this actor sees of an area."""
    days = max((until - since) / timedelta(days=1), 1 / 24)
    rows = alarms(actor, area).filter(told_at__gte=since, told_at__lt=until).order_by()
    told = rows.filter(inhibited_by__isnull=True, lead__isnull=True, folded=False)
    hours = _counts(told, "hour")
    slots = _slots(told)
    names = Counter(dict(told.values_list("rule").annotate(n=Count("pk"))))
    severities = dict(told.values_list("severity").annotate(n=Count("pk")))
    raised = sum(names.values())
    top = names.most_common(10)
    open_ones = alarms(actor, area).filter(ended_at__isnull=True)
    floods = Flood.objects.visible_to(actor).filter(
        within(area), began_at__gte=since, began_at__lt=until
    )
    flooded = sum(((one.ended_at or until) - one.began_at).total_seconds() for one in floods)
    return Kpis(
        days=days, raised=raised, per_day=raised / days, per_ten_minutes=raised / days / 144,
        worst_ten_minutes=max(slots, default=0), floods=len(floods), flooded_share=flooded / 86400 / days,
        busy_hours_share=sum(n > 30 for n in hours) / (24 * days),
        top=top, top_share=sum(n for _, n in top) / raised if raised else 0.0,
        chattering=_chatter(told), stale=open_ones.filter(raised_at__lt=until - timedelta(days=1)).count(),
        shares={one.value: severities.get(one.value, 0) / raised if raised else 0.0 for one in Severity},
        unacknowledged=open_ones.filter(acknowledged_at__isnull=True).count(),
        folded=rows.filter(Q(folded=True) | Q(lead__isnull=False)).count(),
        inhibited=rows.filter(inhibited_by__isnull=False).count(),
    )  # fmt: skip


def _counts(rows: QuerySet[Alarm], kind: str) -> list[int]:
    found = rows.annotate(slot=Trunc("told_at", kind)).values("slot").annotate(n=Count("pk"))
    return [row["n"] for row in found]


def _slots(rows: QuerySet[Alarm]) -> list[int]:
    """By ten minutes."""
    found: Counter[datetime] = Counter()
    for slot, n in (
        rows.annotate(slot=Trunc("told_at", "minute")).values_list("slot").annotate(n=Count("pk"))
    ):
        found[slot.replace(minute=slot.minute // 10 * 10)] += n
    return list(found.values())


def _chatter(rows: QuerySet[Alarm]) -> list[tuple[str, int]]:
    """Rules with an alarm that came three times within a minute."""
    steps = AlarmStep.objects.filter(alarm__in=rows, kind__in=["raised", "again"])
    times: dict[tuple[UUID, str], list[datetime]] = defaultdict(list)
    for pk, rule, at in steps.values_list("alarm", "alarm__rule", "at"):
        times[pk, rule].append(at)
    return Counter(rule for (_, rule), at in times.items() if chattering(at)).most_common(10)
