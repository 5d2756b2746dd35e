"""A community asks what its homes need; a home answers once and may change it until the end."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.living.actions.metering import one_by_one
from lifang.living.catalogue import policy
from lifang.living.models import NeedAnswer, NeedSurvey
from lifang.living.rules import needs as rules
from lifang.living.selectors.needs import mark_of
from lifang.registry import selectors as registry


@action("living.ask_needs")
def ask_needs(*, actor: Actor, area: str, until: date, at: datetime) -> NeedSurvey:
    """Every home of the community may answer until the end of that day; one survey at a time."""
    today = timezone.localtime(at).date()
    insist(rules.survey_fits(area, until, today))
    one_by_one(f"living.needs:{area}")
    standing = NeedSurvey.objects.filter(area=area, ended_at__isnull=True, until__gte=today)
    insist(Refusal("needs_once", {"field": "area"}) if standing.exists() else None)
    made = NeedSurvey(area=area, until=until, asked_at=at, doors=registry.count_doors(SYSTEM, area))
    made.save(force_insert=True)
    return made


@action("living.end_needs")
def end_needs(*, actor: Actor, survey: NeedSurvey, at: datetime) -> NeedSurvey:
    """Before its day: what came is published."""
    held = NeedSurvey.objects.hold(survey.pk)
    insist(_runs(held, at))
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    return held


@action("living.answer_needs", beyond=True)  # the survey is the community's
def answer_needs(*, actor: Actor, survey: NeedSurvey, home: registry.Dwelling, chosen: Sequence[str], at: datetime) -> None:  # fmt: skip
    """What one's home needs: counted once a home, whoever of it answers last. Neither home nor account is kept with it."""
    insist(
        _runs(survey, at),
        None if home.pk in {one.pk for one in registry.own_doors(actor)} and home.area.startswith(survey.area) else Refusal("not_found"),
        rules.answer_fits(chosen, policy("needs_most")),
    )  # fmt: skip
    with behind(SYSTEM):  # nobody's row: it has no holder
        NeedAnswer.objects.update_or_create(survey=survey, mark=mark_of(SYSTEM, survey.pk, home.pk), defaults={"area": survey.area, "chosen": sorted(set(chosen))})  # fmt: skip


def _runs(survey: NeedSurvey, at: datetime) -> Refusal | None:
    today = timezone.localtime(at).date()
    return None if rules.runs(survey.until, survey.ended_at, today) else Refusal("needs_over")
