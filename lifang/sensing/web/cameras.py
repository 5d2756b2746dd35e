"""The register of cameras as the list that platforms of GB/T 28181 give to one another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.config import config
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions
from lifang.sensing.actions.cameras import would_take
from lifang.sensing.adapters.gb28181 import catalog
from lifang.sensing.rules import Refusing
from lifang.sensing.web.here import asking, moment

MOST_LISTED = 50


def _areas(actor: Actor) -> list[tuple[str, str]]:
    home = orgs.home_of(actor)
    return [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]


class ListForm(Form):
    file = forms.FileField(label=gettext_lazy("List of cameras (XML of a Catalog response, GB/T 28181)"))  # fmt: skip
    area = forms.ChoiceField(label=gettext_lazy("Where they may stand"))
    enter = forms.ChoiceField(
        label=gettext_lazy("What is to be done?"), widget=forms.RadioSelect, required=False,
        choices=[("", gettext_lazy("Only look what would be new")), ("yes", gettext_lazy("Enter the new ones"))],
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = _areas(actor)  # type: ignore[attr-defined]

    def listed(self) -> catalog.Read | None:
        """What the file holds; nothing, with its fault on the form."""
        try:
            return catalog.read(self.cleaned_data["file"].read(catalog.MOST_BYTES + 1))
        except Refusing as wrong:
            self.add_error("file", _("This is no list of cameras: %(why)s") % {"why": f"{wrong.reason} {wrong.detail}"[:120]})  # fmt: skip
        return None


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def cameras(request: HttpRequest) -> HttpResponse:
    """A list of another platform: looked at, then entered; and our own to take along."""
    actor = asking(request)
    gives, takes = actor.may("sensing.give_cameras"), actor.may("sensing.take_cameras")
    insist(None if gives or takes else Refusal("not_allowed"))
    form = ListForm(request.POST or None, request.FILES or None, actor=actor)
    found: catalog.Read | None = None
    taken = None
    if request.method == "POST":
        insist(None if takes else Refusal("not_allowed"))
        found = form.listed() if form.is_valid() else None
    if found is not None:
        facts = form.cleaned_data
        with form.refusals():
            if facts["enter"]:
                taken = actions.take_cameras(actor=actor, items=found.items, area=facts["area"], at=moment(request))  # fmt: skip
                messages.success(request, ngettext("%(n)d camera was entered.", "%(n)d cameras were entered.", len(taken.new)) % {"n": len(taken.new)})  # fmt: skip
                return redirect("sensing:cameras")
            taken = would_take(actor, found.items, facts["area"], moment(request))
    context = {
        "form": form, "gives": gives, "takes": takes, "areas": _areas(actor), "found": found, "taken": taken,
        "elsewhere": taken.elsewhere[:MOST_LISTED] if taken else [], "wrong": found.wrong[:MOST_LISTED] if found else [],
    }  # fmt: skip
    return render(request, "sensing/desk/cameras.html", context)


@require_POST
@only(Kind.STAFF)
def camera_list(request: HttpRequest) -> HttpResponse:
    """Our cameras as the list of another platform."""
    actor, at = asking(request), moment(request)
    area = request.POST.get("area", "")
    area = area if area in dict(_areas(actor)) else orgs.home_of(actor)
    items = actions.give_cameras(actor=actor, area=area, at=at)
    answer = HttpResponse(catalog.written(items, config().sip_id), content_type="application/xml; charset=GB18030")  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="cameras-{area}-{localtime(at):%Y%m%d}.xml"'  # fmt: skip
    return answer
