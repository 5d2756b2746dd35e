"""What a worker's telephone carries of the register, masked, and the visits it writes down."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from lifang.core.access import Actor, Refusal, insist
from lifang.core.offline.kinds import Kind, Load, Taken, Taking, Thing, carries, looks_up, takes
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES, VISITS
from lifang.registry.models import Household, VisitPlan
from lifang.registry.web import spoken
from lifang.registry.web.shown import VISIT_KINDS, door, who

MAY = "registry.visit"
MOST_DUE, MOST_HOMES = 60, 300


def load(actor: Actor, at: datetime) -> Load:
    """The visits due by today with their reason, and the other households of one's grids."""
    areas = [grant.area for grant in actor.grants if MAY in grant.capabilities and grant.area]
    if not areas:
        return Load()
    today = localtime(at).date()
    plans = _plans(selectors.due(actor, today).exclude(kind="restricted")[:MOST_DUE])
    homes = selectors.households(actor)
    waiting = {home.pk: home for home in homes.filter(pk__in=plans)}
    others = homes.filter(area__in=areas).exclude(pk__in=plans).order_by("area", "id")[:MOST_HOMES]
    return Load(
        todos=[_todo(waiting[pk], plans[pk], today) for pk in plans if pk in waiting],
        things=[_thing(home) for home in others],
        lists={"visit_kinds": _kinds(), "visit_outcomes": _outcomes()},
    )


def _plans(found: Iterable[VisitPlan]) -> dict[UUID, VisitPlan]:
    """The most urgent plan of each household."""
    first: dict[UUID, VisitPlan] = {}
    for plan in found:
        first.setdefault(plan.household_id, plan)
    return first


def _todo(home: Household, plan: VisitPlan, today: date) -> Thing:
    late = plan.due_on < today
    why = (
        ("late", "alarm", gettext("Overdue"))
        if late
        else ("waiting", "hourglass", gettext("Due today"))
    )
    return _thing(
        home, why=why, task=str(VISITS[plan.kind].name), due_at=_evening(plan.due_on), start={"kind": plan.kind}
    )  # fmt: skip


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(18), get_default_timezone())


def _thing(home: Household, **more: Any) -> Thing:
    return Thing(
        kind="household", id=str(home.pk), title=gettext("Visit %(who)s") % {"who": who(home)}, place=door(home),
        icon="home-heart", facts=_facts(home), forms=[MAY], **more,
    )  # fmt: skip


def _facts(home: Household) -> list[tuple[str, str, str]]:
    """What is laid side by side when the household changed meanwhile."""
    seen, due, ended = home.visited_at, home.visit_due_on, home.valid_to
    told = [
        ("who", gettext("Household"), who(home)),
        ("door", gettext("Where"), door(home)),
        ("seen", gettext("Last visited"), f"{localtime(seen):%Y-%m-%d}" if seen else gettext("Never")),
        ("due", gettext("Next visit"), f"{due:%Y-%m-%d}" if due else ""),
        ("ended", gettext("Moved away"), f"{localtime(ended):%Y-%m-%d}" if ended else ""),
    ]  # fmt: skip
    return [(key, label, value) for key, label, value in told if value]


def _kinds() -> list[dict[str, str]]:
    return [{"value": one.key, "label": str(one.name), "group": ""} for one in VISIT_KINDS]


def _outcomes() -> list[dict[str, str]]:
    choices = CODES["visit_outcome"].choices()
    return [{"value": key, "label": name, "group": ""} for key, name in choices]


def look(actor: Actor, pk: UUID, at: datetime) -> Thing:
    """How a household is now; one that has moved away says so."""
    home = selectors.households(actor).filter(pk=pk).first() or selectors.household(actor, pk)
    return _thing(home)


class Visited(BaseModel):
    model_config = ConfigDict(extra="forbid")
    household: UUID
    kind: Annotated[str, Field(max_length=30)]
    outcome: Annotated[str, Field(max_length=20)]
    note: Annotated[str, Field(max_length=2000)] = ""


def visit(taking: Taking) -> Taken:
    """It was when it was made, not when it came; a household that had left by then is looked at first."""
    facts = taking.facts
    home = selectors.household(taking.actor, facts.household)
    ended = home.valid_to is not None and home.valid_to < taking.made.at
    insist(
        Refusal("ended_already") if ended and facts.outcome != "moved" else None,
        None if facts.kind in {one.key for one in VISIT_KINDS} else Refusal("unknown_visit"),
    )
    made = actions.visit(
        actor=taking.actor, household=home, kind=facts.kind, outcome=facts.outcome, note=facts.note, at=taking.at,
        seen_at=min(taking.made.at, taking.at + timedelta(minutes=1)), token=taking.key, voices=taking.voices,
    )  # fmt: skip
    return Taken(
        "visit",
        made.pk,
        str(VISITS[facts.kind].name),
        reverse("registry:household", args=[home.pk]),
    )


def offers(actor: Actor, facts: Visited) -> list[str]:
    """The groups its note speaks of, for who may enter somebody: they are entered at the desk's page of the household."""
    home = selectors.household(actor, facts.household)
    return (
        [str(tag.name) for tag in spoken.groups(facts.note)]
        if actor.may("registry.tag", home.area)
        else []
    )


carries("registry", load)
looks_up("household", look)
takes(
    Kind(
        MAY,
        _("Record a visit"),
        icon="home-heart",
        shape=Visited,
        take=visit,
        template="registry/phone/visit.html",
        of="household",
        voices=("voice",),
        offers=offers,
    )
)
