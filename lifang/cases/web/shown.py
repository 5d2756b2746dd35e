"""How a case is shown at the desk: chips, icons, sentences. Residents read `plain.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import CASE, SOURCES
from lifang.cases.models import Case
from lifang.cases.selectors import Told, Waiting
from lifang.cases.terms import Level, State
from lifang.core.access import Actor
from lifang.core.access.capabilities import capabilities
from lifang.core.config import config
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Media
from lifang.core.flow.models import Todo
from lifang.core.web.show import TONES, Chip, Entry, Photo
from lifang.core.web.tables.columns import RENDER
from lifang.orgs.selectors import place_name, unit_names

WHY = {
    "life": Chip("danger", _("Danger to life")),
    "pressed": Chip("late", _("A leader presses"), icon="hand-finger"),
    "overdue": Chip("late", _("Overdue")),
    "due_soon": Chip("waiting", _("Due within 4 h")),
    "urgent": Chip("danger", _("Urgent"), icon="urgent"),
    "reopened": Chip("waiting", _("Opened again"), icon="rotate"),
    "many": Chip("progress", _("Many reporters"), icon="users"),
    "oldest": Chip("open", _("Next due"), icon="clock"),
}

# What to do, by the capability whose turn it is: heading, and what it means.
TASKS = {
    "cases.accept": (
        _("To accept"),
        _("Decide whether it is ours; the reporter waits for a word."),
    ),
    "cases.verify": (_("To verify on the spot"), _("Have a look and say what you see.")),
    "cases.dispatch": (_("To dispatch"), _("Choose who handles it.")),
    "cases.arbitrate": (_("To arbitrate"), _("Units disagree whose duty it is; settle it.")),
    "cases.sign": (
        _("To sign for"),
        _("Dispatched to your unit; signing starts the handling clock."),
    ),
    "cases.feed_back": (_("To handle and feed back"), _("Signed for by your unit.")),
    "cases.decide_delay": (_("Requests for more time"), _("A unit waits for your decision.")),
    "cases.resume": (
        _("Suspended, look again"),
        _("The clock stands still until somebody resumes it."),
    ),
    "cases.check": (_("To check"), _("Handled; look whether it was really done.")),
    "cases.call_back": (_("To call back"), _("Closed; ask the reporter whether it is solved.")),
}

LEVELS = {Level.ORDINARY: _("Ordinary"), Level.URGENT: _("Urgent"), Level.LIFE: _("Danger to life")}


def level_chip(case: Case) -> Chip | None:
    """Said only when it is not ordinary."""
    if case.level == Level.ORDINARY:
        return None
    return WHY["life" if case.level == Level.LIFE else "urgent"]


def chip(case: Case) -> Chip:
    """The state, by colour, icon and word."""
    return chip_of(case.state)


def chip_of(state: str) -> Chip:
    entry = CASE().state[state]
    return Chip(TONES[entry.tone], entry.name)


def place(case: Case) -> str:
    """Where, as one says it in the street: community and grid, then the place."""
    return f"{place_name(case.area, 2)} {case.place}".strip()


def source(case: Case) -> Any:
    found = SOURCES.get(case.source)
    return found.name if found else _("Other")


def turn(case: Case) -> str:
    """Whose turn it is, for a list."""
    if case.state in (State.AWAITING_SIGNING, State.HANDLING) and case.lead:
        return str(case.lead.name)
    if case.state == State.AWAITING_VERIFICATION:
        return place_name(case.area, 1)
    if case.state == State.AWAITING_CHECK:
        return gettext("Checkers")
    if case.state == State.AWAITING_CALLBACK:
        return place_name(case.area[:12], 1)
    return place_name(case.desk, 1) if case.open else ""


def turn_words(todos: Sequence[Todo]) -> str:
    """Whose turn it is, from the open to-dos: units by name, desks by their place and what they do."""
    names = unit_names({_uuid(todo.turn) for todo in todos if todo.turn.startswith("unit:")})
    said = []
    for todo in todos:
        kind, _colon, key = todo.turn.partition(":")
        if kind == "unit":
            said.append(str(names.get(_uuid(todo.turn), "")))
        elif kind == "desk":
            task = capabilities()[todo.capability].name
            said.append(
                gettext("%(place)s (%(task)s)") % {"place": place_name(key, 1), "task": task}
            )
    return gettext(", ").join(dict.fromkeys(word for word in said if word))


def _uuid(holder: str) -> Any:
    from uuid import UUID  # noqa: PLC0415 -- only here

    return UUID(holder.partition(":")[2])


def reports(case: Case) -> str:
    return ngettext("%(n)d report", "%(n)d reports", case.reports) % {"n": case.reports}


def line(waiting: Waiting, at: datetime) -> dict[str, Any]:
    """One row of the inbox."""
    case, due = waiting.case, waiting.todo.due_at
    return {
        **row(case, at),
        "why": WHY[waiting.why],
        "plain": waiting.why == "oldest",
        "due": RENDER["clock"](due, at) if due else "",
        "task": TASKS[waiting.todo.capability][0] if waiting.todo.capability in TASKS else "",
    }


def row(case: Case, at: datetime) -> dict[str, Any]:
    """A case in a list, a pile or beside a map."""
    url = reverse("cases:case", args=[case.pk])
    return {
        "case": case,
        "url": url,
        "chip": chip(case),
        "level": level_chip(case),
        "place": place(case),
        "due": RENDER["clock"](case.due_at, at) if case.open and case.due_at else "",
    }


STREAM = {"poll": 15, "events": ["case"]}


def stream() -> dict[str, Any]:
    """The live events of cases."""
    return {"url": f"{config().streams_origin}/streams/events?names=cases.", **STREAM}


def features(actor: Actor, found: Iterable[Case], at: Any) -> dict[str, Any]:
    """Cases as points of a map, numbered in their order."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(case.pk),
                "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
                "properties": {
                    "id": str(case.pk),
                    "number": str(number),
                    "name": str(case.title),
                    "note": f"{case.stage.name} · {place(case)}",
                    "state": selectors.sign_of(actor, case, at),
                    "url": reverse("cases:case", args=[case.pk]),
                },
            }
            for number, case in enumerate(found, 1)
        ],
    }


