"""Ask about surveys of needs: sums of homes, never whose."""

from collections import Counter
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.crypto.seals import signature
from lifang.living.catalogue import NEEDS
from lifang.living.models import NeedAnswer, NeedSurvey
from lifang.living.rules import needs as rules
from lifang.living.selectors.circle import circles
from lifang.registry import selectors as registry


class NeedShare(NamedTuple):
    """How many homes that answered want it; how many of all reach it on foot, where a trade is known."""

    need: str
    homes: int
    share: float
    reached: float | None
    candidate: bool

    @property
    def few(self) -> bool:
        return 0 < self.homes < rules.FEW


class Needs(NamedTuple):
    """The sums of a survey: what is wanted most first."""

    survey: NeedSurvey
    answered: int
    rate: float
    rows: list[NeedShare]


def mark_of(system: Actor, survey: UUID, home: UUID) -> str:
    """The same for one home in one survey, and nothing to anybody without the key."""
    return signature(f"{survey}:{home}".encode(), "living.needs")[:64]


def need_surveys(actor: Actor) -> QuerySet[NeedSurvey]:
    """Of the communities one works for, the newest first."""
    return NeedSurvey.objects.visible_to(actor).order_by("-asked_at", "id")


def need_survey(actor: Actor, pk: UUID) -> NeedSurvey:
    found = need_surveys(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def ended_surveys(actor: Actor, area: str, today: date) -> list[NeedSurvey]:
    """Published: those that have ended, for everybody."""
    with behind(SYSTEM):  # published
        over = Q(ended_at__isnull=False) | Q(until__lt=today)
        return list(NeedSurvey.objects.filter(over, area=area)[:6])


def running_survey(actor: Actor, home: registry.Dwelling, today: date) -> NeedSurvey | None:
    """Of the community of a home."""
    with behind(SYSTEM):  # everybody who lives there may answer
        return NeedSurvey.objects.filter(area=home.area[:12], ended_at__isnull=True, until__gte=today).first()  # fmt: skip


def surveys_of_homes(actor: Actor, homes: list[registry.Dwelling], today: date) -> list[tuple[registry.Dwelling, NeedSurvey]]:  # fmt: skip
    """Which of these homes are asked, each with its survey; one query."""
    with behind(SYSTEM):  # likewise
        areas = {one.area[:12] for one in homes}
        rows = NeedSurvey.objects.filter(area__in=areas, ended_at__isnull=True, until__gte=today)
        by = {one.area: one for one in rows} if areas else {}
    return [(one, by[one.area[:12]]) for one in homes if one.area[:12] in by]


def own_needs(actor: Actor, survey: NeedSurvey, home: registry.Dwelling) -> list[str]:
    """What one's home said, to change it. Nothing for a home of somebody else."""
    if home.pk not in {one.pk for one in registry.own_doors(actor)}:
        return []
    with behind(SYSTEM):  # one's own home, found by its mark
        found = NeedAnswer.objects.filter(
            survey=survey, mark=mark_of(SYSTEM, survey.pk, home.pk)
        ).first()
    return list(found.chosen) if found else []


def needs(actor: Actor, survey: NeedSurvey) -> Needs:
    """Counted from the answers, beside the fifteen-minute circle as it stands today."""
    with behind(SYSTEM):  # sums
        answers = list(NeedAnswer.objects.filter(survey=survey).values_list("chosen", flat=True))
        circle = next(iter(circles(actor, survey.area)), None)
    near = {one.trade: one.share for one in circle.trades} if circle else {}
    counted = Counter(key for chosen in answers for key in chosen if key in NEEDS)
    rows = []
    for key, homes in counted.most_common():
        share = homes / len(answers)
        reached = near.get(NEEDS[key].trade) if NEEDS[key].trade else None
        rows.append(NeedShare(key, homes, share, reached, homes >= rules.FEW and rules.candidate(share, reached)))  # fmt: skip
    return Needs(survey, len(answers), len(answers) / survey.doors if survey.doors else 0, rows)
