"""What is asked about a shop: of its keeper, of whoever looks at it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.forms.fields import Papers
from lifang.core.web.forms import Form
from lifang.living.catalogue import TRADES, operator
from lifang.living.models import Shop
from lifang.living.rules.shops import Told
from lifang.living.web.repair_forms import Free

DAYS = (("1", _("Mon")), ("2", _("Tue")), ("3", _("Wed")), ("4", _("Thu")), ("5", _("Fri")), ("6", _("Sat")), ("7", _("Sun")))  # fmt: skip
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ShopForm(Form):
    called = _("A shop asks to be listed")
    elements = {"name": "", "telephone": "", "address": "", "code": ""}  # of the shop, about nobody
    name = forms.CharField(label=_("Name of the shop"), max_length=60)
    trade = forms.ChoiceField(label=_("Line of trade"))
    code = forms.CharField(label=_("Unified social credit code"), max_length=20, help_text=_("18 characters, as on the licence. Its check character is looked at."))  # fmt: skip
    telephone = forms.RegexField(r"^\+?[0-9][0-9 -]{4,18}[0-9]$", label=_("Telephone of the shop"), max_length=20, help_text=_("Published with the shop."))  # fmt: skip
    address = forms.CharField(label=_("Address"), max_length=120)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    opens = forms.TimeField(label=_("Opens"), widget=CLOCK)
    closes = forms.TimeField(label=_("Closes"), widget=CLOCK)
    days = forms.MultipleChoiceField(label=_("Open on"), choices=DAYS, widget=forms.CheckboxSelectMultiple)  # fmt: skip
    about = forms.CharField(label=_("What people should know"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
    step_free = forms.BooleanField(label=_("Reached without steps"), required=False)
    licence = Papers(kind="photo", most=3, label=_("Licence or certificate (photo)"), required=False, help_text=_("Seen by whoever looks at your application, never published."))  # fmt: skip
    terms = forms.BooleanField(label=_("I have read the terms of the business door and agree"))

    def __init__(self, *args: Any, shop: Shop | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trade"].choices = [(one.key, str(one.name)) for one in TRADES.all()]  # type: ignore[attr-defined]
        self.fields["licence"].required = shop is None

    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        told = Told(**{name: said[name] for name in Told._fields if name != "days"}, days="".join(said["days"]))  # fmt: skip
        return {"told": told, "terms": operator().terms, "licence": said["licence"] or []}


def first_of(shop: Shop) -> dict[str, Any]:
    """A shop as its form shows it again."""
    return {name: getattr(shop, name) for name in Told._fields} | {"days": list(shop.days)}


class OfferForm(Form):
    called = _("A service of a shop")
    elements = {"name": "", "unit": ""}  # of the service
    name = forms.CharField(label=_("Service or thing"), max_length=60)
    price = Free(label=_("Price (yuan)"), required=False, help_text=_("Leave it empty when it is free of charge."))  # fmt: skip
    unit = forms.CharField(label=_("The price is for one"), max_length=12, help_text=_("For example: time, meal, hour."))  # fmt: skip
    at_home = forms.BooleanField(label=_("Also at the customer's home"), required=False)
