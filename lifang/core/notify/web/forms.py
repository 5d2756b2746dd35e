from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.notify.models import Preference
from lifang.core.notify.terms import Pace
from lifang.core.web.forms import Form


class PreferenceForm(Form):
    """How one wants to be told."""

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
