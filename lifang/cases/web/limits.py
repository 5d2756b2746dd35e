"""How long each stage of a matter may take; an administrator revises it after looking at what it would have meant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.cases import actions, selectors
from lifang.cases.catalogue import LIMITS, MATTERS, Matter
from lifang.cases.models import Revision
from lifang.cases.selectors import Effect, Paced
from lifang.cases.web.limit_forms import STAGE_NAMES, RevisionForm
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.calendar import Limit
from lifang.core.web.htmx import page
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, ListTable
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import home_of, place_name

REVISE = "cases.revise_limits"
LEVELS = {"ordinary": _("Ordinary"), "urgent": _("Urgent"), "life": _("Danger to life")}


def _length(stage: str) -> Any:
    return lambda row: row.limits[stage].name if row.limits[stage] else "–"


def _state(row: Paced) -> Chip:
    if row.next:
        return Chip(
            "waiting",
            _("Changes on %(day)s") % {"day": f"{localtime(row.next.valid_from):%Y-%m-%d}"},
        )
    return Chip("progress", _("Revised")) if row.revised else Chip("idle", _("As in the catalogue"))


class PaceTable(ListTable):
    name = Column(
        _("Matter"), value="matter.name", wide=True, sort="matter.key",
        link=lambda row: reverse("cases:matter_limits", args=[row.matter.key]),
    )  # fmt: skip
    code = Column(_("Code"), value="matter.key")
    level = Column(_("Level"), value=lambda row: LEVELS[row.matter.level])
    pace = Column(_("Pace"), value=lambda row: LIMITS[row.matter.limits].name)
    accept = Column(_("Accept"), value=_length("accept"))
    handle = Column(_("Handle"), value=_length("handle"))
    check = Column(_("Check"), value=_length("check"), shown=False)
    state = Column(_("State"), cell="state", value=_state)

    key = "limits"
    search = ("matter.name.zh", "matter.name.en", "matter.key")
    filters = (
        Choice("level", _("Level"), LEVELS, field="matter.level"),
        Choice(
            "standing", _("State"),
            {"revised": _("Revised"), "next": _("Will change"), "catalogue": _("As in the catalogue")},
        ),
    )  # fmt: skip
    order = "matter.key"
    per_page = 30
    empty = Empty(
        _("No matter is called that."), _("Search for another word or take a filter away.")
    )


@require_GET
@only(Kind.STAFF)
def paces(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.paces(actor, home_of(actor), request.at)  # type: ignore[attr-defined]
    return PaceTable(request, found).response("cases/desk/limits.html", {})


@require_GET
@only(Kind.STAFF)
def matter(request: HttpRequest, matter: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    known, area = _known(matter), home_of(actor)
    held = selectors.limits(actor, known.key, area, at)
    usual = LIMITS[known.limits]
    context = {
        "matter": known,
        "usual": usual,
        "place": place_name(area),
        "stages": [
            (STAGE_NAMES[stage], held[stage], usual.of(stage, f"{localtime(at):%m-%d}"))
            for stage in selectors.STAGES
        ],
        "revisions": [_told(actor, row, at) for row in selectors.revisions(actor, known.key)],
        "may_revise": actor.may(REVISE),
    }  # fmt: skip
    return page(request, "cases/desk/matter_limits.html", context)


@only(Kind.STAFF)
def revision(request: HttpRequest, matter: str) -> HttpResponseBase:
    """Choose, look at what it would have meant, publish."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    insist(None if actor.may(REVISE) else Refusal("not_allowed"))
    known = _known(matter)
    held = selectors.limits(actor, known.key, home_of(actor), at)
    form = RevisionForm(request.POST or None, held=held, areas=_areas(actor), at=at)
    context: dict[str, Any] = {"matter": known, "form": form}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if "publish" in request.POST:
            with form.refusals():
                actions.revise_limits(actor=actor, matter=known.key, at=at, **told)
                messages.success(request, _("Published. Cases opened from that day on follow it."))
                return redirect("cases:matter_limits", known.key)
        month, found = _looked(actor, known.key, told, at)
        context |= {
            "effects": [_shown(actor, one) for one in found],
            "month": month,
            "where": place_name(told["area"]),
            "none": not any(one.cases for one in found),
        }
    return page(request, "cases/desk/limits_revision.html", context)


@require_POST
@only(Kind.STAFF)
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.revision(actor, pk)
    actions.withdraw_revision(actor=actor, revision=row, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Taken back. The limits stay as they are."))
    return redirect("cases:matter_limits", row.matter)


def _known(key: str) -> Matter:
    found = MATTERS.get(key)
    if found is None:
        raise Refused("not_found")
    return found


def _areas(actor: Actor) -> list[tuple[str, str]]:
    """The county and its streets, where the actor may revise."""
    home = home_of(actor)
    rows = orgs.divisions(actor, within=home).filter(level__lte=9).order_by("code")
    found = [(row.code, place_name(row.code)) for row in rows if actor.may(REVISE, row.code)]
    return found or [(home, place_name(home))]


def _looked(
    actor: Actor, matter: str, told: dict[str, Any], at: datetime
) -> tuple[datetime, list[Effect]]:
    """What it would have meant last month; where nothing came in then, in this month so far."""
    last, this = _last_month(at)
    for first, end in ((last, this), (this, at)):
        found = selectors.what_if(actor, matter, told["area"], told["stages"], (first, end), at)
        if any(one.cases for one in found):
            return first, found
    return last, found


def _last_month(at: datetime) -> tuple[datetime, datetime]:
    end = localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = (end.year - 1, 12) if end.month == 1 else (end.year, end.month - 1)
    return end.replace(year=before[0], month=before[1]), end


def _told(actor: Actor, row: Revision, at: datetime) -> dict[str, Any]:
    coming = row.valid_from > at
    return {
        "row": row,
        "chip": Chip("waiting", _("Not in force yet")) if coming else Chip("done", _("In force")),
        "place": place_name(row.area),
        "limits": [(STAGE_NAMES[stage], limit) for stage, limit in row.limits.items()],
        "may_withdraw": coming and actor.may("cases.withdraw_revision", row.area),
    }


def _shown(actor: Actor, effect: Effect) -> dict[str, Any]:
    late = selectors.turned(actor, effect.turned_late)
    timely = selectors.turned(actor, effect.turned_timely)
    return {
        "effect": effect,
        "name": STAGE_NAMES[effect.stage],
        "was": effect.on_time / effect.cases if effect.cases else None,
        "would": effect.on_time_then / effect.cases if effect.cases else None,
        "late": late,
        "timely": timely,
        "turned": [(_("Would be late"), len(effect.turned_late), late), (_("Would be in time"), len(effect.turned_timely), timely)],
        "shorter": _shorter(effect.before, effect.after),
    }  # fmt: skip


def _shorter(before: Limit | None, after: Limit) -> bool | None:
    """Whether the new limit is the shorter one; None where the units do not compare."""
    if before is None or before.unit != after.unit:
        return None
    return after.amount < before.amount