# -- photos and the story ---------------------------------------------------------------------------


def picture(row: Attachment) -> Photo:
    """A photo behind the wall."""
    return Photo(
        url=reverse("files:file", args=[row.pk]),
        thumb=reverse("files:thumb", args=[row.pk]),
        middle=reverse("files:middle", args=[row.pk]),
        at=row.taken_at or row.added_at,
    )


def pictures(rows: Iterable[Attachment]) -> dict[str, list[Any]]:
    """Photos before and after, others, papers, and voice notes."""
    found: dict[str, list[Any]] = {
        "before": [],
        "after": [],
        "other": [],
        "papers": [],
        "voices": [],
    }
    for one in rows:
        if Media(one.media).spoken:
            found["voices"].append(one)
        elif one.media != Media.JPEG:
            found["papers"].append(one)
        else:
            found[str(one.kind)].append(picture(one))
    return found


def entries(told: Iterable[Told], rows: Sequence[Attachment]) -> list[Entry]:
    """The timeline, newest first, with the photos that came with each step."""
    made = [
        Entry(
            at=step.at,
            title=step.move.done,
            who=_who(step),
            icon=SIGNS.get(step.move.key, "point"),
            kind=KINDS.get(step.move.key, "progress"),
            text="\n".join([*facts(step), *([step.note] if step.note else [])]),
            private=not step.public,
            waited=step.waited,
            photos=[
                picture(row) for row in rows if row.added_at == step.at and row.media == Media.JPEG
            ],
        )
        for step in told
    ]
    return made[::-1]


def _who(step: Told) -> str:
    if step.voice:
        return gettext("A resident")
    person = _person(step)
    if step.move.key in ("dispatch", "arbitrate"):  # its office is the one it went to
        return person
    if person and step.who:
        return gettext("%(person)s, %(office)s") % {"person": person, "office": step.who}
    return person or step.who


def _person(step: Told) -> str:
    """Who acted; a deputy with the name of whoever is away."""
    if not step.absent:
        return step.person
    return gettext("%(deputy)s for %(absent)s (deputy)") % {"deputy": step.person, "absent": step.absent}  # fmt: skip


