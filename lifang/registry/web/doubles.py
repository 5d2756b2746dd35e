"""People who may stand twice: shown side by side, merged with the reason kept, and two again if that was wrong."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import divisions, home_of, names_of, place_name
from lifang.registry import actions, selectors
from lifang.registry.models import Person
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent

MOST, MOST_MERGES, MOST_COMMUNITIES = 60, 30, 300
COMMUNITY = 12
WHY = {
    "same_identity": gettext_lazy("same number of the document"),
    "same_name_born_telephone": gettext_lazy("same name, birthday and telephone"),
    "same_name_born": gettext_lazy("same name and birthday"),
    "same_name_telephone": gettext_lazy("same name and telephone"),
    "one_digit_identity": gettext_lazy("numbers differ in one place"),
}


def why(codes: list[str]) -> str:
    return _(", ").join(str(WHY.get(code, code)) for code in codes)


class MergeForm(Form):
    kept = forms.ChoiceField(label=gettext_lazy("Which record stays?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("How do you know that it is one person?"), max_length=200,
        help_text=gettext_lazy("Kept with the merge."),
    )  # fmt: skip

    def __init__(self, *args: Any, rows: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = rows  # type: ignore[attr-defined]
        self.fields["kept"].initial = rows[0][0]


@require_GET
@only(Kind.STAFF)
def doubles(request: HttpRequest) -> HttpResponse:
    """Pairs of one's own area that may be one person, and what has been merged."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    home = home_of(actor)
    communities = {} if len(home) >= COMMUNITY else _communities(actor, home)
    asked = request.GET.get("area", "")
    area = asked if asked in communities else home if len(home) >= COMMUNITY else ""
    found = selectors.doubles_in(actor, area, MOST) if area else []
    merges = list(selectors.merged_in(actor)[:MOST_MERGES])
    context = {
        "tab": "doubles",
        "communities": communities,
        "area": area,
        "pairs": [{"one": one, "other": other, "why": why(codes), "place": place_name(one.area, 2)} for one, other, codes in found],
        "merges": [{"merge": one, "why": why(one.reasons), "place": place_name(one.area, 2)} for one in merges],
        "most": MOST if len(found) == MOST else 0,
    }  # fmt: skip
    return render(request, "registry/desk/doubles.html", context)


def _communities(actor: Actor, home: str) -> dict[str, str]:
    """Comparing everybody with everybody is done a community at a time."""
    rows = divisions(actor, within=home, level=COMMUNITY).order_by("code")[:MOST_COMMUNITIES]
    return names_of(rows.values_list("code", flat=True), 2)


def _pair(request: HttpRequest, pk: UUID, other: UUID) -> tuple[Actor, list[Person]]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if pk == other:
        raise Http404
    rows = [selectors.person(actor, pk), selectors.person(actor, other)]
    insist(Refusal("merged_already") if rows[0].pk == rows[1].pk else None)
    return actor, rows


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def merge(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Both records side by side; whoever may makes them one."""
    actor, rows = _pair(request, pk, other)
    at = request.at  # type: ignore[attr-defined]
    mine = actor.may("registry.merge", rows[0].area) and actor.may("registry.merge", rows[1].area)
    if request.method == "POST":
        may(actor, "registry.merge", rows[0].area)
    reasons = next((one.reasons for one in selectors.doubles(actor, rows[0]) if one.person.pk == rows[1].pk), [])  # fmt: skip
    named = [(str(row.pk), _("Record %(n)d: in the register since %(day)s") % {"n": n, "day": f"{row.valid_from:%Y-%m-%d}"}) for n, row in enumerate(rows, 1)]  # fmt: skip
    form = MergeForm(sent(request), rows=named)
    if request.method == "POST" and form.is_valid():
        kept = next(row for row in rows if str(row.pk) == form.cleaned_data["kept"])
        dropped = next(row for row in rows if row.pk != kept.pk)
        with form.refusals():
            actions.merge(actor=actor, kept=kept, dropped=dropped, reasons=reasons, note=form.cleaned_data["note"], at=at)  # fmt: skip
            return _merged(request, kept)
    context = {
        "people": rows, "lines": _beside(actor, rows, localtime(at).date()), "why": why(reasons), "form": form, "may": mine,
        "homes": [_home(actor, row) for row in rows],
    }  # fmt: skip
    return render(request, "registry/desk/merge.html", context, status=422 if form.errors else 200)


def _merged(request: HttpRequest, kept: Person) -> HttpResponse:
    from django.contrib import messages  # noqa: PLC0415
    from django.shortcuts import redirect  # noqa: PLC0415

    messages.success(request, _("They are one record now; it can be undone on this page."))
    return redirect("registry:person", kept.pk)


def _home(actor: Actor, row: Person) -> str:
    read = selectors.with_homes(actor, selectors.persons(actor).filter(pk=row.pk)).first()
    return shown.home_of(read) if read else place_name(row.area, 2)


def _beside(actor: Actor, rows: list[Person], today: Any) -> list[dict[str, Any]]:
    """Element by element, masked; whether both say the same is asked of the clear and only told."""
    one, other = ([*shown.facts(actor, selectors.known(actor, row, today))] for row in rows)
    return [
        {"name": a["name"], "one": a["shown"], "other": b["shown"], "same": bool(a["shown"]) and a["shown"] == b["shown"]}
        for a, b in zip(one, other, strict=True)
        if a["shown"] or b["shown"]
    ]  # fmt: skip


class Nothing(Form):
    """Only whether."""


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def merge_undoing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They were two after all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.merge(actor, pk)
    may(actor, "registry.undo_merge", row.area)
    insist(Refusal("undone_already") if row.undone_at else None)
    form, back = Nothing(sent(request)), shown.person_url(row.kept)

    def do(form: Any) -> Done:
        actions.undo_merge(actor=actor, merge=row, at=request.at)  # type: ignore[attr-defined]
        return _("They are two records again, as they were before."), back

    facts = [(_("Record that stayed"), row.kept.name), (_("Merged"), f"{localtime(row.merged_at):%Y-%m-%d}"), (_("Why"), why(row.reasons) or "—"), (_("Note"), row.note or "—")]  # fmt: skip
    lead = _(
        "Both records, their households, groups, ties and visits stand as they did before the merge."
    )
    return ask(
        request, form, do, heading=_("Undo a merge"), go=_("Undo the merge"), back=back, icon="arrow-back-up", facts=facts, lead=lead,
        trail=((_("May stand twice"), reverse("registry:doubles")),),
    )  # fmt: skip
