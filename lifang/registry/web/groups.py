"""Groups of a person: entered on their ground, with consent where it asks for that; reviewed; ended."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES, SOURCES, TAGS
from lifang.registry.models import Person, Tagging
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent

page = require_http_methods(["GET", "POST"])
ENDS = ("reviewed", "withdrawn", "mistake", "lapsed")


class TagForm(Form):
    tag = forms.ChoiceField(label=gettext_lazy("Which group?"))
    source = forms.ChoiceField(label=gettext_lazy("Where it is from"))
    consented = forms.BooleanField(
        label=gettext_lazy("The person agrees"), required=False,
        help_text=gettext_lazy("Needed where the group stands on consent; it can be taken back at any time."),
    )  # fmt: skip

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.key, f"{one.name}{_(' (with consent)')}" if one.consent else one.name) for one in TAGS if one.key not in taken]  # fmt: skip
        self.fields["tag"].choices = choices  # type: ignore[attr-defined]
        self.fields["source"].choices = [(one.key, one.name) for one in SOURCES]  # type: ignore[attr-defined]
        self.fields["source"].initial = "visit"


class EndForm(Form):
    ended = forms.ChoiceField(label=gettext_lazy("Why"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(CODES["end"].choices())
        keys = [key for key in ENDS if consent or key != "withdrawn"]
        self.fields["ended"].choices = [(key, known[key]) for key in keys]  # type: ignore[attr-defined]
        self.fields["ended"].initial = keys[0]


class Nothing(Form):
    """Only whether."""


def _trail(person: Person) -> tuple[tuple[Any, str], ...]:
    return ((_("People and homes"), reverse("registry:people")), (person.name, shown.person_url(person)))  # fmt: skip


@page
@only(Kind.STAFF)
def tag(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person belongs to a group from now on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.person(actor, pk)
    may(actor, "registry.tag", found.area)
    taken = {one.tag for one in selectors.taggings(actor, found)}
    form = TagForm(sent(request), taken=taken)

    def do(form: Any) -> Done:
        actions.tag(actor=actor, person=found, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        return _("The group is entered; the visits it asks for are planned."), shown.person_url(
            found
        )

    lead = _(
        "The person reads in their own record in which groups they are kept, and on what ground."
    )
    return ask(
        request, form, do, heading=_("Enter into a group: %(who)s") % {"who": found.name}, go=_("Enter"),
        back=shown.person_url(found), trail=_trail(found), lead=lead, icon="tag",
    )  # fmt: skip


def _held(request: HttpRequest, pk: UUID, capability: str) -> tuple[Actor, Tagging]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.tagging(actor, pk)
    may(actor, capability, row.area)
    insist(Refusal("ended_already") if row.valid_to else None)
    return actor, row


def _facts(row: Tagging) -> list[tuple[Any, Any]]:
    known = TAGS.get(row.tag)
    day = row.review_on if isinstance(row.review_on, date) else None
    return [
        (_("Group"), shown.tag_name(row.tag)),
        (_("Ground"), known.basis if known else "—"),
        (_("Agreed"), f"{row.consented_at:%Y-%m-%d}" if row.consented_at else _("Not needed")),
        (_("To be reviewed by"), f"{day:%Y-%m-%d}" if day else "—"),
    ]


@page
@only(Kind.STAFF)
def tag_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person no longer belongs to it."""
    actor, row = _held(request, pk, "registry.untag")
    known = TAGS.get(row.tag)
    form = EndForm(sent(request), consent=bool(known and known.consent))

    def do(form: Any) -> Done:
        actions.untag(actor=actor, tagging=row, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        return _("No longer in this group; visits planned for it alone have ended."), shown.person_url(row.person)  # fmt: skip

    return ask(
        request, form, do, heading=_("Take out of a group: %(who)s") % {"who": row.person.name}, go=_("Take out"),
        back=shown.person_url(row.person), trail=_trail(row.person), facts=_facts(row), icon="tag-off",
    )  # fmt: skip


@page
@only(Kind.STAFF)
def tag_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody looked: it is still so."""
    actor, row = _held(request, pk, "registry.review_tag")
    form = Nothing(sent(request))

    def do(form: Any) -> Done:
        actions.review_tag(actor=actor, tagging=row, at=request.at)  # type: ignore[attr-defined]
        return _("Reviewed; it is still so."), shown.person_url(row.person)

    return ask(
        request, form, do, heading=_("Review a group: %(who)s") % {"who": row.person.name}, go=_("It is still so"),
        back=shown.person_url(row.person), trail=_trail(row.person), facts=_facts(row), icon="checks",
        lead=_("You have asked or seen the paper, and the person still belongs to the group."),
    )  # fmt: skip
