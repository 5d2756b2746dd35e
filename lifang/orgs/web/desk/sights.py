"""Who can see this row, and why: by name for those who watch over rights, by post for those who keep the row."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refused
from lifang.core.access.capabilities import capabilities
from lifang.core.access.sights import Sight, Why
from lifang.core.web.forms import Form
from lifang.orgs import selectors
from lifang.orgs.selectors.sights import MAY, Sighted
from lifang.orgs.web.desk.areas import staff
from lifang.orgs.web.tables import PostSightTable, SightTable, post_name


class AskForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of row"))
    text = forms.CharField(
        label=gettext_lazy("Number or id"),
        max_length=60,
        help_text=gettext_lazy("A case by its number; anything by the id that the log shows."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.key, str(kind.name)) for kind in selectors.row_kinds(actor)
        ]


@require_GET
@staff
def ask(request: HttpRequest) -> HttpResponse:
    """Whose row: by number or id."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(MAY):
        raise Refused("not_allowed")
    form = AskForm(request.GET if "text" in request.GET else None, actor=actor)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = selectors.sighted_row(actor, given["kind"], given["text"])
        except Refused:
            form.add_error("text", _("No such row lies in your areas."))
        else:
            return redirect("orgs:sights_of", row.kind.key, row.pk)
    return render(request, "orgs/sights.html", {"form": form})


@dataclass(frozen=True)
class Line:
    """One account, or one post with its accounts, in words."""

    name: str
    url: str
    post: str
    posts: list[str]
    place: str
    how: list[str]
    why: str
    acts: list[str]
    accounts: int = 1

    @property
    def act_names(self) -> list[str]:
        known = capabilities()
        return [str(known[key].name) for key in self.acts]


@require_http_methods(["GET", "POST"])
@staff
def sights(request: HttpRequest, kind: str, pk: UUID) -> HttpResponseBase:
    """Everybody for whom one row exists."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.sighted_row(actor, kind, str(pk))
    found = selectors.who_sees(actor, row, request.at)  # type: ignore[attr-defined]
    lines = lines_of(actor, row, found)
    named = actor.may(MAY, row.area)
    table = SightTable(request, lines) if named else PostSightTable(request, by_post(lines))
    context = {
        "row": row,
        "place": selectors.place_name(row.area, 3),
        "named": named,
        "total": len(found),
        "may_ask": actor.may(MAY),
    }
    return table.response("orgs/sights_of.html", context)


def lines_of(actor: Actor, row: Sighted, found: list[Sight]) -> list[Line]:
    """The sights in words: names of places and units are asked once."""
    grants = [why.grant for sight in found for why in sight.whys if why.grant]
    places = selectors.names_of({grant.area for grant in grants})
    units = selectors.unit_names(
        {UUID(grant.holder[5:]) for grant in grants if grant.holder.startswith("unit:")}
    )
    absent = selectors.names_of_holders(actor, {grant.lent_for for grant in grants})
    words = _Words(
        places, {f"unit:{pk}": str(name) for pk, name in units.items()}, row.told, absent
    )
    may_open = actor.may("accounts.see")
    return [_line(sight, row, words, may_open) for sight in found]


@dataclass(frozen=True)
class _Words:
    places: dict[str, str]
    units: dict[str, str]
    told: Any
    absent: dict[str, str]

    def where(self, why: Why) -> str:
        if why.grant is None:
            return ""
        return self.units.get(why.grant.holder, "") or self.places.get(why.grant.area, "") or why.grant.area  # fmt: skip

    def reason(self, why: Why, holder: str) -> str:
        absent = self.absent.get(why.grant.lent_for) if why.grant else None
        said = self._said(why, holder)
        return f"{said} ({_('standing in for %(name)s') % {'name': absent}})" if absent else said

    def _said(self, why: Why, holder: str) -> str:
        if why.how == "area":
            return _("The post covers %(place)s, where the row lies") % {"place": self.where(why)}
        key = why.grant.holder if why.grant else holder
        more = self.told.get(key)
        if why.how == "unit":
            said = _("It concerns the unit %(unit)s") % {"unit": self.where(why)}
        else:
            said = _("It concerns this account itself")
        return f"{said}: {more}" if more else said


def _line(sight: Sight, row: Sighted, words: _Words, may_open: bool) -> Line:
    actor, whys = sight.actor, sight.whys
    posts = list(dict.fromkeys(why.grant.post for why in whys if why.grant))
    opens = may_open and actor.kind is not Kind.RESIDENT
    names = [post_name(post) for post in posts] or [str(_OWN_KINDS[actor.kind.value])]
    return Line(
        name=actor.name,
        url=reverse("accounts:one", args=[actor.id]) if opens else "",
        post=_join(names),
        posts=posts or [actor.kind.value],
        place=_join(dict.fromkeys(words.where(why) for why in whys if why.grant)),
        how=[why.how for why in whys],
        why=_join((words.reason(why, actor.holder) for why in whys), "；", "; "),
        acts=sight.acts(row.kind.acts, row.area),
    )


_OWN_KINDS = {
    "resident": gettext_lazy("A resident, at their own door"),
    "machine": gettext_lazy("A machine, by its key"),
    "staff": gettext_lazy("Staff without a post here"),
}


def _join(words: Iterable[Any], zh: str = "、", en: str = ", ") -> str:
    return (en if (get_language() or "zh").startswith("en") else zh).join(map(str, words))


def by_post(lines: list[Line]) -> list[Line]:
    """The same without names: how many accounts of each post."""
    counted = Counter((one.post, one.place, one.why) for one in lines)
    first = {(one.post, one.place, one.why): one for one in reversed(lines)}
    return [
        Line("", "", one.post, one.posts, one.place, one.how, one.why, one.acts, counted[key])
        for key, one in reversed(first.items())
    ]
