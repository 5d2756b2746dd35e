"""Dogs: what of one is not as it should be, and notices to those who keep them, looked at before they go out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.notify.catalogue import templates
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import place_name
from lifang.registry import actions, rules, selectors
from lifang.registry.catalogue import DOG_RULES, policy
from lifang.registry.models import Dog
from lifang.registry.terms import Way
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent
from lifang.registry.web.kinds import NAMES

WAYS = {
    Way.ACCOUNT: Chip("done", gettext_lazy("By the account")),
    Way.TEXT: Chip("progress", gettext_lazy("By text message")),
    Way.DOOR: Chip("waiting", gettext_lazy("At the door")),
}
COMMUNITY, GRID = 12, 15


def names(keys: list[str]) -> list[Any]:
    """The rules by their names."""
    return [DOG_RULES[key] for key in keys if key in DOG_RULES]


def of_dog(actor: Actor, dog: Dog, today: date) -> dict[str, Any]:
    """What the page of a dog says beside its values."""
    keeper = selectors.kept_by(actor, [dog]).get(dog.pk, selectors.NOBODY)
    last = dog.told.order_by("-notice__sent_at").values_list("notice__sent_at", flat=True).first()
    return {
        "keeper": keeper.name, "told_at": last, "faults": names(rules.faults_of(dog, today)),
        "may_end": dog.valid_to is None and actor.may("registry.end_dog", dog.area),
    }  # fmt: skip


class Nothing(Form):
    """Only whether."""


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It died, was given away or moved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.dog(actor, pk)
    may(actor, "registry.end_dog", found.area)
    here, listed = (
        reverse("registry:thing", args=["dogs", pk]),
        reverse("registry:things", args=["dogs"]),
    )

    def do(form: Any) -> Done:
        actions.end_dog(actor=actor, dog=found, at=request.at)  # type: ignore[attr-defined]
        return _("The record has ended; that it was stays in the history."), listed

    return ask(
        request, Nothing(sent(request)), do, heading=_("End the record of %(name)s") % {"name": found}, go=_("End it"), back=here,
        lead=_("It died, was given away or moved away. Whoever kept it is told nothing more about it."),
        trail=((NAMES["dogs"], listed), (str(found), here)), icon="circle-x",
    )  # fmt: skip


# -- notices ----------------------------------------------------------------------------------------


class WhereForm(Form):
    """To whom: by where the dogs live."""

    elements = {"area": ""}

    area = forms.ChoiceField(label=gettext_lazy("Dogs of"))
    large = forms.BooleanField(label=gettext_lazy("Large dogs only"), required=False)
    road = forms.CharField(
        label=gettext_lazy("Where were large dogs seen?"), max_length=120, required=False,
        help_text=gettext_lazy("The section of the road; it stands in the notice. Empty: the notice speaks of the rules alone."),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("A word of your own"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands at the end of the notice. Names of residents do not belong here."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = parts(actor)  # type: ignore[attr-defined]


def parts(actor: Actor) -> list[tuple[str, str]]:
    """Communities and grids where one may write to keepers."""
    own = [
        grant.area for grant in actor.grants if grant.gives("registry.notify_keepers", grant.area)
    ]
    codes: list[str] = []
    for area in dict.fromkeys(own):
        codes += [area] if len(area) >= COMMUNITY else []
        codes += [
            code
            for level in (COMMUNITY, GRID)
            if level > len(area)
            for code in orgs.codes_inside(area, level)
        ]
    named = orgs.names_of(codes, 2)
    return [(code, named.get(code) or code) for code in dict.fromkeys(codes)]


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def preview(request: HttpRequest) -> HttpResponse:
    """Who would get what, before anything is sent; whoever is left ticked is told."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    choice = parts(actor)
    insist(None if choice else Refusal("not_allowed"))
    asked = {"area": choice[0][0]} | {
        k: str(v) for k, v in request.GET.items() if k in WhereForm.base_fields
    }
    if len(asked["area"]) > COMMUNITY and asked["area"] not in dict(choice):
        asked["area"] = asked["area"][:COMMUNITY]
    given = request.POST if request.method == "POST" else asked
    form = WhereForm(given, actor=actor)
    if not form.is_valid():
        return render(
            request, "registry/desk/dog_notice_new.html", {"form": form, "rows": []}, status=422
        )
    facts = form.cleaned_data
    chosen = request.POST.getlist("dog") if "send" in request.POST else []
    if "send" in request.POST:
        with form.refusals():
            made = actions.notify_keepers(
                actor=actor, dogs=[UUID(one) for one in chosen if _whole(one)], area=facts["area"], road=facts["road"],
                words=facts["words"], large=facts["large"], at=request.at,  # type: ignore[attr-defined]
            )  # fmt: skip
            n = made.told.count()
            messages.success(request, _("Sent to the keepers of %(n)d dogs.") % {"n": n})
            return redirect("registry:dog_notice", made.pk)
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    told = selectors.to_tell(actor, facts["area"], today, large=facts["large"])
    since = request.at - timedelta(days=policy("dog_notice_days"))  # type: ignore[attr-defined]
    rows = [_row(one, facts, since, chosen) for one in told]
    context = {
        "form": form, "rows": rows, "facts": facts, "days": policy("dog_notice_days"),
        "ways": [(WAYS[way], sum(row["told"].keeper.way == way for row in rows)) for way in Way],
        "unconfirmed": any(not rule.confirmed for row in rows for rule in row["rules"]),
    }  # fmt: skip
    return render(
        request, "registry/desk/dog_notice_new.html", context, status=422 if form.errors else 200
    )


