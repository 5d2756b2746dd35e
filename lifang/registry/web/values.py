"""One value of one thing written anew: what it was stays in its history."""

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

from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form, date_input
from lifang.core.web.views import only
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES, SOURCES, Element
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent
from lifang.registry.web.kinds import Kind as Thing
from lifang.registry.web.kinds import element_of, kind_of


class ValueForm(Form):
    """As the data element has it."""

    value = forms.CharField(label=gettext_lazy("New value"), max_length=300, required=False)
    document = forms.ChoiceField(label=gettext_lazy("Document"))
    source = forms.ChoiceField(label=gettext_lazy("Where it is from"))

    def __init__(self, *args: Any, element: Element, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = gettext_lazy("New value")
        if element.codes:
            choices = [("", "—"), *CODES[element.codes].choices()]
            self.fields["value"] = forms.ChoiceField(label=label, choices=choices, required=False)
        elif element.type == "date":
            self.fields["value"] = forms.DateField(label=label, widget=date_input(), required=False)
        self.fields["value"].help_text = _("Left empty, the value is taken away.")
        self.fields["value"].widget.attrs["autocomplete"] = "off"
        self.fields["source"].choices = [(one.key, one.name) for one in SOURCES if one.key not in ("merge", "deduced")]  # type: ignore[attr-defined]  # fmt: skip
        self.fields["source"].initial = "visit"
        self.fields["document"].choices = CODES["document"].choices()  # type: ignore[attr-defined]
        if element.check != "identity":
            del self.fields["document"]
        self.order_fields(["document", "value", "source"])

    def given(self) -> dict[str, str]:
        told = self.cleaned_data
        return {**told, "value": "" if told["value"] is None else str(told["value"])}


def _known(actor: Actor, row: Any, element: Element, today: Any) -> Any:
    found = next(
        one for one in selectors.known(actor, row, today) if one.element.key == element.key
    )
    return shown.facts(actor, [found])[0]


def _trail(kind: Thing, row: Any) -> tuple[tuple[Any, str], ...]:
    return ((_("People and homes"), reverse("registry:people")), (kind.title(row), kind.url(row)))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def value(request: HttpRequest, kind: str, pk: UUID, element: str) -> HttpResponse:
    """What is right now, and where that is from."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    thing = kind_of(kind)
    row, spec = thing.get(actor, pk), element_of(thing, element)
    may(actor, "registry.change", row.area)
    if not shown.writable(spec):
        raise Http404
    form = ValueForm(sent(request), element=spec)

    def do(form: Any) -> Done:
        actions.change(actor=actor, row=row, element=spec.key, at=at, **form.given())
        return _("Written down; what it was before stays in the history."), thing.url(row)

    now = _known(actor, row, spec, localtime(at).date())
    facts = [(_("In the register"), now["shown"] or "—"), (_("Where it is from"), now["source"] or "—"), (_("What for"), spec.purpose)]  # fmt: skip
    return ask(
        request, form, do, heading=_("Change: %(field)s") % {"field": spec.name}, go=_("Write it down"), back=thing.url(row),
        trail=_trail(thing, row), facts=facts, icon="pencil",
    )  # fmt: skip


@require_GET
@only(Kind.STAFF)
def history(request: HttpRequest, kind: str, pk: UUID, element: str) -> HttpResponse:
    """The values one field had, masked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    thing = kind_of(kind)
    row, spec = thing.get(actor, pk), element_of(thing, element)
    rows = shown.past(actor, spec, selectors.history(actor, row, spec.key))
    context = {"title": thing.title(row), "back": thing.url(row), "element": spec, "rows": rows}
    return render(request, "registry/desk/history.html", context)
