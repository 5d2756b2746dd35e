from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.notify.catalogue import outward
from lifang.core.notify.models import Preference
from lifang.core.notify.terms import Pace
from lifang.core.web.forms import Form


class PreferenceForm(Form):
    """How one wants to be told."""

    called = _("Choosing how to be told")

    telephone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=20,
        help_text=_("Only for telling you; nobody else sees it."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    sms = forms.BooleanField(label=_("Tell me by text message"), required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mail = forms.BooleanField(label=_("Tell me by e-mail"), required=False)
    pace = forms.ChoiceField(
        label=_("What can wait"),
        choices=[
            (Pace.AT_ONCE, _("Tell me at once, but not at night")),
            (Pace.DAILY, _("Once a day, in the morning")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Danger is always told at once."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("zh-hans", "中文"), ("en", "English")],
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, wish: Preference | None, data: Any = None) -> "PreferenceForm":
        initial: dict[str, Any] = {
            "sms": True,
            "mail": True,
            "pace": Pace.AT_ONCE,
            "language": "zh-hans",
        }
        if wish is not None:
            initial = {name: getattr(wish, name) for name in cls.base_fields}
        return cls(data, initial=initial)


class EndpointForm(Form):
    """Where to, what about, of which area."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Begins with https://; its host must be on the list of allowed hosts."),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    note = forms.CharField(label=_("What it is for"), max_length=200, required=False)
    area = forms.CharField(
        label=_("Area code"),
        max_length=15,
        help_text=_("Events of this area and everything in it: 6, 9, 12 or 15 digits."),
    )
    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        areas = [
            grant.area for grant in actor.grants if "notify.add_endpoint" in grant.capabilities
        ]
        self.initial["area"] = min(areas, default="")
        self.fields["events"].choices = event_choices()  # type: ignore[attr-defined]


def event_choices() -> list[tuple[str, str]]:
    """By context, each after all of it together."""
    known = sorted(outward().values(), key=lambda each: each.key)
    return [(each.key, f"{each.name} ({each.key})") for each in known]
