"""What is asked about an order: of the household, of the shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.web.forms import Form
from lifang.living.catalogue import TOPICS
from lifang.living.models import Offer
from lifang.living.web.forms import Yuan
from lifang.living.web.repair_forms import moment_field


class PlaceForm(Form):
    called = _("An order from a shop: how to reach the household")
    count = forms.IntegerField(label=_("How many pieces"), min_value=1, max_value=99)
    home = forms.ChoiceField(label=_("Where"), required=False)
    wanted = moment_field(_("When"), required=True)
    wish = forms.CharField(label=_("A wish"), max_length=200, required=False)
    telephone = forms.RegexField(
        r"^\+?[0-9][0-9 ()-]{4,22}[0-9]$", label=_("Telephone"), required=False, help_text=_("The shop sees it while the order is open; each look is in the log."),
    )  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, offer: Offer, homes: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(one.pk): one for one in homes} if offer.at_home else {}
        choices = [(pk, _("At home: %(address)s") % {"address": one.address}) for pk, one in self.homes.items()]  # fmt: skip
        self.fields["home"].choices = [*choices, ("", _("At the shop"))]  # type: ignore[attr-defined]
        self.fields["home"].sometimes = True  # type: ignore[attr-defined]  # empty is at the shop
        if not self.homes:
            self.fields["home"].widget = forms.HiddenInput()

    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "count": told["count"], "home": self.homes.get(told["home"]), "wanted": told["wanted"], "wish": told["wish"], "telephone": told["telephone"],
            "batch": told["token"],
        }  # fmt: skip


class ComplainForm(Form):
    topic = forms.ChoiceField(label=_("What about"), widget=forms.RadioSelect)
    text = forms.CharField(label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip

    def __init__(self, *args: Any, of: str = "shop", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = [(one.key, str(one.name)) for one in TOPICS.all() if one.of == of]
        self.fields["topic"].choices = topics  # type: ignore[attr-defined]


class BackForm(Form):
    amount = Yuan(label=_("Amount (yuan)"))
    note = forms.CharField(label=_("Why"), max_length=200, help_text=_("The household reads this."))
