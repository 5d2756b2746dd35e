"""What a worker's telephone carries of cases, and what it may write down without a network."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from lifang.cases import actions, selectors
from lifang.cases.catalogue import MAJORS, MATTERS
from lifang.cases.models import Case
from lifang.cases.selectors import Waiting
from lifang.cases.terms import OPEN
from lifang.cases.web import shown
from lifang.core.access import Actor, Refused
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.offline.kinds import Kind, Load, Taken, Taking, Thing, carries, looks_up, takes
from lifang.orgs import selectors as orgs

MOST_TODOS, MOST_CASES, WORDS = 100, 100, 300
# The form that does a to-do; `add` can be written about any case.
FORMS = {"cases.verify": "cases.verify", "cases.check": "cases.check", "cases.feed_back": "cases.feed_back"}  # fmt: skip


# -- what is carried


def load(actor: Actor, at: datetime) -> Load:
    """One's to-dos in the inbox's order, the other open cases of one's areas, and the lists of the forms."""
    waiting = selectors.inbox(actor, at, MOST_TODOS)
    known = {one.case.pk for one in waiting}
    rows = selectors.cases(actor).filter(state__in=OPEN).exclude(pk__in=known)
    others = rows.select_related("lead").order_by("due_at", "pk")[:MOST_CASES]
    return Load(
        todos=[_todo(one) for one in waiting],
        things=[_thing(case) for case in others],
        lists={"matters": _matters(actor), "areas": _areas(actor)},
    )


def _todo(waiting: Waiting) -> Thing:
    why, task = shown.WHY[waiting.why], waiting.todo.capability
    heading = shown.TASKS[task][0] if task in shown.TASKS else ""
    form = [FORMS[task]] if task in FORMS else []
    return _thing(
        waiting.case, why=(why.kind, why.sign, str(why.label)), task=str(heading),
        due_at=waiting.todo.due_at, forms=[*form, "cases.add"],
    )  # fmt: skip


def _thing(case: Case, **more: Any) -> Thing:
    facts = {"due_at": case.due_at if case.open else None, "forms": ["cases.add"], **more}
    return Thing(
        kind="case",
        id=str(case.pk),
        title=str(case.title),
        place=shown.place(case),
        icon=case.kind.icon,
        url=reverse("cases:case", args=[case.pk]),
        facts=_facts(case),
        **facts,
    )


def _facts(case: Case) -> list[tuple[str, str, str]]:
    """What is laid side by side when the case changed meanwhile. No reporter, no number to reach one."""
    text = case.text if len(case.text) <= WORDS else f"{case.text[:WORDS]}…"
    told = [
        ("number", gettext("Number"), case.number),
        ("state", gettext("State"), str(case.stage.name)),
        ("turn", gettext("Whose turn"), shown.turn(case)),
        ("matter", gettext("Matter"), str(case.title)),
        ("place", gettext("Where"), shown.place(case)),
        ("words", gettext("What was reported"), text),
        ("reports", gettext("Reports"), str(case.reports)),
    ]
    return [(key, label, value) for key, label, value in told if value]


def _matters(actor: Actor) -> list[dict[str, str]]:
    names = {one.key: str(one.name) for one in MAJORS}
    return [
        {"value": one.key, "label": str(one.name), "group": names.get(one.major, "")}
        for one in selectors.matters(actor)
    ]


def _areas(actor: Actor) -> list[dict[str, str]]:
    """The grids one works in; for a report without a point."""
    found = [
        code for grant in actor.grants if grant.sees == "area" for code in [grant.area] if code
    ]
    names = orgs.names_of(found, 2)
    return [{"value": code, "label": names[code], "group": ""} for code in dict.fromkeys(found)]


def look(actor: Actor, pk: UUID, at: datetime) -> Thing:
    """How a case is now; a to-do of the actor's still says so."""
    case = selectors.case(actor, pk)
    mine = next((one for one in selectors.inbox(actor, at) if one.case.pk == pk), None)
    return _todo(mine) if mine else _thing(case)