def _whole(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _row(
    one: selectors.ToTell, facts: dict[str, Any], since: Any, chosen: list[str]
) -> dict[str, Any]:
    lately = one.told_at is not None and one.told_at > since
    return {
        "told": one, "rules": names(one.rules), "chip": WAYS[one.keeper.way], "place": place_name(one.dog.area, 1),
        "size": shown.code("dog_size", one.dog.size), "lately": lately, "text": _text(one.dog.name, one.rules, facts),
        "ticked": str(one.dog.pk) in chosen if chosen else not lately,
    }  # fmt: skip


def _text(dog: str, keys: list[str], facts: dict[str, Any]) -> str:
    """The notice as the keeper reads it."""
    template = templates()["registry.dogs_seen" if facts["road"] else "registry.dog_notice"]
    told = {
        "dog": dog,
        "road": facts["road"],
        "says": str(actions.says(keys)),
        "words": facts["words"],
    }
    return str(template.body.of(**told)).strip()


class NoticeTable(Table):
    sent_at = Column(
        gettext_lazy("Sent"), cell="time", sort="sent_at", link=lambda row: reverse("registry:dog_notice", args=[row.pk])
    )  # fmt: skip
    area = Column(gettext_lazy("Area"), value=lambda row: place_name(row.area, 2), wide=True)
    road = Column(gettext_lazy("Section of road"), wide=True)
    dogs = Column(gettext_lazy("Dogs"), cell="number", value="dogs_told")
    account = Column(gettext_lazy("Sent by"), value=lambda row: str(row.account or ""))

    key = "dog-notices"
    search = ("road", "words")
    order = "-sent_at"
    empty = Empty(
        gettext_lazy("No notice was sent yet."),
        gettext_lazy(
            "When large dogs are seen on a road again and again, tell those who keep one nearby."
        ),
        act=(gettext_lazy("Notices to keepers"), "registry:dog_notice_new"),
        icon="mail",
    )


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def notices(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return NoticeTable(request, selectors.dog_notices(actor)).response(
        "registry/desk/dog_notices.html", {}
    )


@require_GET
@only(Kind.STAFF)
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One sending: who was told what, and at which doors somebody has to knock."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.dog_notice(actor, pk)
    rows = list(selectors.dog_notified(actor, found))
    keepers = selectors.kept_by(actor, [one.dog for one in rows])
    lines = [
        {
            "dog": one.dog, "keeper": keepers.get(one.dog_id, selectors.NOBODY).name, "rules": names(one.rules),
            "chip": WAYS[Way(one.way)], "place": place_name(one.dog.area, 1),
        }
        for one in rows
    ]  # fmt: skip
    first = rows[0] if rows else None
    context = {
        "notice": found, "place": place_name(found.area, 2), "lines": lines, "doors": sum(one.way == Way.DOOR for one in rows),
        "text": _text(first.dog.name, first.rules, {"road": found.road, "words": found.words}) if first else "",
    }  # fmt: skip
    return render(request, "registry/desk/dog_notice.html", context)