def facts(step: Told) -> list[str]:
    """What else a step says: a reason, whom it went to, what was found."""
    words = {
        "reason": _("Reason: %s"),
        "lead": _("Leads: %s"),
        "suggested": _("Belongs to: %s"),
        "outcome": _("Outcome: %s"),
    }
    said = [str(label) % step.facts[key] for key, label in words.items() if step.facts.get(key)]
    if step.facts.get("assists"):
        said.append(gettext("Helps: %s") % gettext(", ").join(step.facts["assists"]))
    if "found" in step.facts:
        said.append(
            gettext("It is as reported.")
            if step.facts["found"]
            else gettext("Nothing of it was found.")
        )
    if "reached" in step.facts:
        said.append(gettext("Reached.") if step.facts["reached"] else gettext("Not reached."))
    if step.facts.get("made"):
        said += _late(step.facts["made"])
    if step.facts.get("stars"):
        said.append(gettext("%d of 5 stars") % step.facts["stars"])
    return said


def _late(made: dict[str, Any]) -> list[str]:
    """When it was written down, and what is to be thought of that telephone's clock."""
    when = localtime(datetime.fromisoformat(made["made_at"]))
    said = [gettext("Written down on %(when)s, sent later.") % {"when": f"{when:%Y-%m-%d %H:%M}"}]
    if not made["sure"]:
        told = localtime(datetime.fromisoformat(made["said_at"]))
        return [
            gettext("The telephone said %(when)s; its clock is wrong, so the time it came stands.")
            % {"when": f"{told:%Y-%m-%d %H:%M}"}
        ]
    minutes = round(made["ahead"] / 60)
    if minutes > 1:
        said.append(
            gettext("The telephone's clock was %(n)d min fast; the time was put right.")
            % {"n": minutes}
        )
    elif minutes < -1:
        said.append(
            gettext("The telephone's clock was %(n)d min slow; the time was put right.")
            % {"n": -minutes}
        )
    return said


KINDS = {
    "start": "open", "join": "open", "pass_check": "done", "close": "done", "call_back": "done",
    "self_handle": "done", "archive": "idle", "suspend": "waiting", "ask_delay": "waiting", "reopen": "waiting",
    "refuse": "late", "fail_check": "late", "press": "late", "return": "late", "dispute": "danger",
    "deny_delay": "late", "escalate": "waiting",
}  # fmt: skip
_SIGNS = {
    "start": {"icon": "message-report"},
    "join": {"icon": "users-plus"},
    "add": {"icon": "message-plus"},
    "accept": {"icon": "check"},
    "refuse": {"icon": "x"},
    "ask_verification": {"icon": "walk"},
    "verify": {"icon": "eye-check"},
    "dispatch": {"icon": "send"},
    "arbitrate": {"icon": "gavel"},
    "sign": {"icon": "signature"},
    "assist_signed": {"icon": "signature"},
    "return": {"icon": "arrow-back-up"},
    "dispute": {"icon": "scale"},
    "assist_done": {"icon": "tool"},
    "feed_back": {"icon": "tool"},
    "ask_delay": {"icon": "clock-plus"},
    "grant_delay": {"icon": "clock-check"},
    "deny_delay": {"icon": "clock-x"},
    "suspend": {"icon": "player-pause"},
    "resume": {"icon": "player-play"},
    "press": {"icon": "hand-finger"},
    "escalate": {"icon": "arrow-up-circle"},
    "correct": {"icon": "pencil"},
    "split_off": {"icon": "arrows-split"},
    "merge": {"icon": "arrows-join"},
    "take_in": {"icon": "arrows-join"},
    "self_handle": {"icon": "circle-check"},
    "pass_check": {"icon": "circle-check"},
    "close": {"icon": "circle-check"},
    "fail_check": {"icon": "circle-x"},
    "call_back": {"icon": "phone"},
    "rate": {"icon": "star"},
    "reopen": {"icon": "rotate"},
    "archive": {"icon": "archive"},
    "withdraw": {"icon": "arrow-back-up"},
}
SIGNS = {move: sign["icon"] for move, sign in _SIGNS.items()}
