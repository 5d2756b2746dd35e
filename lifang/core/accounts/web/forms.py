from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lifang.core.accounts.terms import AccountKind
from lifang.core.web.forms import Form

_CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short", "maxlength": 12}


class StaffForm(Form):
    login = forms.CharField(
        label=_("Login"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class TelephoneForm(Form):
    called = _("Signing in by telephone")

    telephone = forms.CharField(
        label=_("Telephone number"),
        max_length=24,
        help_text=_("We send you a code by text message. No password is needed."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(Form):
    code = forms.CharField(
        label=_("The six figures"), max_length=12, widget=forms.TextInput(attrs=_CODE)
    )


class FactorForm(Form):
    code = forms.CharField(
        label=_("Code of your authenticator"),
        max_length=20,
        help_text=_("Six figures; or one of your recovery codes."),
        widget=forms.TextInput(attrs={**_CODE, "maxlength": 20}),
    )


class EnrolForm(Form):
    code = forms.CharField(
        label=_("The six figures it shows now"), max_length=12, widget=forms.TextInput(attrs=_CODE)
    )


class NewPasswordForm(Form):
    new = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two are not the same."))
        return given


class ConfirmForm(Form):
    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("Code of your authenticator"),
        max_length=20,
        widget=forms.TextInput(attrs={**_CODE, "maxlength": 20}),
    )

    def __init__(self, *args: Any, factor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not factor:
            del self.fields["code"]


class LanguageForm(Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class OpenForm(Form):
    called = _("Opening a staff account")

    login = forms.CharField(
        label=_("Login"),
        max_length=64,
        help_text=_("Small letters, figures, dots and dashes. It is never shown to residents."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(label=_("Full name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (AccountKind.STAFF, AccountKind.MACHINE)],
        initial=AccountKind.STAFF,
        widget=forms.RadioSelect,
        help_text=_("A machine has no password; it signs its requests with a key."),
    )
    telephone = forms.CharField(label=_("Telephone number"), max_length=24, required=False)
