import re
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.access.capabilities import capabilities
from lifang.core.api import selectors, terms
from lifang.core.web.forms import Form


class KeyForm(Form):
    """Whose key, what for, how long, how narrow."""

    account = forms.TypedChoiceField(label=_("Acts as"), coerce=UUID, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("The program's name; you find it again by this."),
    )
    days = forms.IntegerField(
        label=_("Days it is valid"), min_value=1, max_value=terms.LONGEST.days, initial=90
    )
    areas = forms.CharField(
        label=_("Only in these areas"),
        required=False,
        help_text=_("Area codes, separated by commas. Empty: wherever the account may."),
    )
    networks = forms.CharField(
        label=_("Only from these networks"),
        required=False,
        max_length=1000,
        help_text=_("Such as 203.0.113.0/24, separated by commas. Empty: from anywhere."),
    )
    capabilities = forms.MultipleChoiceField(
        label=_("May also act"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without any, the key only reads."),
    )
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=100_000, initial=terms.PER_MINUTE
    )

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        holders = selectors.holders(actor)
        known = capabilities()
        offered = known.keys() if actor.may(terms.KEEP) else actor.capabilities & known.keys()
        self.fields["account"].choices = [(str(holder.id), holder.name) for holder in holders]  # type: ignore[attr-defined]
        named = [(key, f"{known[key].name} ({key})") for key in sorted(offered)]
        self.fields["capabilities"].choices = named  # type: ignore[attr-defined]
        self.initial["account"] = str(holders[0].id) if holders else None

    def clean_areas(self) -> list[str]:
        return listed(self.cleaned_data["areas"])

    def clean_networks(self) -> list[str]:
        return listed(self.cleaned_data["networks"])


def listed(text: str) -> list[str]:
    """What is separated by commas, blanks or lines."""
    return re.split(r"[\s,，;；、]+", text.strip(" \t\r\n,，;；、")) if text.strip() else []
