from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.pay import rules as pay
from lifang.core.web.forms import Form
from lifang.living.catalogue import ITEMS
from lifang.living.web import shown
from lifang.orgs import selectors as orgs

COMMUNITY = 12
MONTH = forms.TextInput(attrs={"type": "month"})


class Yuan(forms.Field):
    """An amount in yuan; cleaned it is fen."""

    def __init__(self, **more: Any) -> None:
        told = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}
        super().__init__(widget=forms.TextInput(attrs=told), **more)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        found = pay.fen(str(value))
        if not found:
            raise ValidationError(_("Write an amount in yuan, for example 128.50."))
        return found


class PartForm(Form):
    amount = Yuan(label=_("Amount (yuan)"))


class WhyForm(Form):
    amount = Yuan(label=_("Amount (yuan)"))
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("The household reads this."))
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)


def own_units(actor: Actor) -> dict[str, Any]:
    """The companies one works for, by id."""
    found = [orgs.unit(actor, holder.removeprefix("unit:")) for holder in sorted(actor.units)]
    return {str(unit.pk): unit for unit in found}


def served(unit: Any) -> list[str]:
    """Where a company may charge: all it serves, or one community of it."""
    return [unit.area, *orgs.codes_inside(unit.area, COMMUNITY)]


class _Own(Form):
    unit = forms.ChoiceField(label=_("Company"))
    area = forms.ChoiceField(label=_("Where"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = own_units(actor)
        self.fields["unit"].choices = [(pk, str(unit.name)) for pk, unit in self.units.items()]  # type: ignore[attr-defined]
        if len(self.units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = next(iter(self.units))
        areas = dict.fromkeys(code for unit in self.units.values() for code in served(unit))
        self.fields["area"].choices = [(code, orgs.place_name(code, 2)) for code in areas]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("unit"):
            said["unit"] = self.units[said["unit"]]
        return said


class RunForm(_Own):
    month = forms.RegexField(r"^20[0-9]{2}-(0[1-9]|1[0-2])$", label=_("Month"), widget=MONTH)


class TariffForm(_Own):
    item = forms.ChoiceField(label=_("Item"))
    basis = forms.ChoiceField(label=_("Charged by"), choices=list(shown.BASES.items()))
    price = forms.DecimalField(
        label=_("Price (yuan)"), min_value=0, max_digits=9, decimal_places=4,
        help_text=_("For one square metre, dwelling or unit of the meter, each month."),
    )  # fmt: skip
    since = forms.RegexField(r"^20[0-9]{2}-(0[1-9]|1[0-2])$", label=_("From month"), widget=MONTH)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["item"].choices = [(one.key, str(one.name)) for one in ITEMS.all()]  # type: ignore[attr-defined]
