from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.api.web.forms import listed
from lifang.core.web.forms import Form, date_input
from lifang.exchange import actions
from lifang.exchange.catalogue import ACCESSES, DATA_KINDS, LEVELS
from lifang.exchange.rules import NewSystem
from lifang.orgs import selectors as orgs


class _Protected(Form):
    """Level of protection and networks: asked for at first and at each renewal."""

    networks = forms.CharField(
        label=_("Networks it calls from"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as 203.0.113.0/24. Calls from elsewhere are turned away and counted."),
    )  # fmt: skip
    level = forms.TypedChoiceField(
        label=_("Classified protection"), coerce=int, widget=forms.RadioSelect,
        help_text=_("As certified by the police; each interface says which level it needs."),
    )  # fmt: skip
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=60, required=False)  # fmt: skip
    assessed_on = forms.DateField(label=_("Last assessed on"), required=False, widget=date_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(one.level, str(one.name)) for one in LEVELS]  # type: ignore[attr-defined]
        self.fields["certificate"].sometimes = self.fields["assessed_on"].sometimes = True  # type: ignore[attr-defined]

    def clean_networks(self) -> tuple[str, ...]:
        return tuple(listed(self.cleaned_data["networks"]))


class AskForm(_Protected):
    called = _("Admission of outside systems")
    elements = {"body": "", "contact": "", "telephone": ""}  # of a body
    name = forms.CharField(label=_("Name of the system"), max_length=80)
    body = forms.CharField(label=_("Body that answers for it"), max_length=120, help_text=_("The legal name."))  # fmt: skip
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=18)
    contact = forms.CharField(label=_("Contact"), max_length=60, required=False)
    telephone = forms.RegexField(
        r"^[0-9+ -]{5,20}$", label=_("Telephone of the body"), max_length=20, required=False,
        help_text=_("A text message goes there before the admission ends."),
    )  # fmt: skip
    area = forms.ChoiceField(label=_("Area it may see"))
    purpose = forms.CharField(label=_("What for"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
    accesses = forms.MultipleChoiceField(label=_("What it asks for"), widget=forms.CheckboxSelectMultiple)  # fmt: skip
    kept = forms.MultipleChoiceField(label=_("What it keeps of that"), widget=forms.CheckboxSelectMultiple)  # fmt: skip

    field_order = (
        "name", "body", "credit_code", "contact", "telephone", "area", "purpose", "accesses", "kept", "level", "certificate",
        "assessed_on", "networks",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        home = orgs.home_of(actor)
        self.fields["area"].choices = [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]  # type: ignore[attr-defined]  # fmt: skip
        self.fields["accesses"].choices = [(one.key, _offered(one)) for one in ACCESSES]  # type: ignore[attr-defined]
        self.fields["kept"].choices = [(one.key, str(one.name)) for one in DATA_KINDS]  # type: ignore[attr-defined]

    def new(self) -> NewSystem:
        """As it was entered."""
        facts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in self.cleaned_data.items() if name != "area"}  # fmt: skip
        return NewSystem(**facts)

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong at once."""
        given = super().clean() or {}
        if not self.errors:
            for wrong in actions.faults_of(self.new(), localtime(self.at).date()):
                if wrong is not None:
                    self.add_error(wrong.facts.get("field"), str(wrong))
        return given


class ApplyForm(AskForm):
    """The same, by the operator itself."""

    called = _("An operator applies for a system")
    telephone = forms.RegexField(
        r"^[0-9+ -]{5,20}$", label=_("Telephone of the body"), max_length=20,
        help_text=_("You are asked there when something is unclear, and told before the admission ends."),
    )  # fmt: skip
    contact = forms.CharField(label=_("Contact"), max_length=60, help_text=_("Who answers questions."))  # fmt: skip
    agree = forms.BooleanField(label=_("I apply on behalf of this body, and what I say is true"))

    def new(self) -> NewSystem:
        self.cleaned_data.pop("agree", None)
        return super().new()


class RenewalForm(_Protected):
    """What may have changed since."""


class NoteForm(Form):
    note = forms.CharField(label=_("Why"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


def _offered(one: Any) -> str:
    """What it is, what it opens, which level of protection it needs."""
    said = gettext("%(name)s: %(plain)s") % {"name": one.name, "plain": one.plain}
    needed = next((each.name for each in LEVELS if one.level and each.level == one.level), None)
    return gettext("%(said)s (%(level)s or higher)") % {"said": said, "level": needed} if needed else said  # fmt: skip
