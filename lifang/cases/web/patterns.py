"""What comes again, what rises, what is handed on (`/desk/figures/patterns`); where the time goes (`/desk/figures/steps`)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lifang.cases.catalogue import CASE, MATTERS
from lifang.cases.selectors import patterns as asked
from lifang.cases.selectors.patterns import Proposal, Spent
from lifang.cases.web.figures import listed, reader
from lifang.cases.web.frames import Framed, framed
from lifang.core.access import Actor, Kind
from lifang.core.flow.picture import drawn
from lifang.core.web.times import rough, span
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs

Facts = dict[str, Any]
STEP_NAMES = {"verify": "verify", "dispatch": "dispatch", "sign": "sign", "check": "pass_check", "call_back": "call_back"}  # fmt: skip


@require_GET
@only(Kind.STAFF)
def patterns(request: HttpRequest) -> HttpResponse:
    actor, look = reader(request), framed(request)
    context = {
        "look": look,
        "may_order": actor.may("cases.order_joint", look.frame.area),
        "rising": [
            {**one._asdict(), "more": one.more, **_matter(look, one.matter)}
            for one in asked.rising(actor, look.frame)
        ],
        "spots": spots(actor, look),
        "topics": [
            {**one._asdict(), **_matter(look, one.matter)}
            for one in asked.topics(actor, look.frame)
        ],
        "chains": _chains(actor, look),
    }
    return render(request, "cases/desk/patterns.html", context)


def name_of(matter: str) -> str:
    return str(MATTERS[matter].name) if matter in MATTERS else matter


def _matter(look: Framed, matter: str) -> Facts:
    return {"name": name_of(matter), "url": listed(look, "reported", about=matter), "order": ordering(look, about=matter)}  # fmt: skip


def ordering(look: Framed, **what: str) -> str:
    """Where a joint action against it is ordered."""
    return f"{reverse('cases:joint_order')}?{look.query(**what)}"


def spots(actor: Actor, look: Framed) -> list[Facts]:
    """Repeat places with their lists."""
    found = asked.repeat_places(actor, look.frame)
    names = orgs.names_of({one.area for one in found}, 2)
    return [
        {
            "where": one.place or names[one.area],
            "matter": name_of(one.matter),
            "count": one.cases,
            "open": one.open,
            "last": one.last,
            "url": listed(look, "reported", about=one.matter, cell=str(one.cell)),
            "order": ordering(look, about=one.matter, cell=str(one.cell)),
        }
        for one in found
    ]


def _chains(actor: Actor, look: Framed) -> list[Facts]:
    found = asked.chains(actor, look.frame)
    names = orgs.unit_names({UUID(unit) for one in found for unit in one.units})
    told = {str(pk): name for pk, name in names.items()}
    return [
        {
            "units": " → ".join(told.get(unit, _("a closed unit")) for unit in one.units),
            "count": one.cases,
            "examples": [(number, reverse("cases:case", args=[pk])) for pk, number in one.examples],
        }
        for one in found
    ]


@require_GET
@only(Kind.STAFF)
def steps(request: HttpRequest) -> HttpResponse:
    actor, look = reader(request), framed(request)
    spent = asked.step_times(actor, look.frame)
    facts = asked.step_facts(actor, look.frame)
    total = sum((one.total for one in spent), timedelta())
    working = sum((one.total for one in spent if one.working), timedelta())
    context = {
        "look": look,
        "spent": [_spent(one, total) for one in spent],
        "picture": drawn(CASE(), {one.state: _measured(one, total) for one in spent}),
        "bars": [(_state(one.state), round(one.median / timedelta(hours=1), 1)) for one in spent],
        "working": f"{working / total:.0%}" if total else None,
        "waiting": f"{1 - working / total:.0%}" if total else None,
        "proposals": [_proposal(one) for one in asked.proposals(spent, facts)],
        "facts": [
            {"name": CASE().move[STEP_NAMES[one.step]].name, "done": one.done, "mattered": one.mattered, "idle": one.idle}
            for one in facts
        ],
    }  # fmt: skip
    return render(request, "cases/desk/steps.html", context)


def _state(key: str) -> str:
    return str(CASE().state[key].name)


def _spent(one: Spent, total: timedelta) -> Facts:
    kind = _("work") if one.working else _("waiting")
    return {
        "name": _state(one.state), "kind": kind, "count": one.count, "median": one.median,
        "p90": one.p90, "share": one.total / total if total else None,
    }  # fmt: skip


def _measured(one: Spent, total: timedelta) -> str:
    """What stands on a state in the picture: the median, and its part of all the time."""
    part = f"{one.total / total:.0%}" if total else "—"
    return _("%(median)s · %(part)s of all time") % {"median": rough(one.median), "part": part}


def _proposal(one: Proposal) -> Facts:
    """What might be dropped, and why, in words."""
    what = {
        "verify": _("Accept without asking the grid worker to look first"),
        "dispatch": _("Let the duties matrix dispatch by itself"),
        "sign": _("Count a case as signed for when it is handed over"),
        "check": _("Check a random sample instead of every case"),
        "call_back": _("Call back a random sample instead of everybody"),
    }
    why = _(
        "In %(idle)s of %(done)s cases it changed nothing; half of them waited %(median)s or longer for it, together %(total)s."
    ) % {
        "idle": f"{one.facts.idle:.1%}",
        "done": f"{one.facts.done:,}",
        "median": span(one.spent.median),
        "total": span(one.spent.total),
    }
    return {"what": what[one.facts.step], "why": why}