# -- what is taken


def _matter(key: str) -> str:
    if key not in MATTERS:
        raise ValueError("not in the catalogue")
    return key


Words = Annotated[str, Field(max_length=4000)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Report(Body):
    matter: Annotated[str, AfterValidator(_matter)]
    text: Words = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    solved: bool = False

    @model_validator(mode="after")
    def _whole_point(self) -> "Report":
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat come together")
        return self


class About(Body):
    case: UUID


class Note(About):
    text: Words = ""


class Verified(About):
    found: bool
    text: Words = ""


class Checked(About):
    passed: bool
    text: Words = ""


class FedBack(About):
    text: Annotated[str, Field(min_length=1, max_length=4000)]


def report(taking: Taking) -> Taken:
    """A trouble seen on the round; solved on the spot with a photo after it."""
    facts = taking.facts.model_dump()
    solved, area = facts.pop("solved"), facts["area"]
    if area:
        try:
            orgs.division(taking.actor, area)
        except Refused as unknown:
            raise Refused("out_of_area") from unknown
    told = {"actor": taking.actor, "at": taking.at, "made": taking.made.told(taking.at), **facts}
    before: list[Print | Voice] = [*taking.photos.get("photos", []), *taking.voices]
    after = taking.photos.get("after", [])
    if solved:
        return _became(actions.self_handle(**told, before=before, after=after))
    return _became(actions.record(**told, photos=before, source="grid_patrol"))


def add(taking: Taking) -> Taken:
    return _became(actions.add(**_about(taking), text=taking.facts.text))


def verify(taking: Taking) -> Taken:
    facts = taking.facts
    return _became(actions.verify(**_about(taking), found=facts.found, note=facts.text))


def check(taking: Taking) -> Taken:
    facts = taking.facts
    return _became(actions.check(**_about(taking), passed=facts.passed, note=facts.text))


def feed_back(taking: Taking) -> Taken:
    return _became(actions.feed_back(**_about(taking), note=taking.facts.text))


def _about(taking: Taking) -> dict[str, Any]:
    return {
        "actor": taking.actor,
        "at": taking.at,
        "case": selectors.case(taking.actor, taking.facts.case),
        "photos": [*taking.photos.get("photos", []), *taking.voices],
        "made": taking.made.told(taking.at),
    }


def _became(case: Case) -> Taken:
    return Taken("case", case.pk, case.number, reverse("cases:case", args=[case.pk]))


ABOUT: dict[str, Any] = {
    "of": "case",
    "photos": ("photos",),
    "voices": ("voice",),
    "template": "cases/phone/act.html",
}
FOUND = [("true", _("It is as reported")), ("false", _("Nothing of it was found"))]
DONE = [("true", _("It was done")), ("false", _("It was not done"))]
carries("cases", load)
looks_up("case", look)
takes(
    Kind(
        "cases.report",
        _("Report a trouble"),
        short=_("Report"),
        icon="camera-plus",
        shape=Report,
        take=report,
        template="cases/phone/report.html",
        photos=("photos", "after"),
        voices=("voice",),
    ),
    Kind(
        "cases.verify",
        _("Say what you saw"),
        icon="eye-check",
        shape=Verified,
        take=verify,
        instead="cases.add",
        context=lambda: {"choice": "found", "choices": FOUND},
        **ABOUT,
    ),
    Kind(
        "cases.check",
        _("Check whether it was done"),
        icon="circle-check",
        shape=Checked,
        take=check,
        instead="cases.add",
        context=lambda: {"choice": "passed", "choices": DONE},
        **ABOUT,
    ),
    Kind(
        "cases.feed_back",
        _("Feed back"),
        icon="tool",
        shape=FedBack,
        take=feed_back,
        instead="cases.add",
        context=lambda: {"must": True},
        **ABOUT,
    ),
    Kind(
        "cases.add",
        _("Add a note or photos"),
        icon="message-plus",
        shape=Note,
        take=add,
        **ABOUT,
    ),
)
