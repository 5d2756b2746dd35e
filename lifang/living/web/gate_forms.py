"""What is asked about gates: of the household that invites, of the desk that keeps them, of whoever stands there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.living import selectors
from lifang.living.catalogue import GATE_KINDS, policy
from lifang.living.terms import Who
from lifang.living.web import parcel_shown
from lifang.living.web.forms import own_units
from lifang.living.web.repair_forms import moment_field
from lifang.orgs import selectors as orgs
from lifang.registry.selectors import Cell, Home

WHO: dict[str, Any] = {
    Who.HOUSEHOLD: _("Households, with a card or a code"),
    Who.VEHICLE: _("Vehicles of the register"),
    Who.VISITOR: _("Visitors with a pass"),
}
SAID = {"code": _("Pass code"), "plate": _("Number plate"), "card": _("Card")}
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class InviteForm(Form):
    called = _("Inviting a visitor: the plate of the visitor's car")
    elements = {"plate": ""}  # somebody else's car, in no register of ours
    home = forms.ChoiceField(label=_("Which home"))
    starts = moment_field(_("May come from"), required=True)
    ends = moment_field(_("until"), required=True)
    entries = forms.IntegerField(label=_("How many times in"), min_value=1)
    plate = forms.CharField(label=_("Number plate, if they drive"), max_length=12, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}))  # fmt: skip
    word = forms.CharField(label=_("A word for yourself"), max_length=40, required=False, help_text=_("For example: movers. Nobody else reads it."))  # fmt: skip

    def __init__(self, *args: Any, homes: list[Home], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(one.door.pk): one.door for one in homes}
        self.fields["entries"].max_value = policy("pass_entries")  # type: ignore[attr-defined]
        self.fields["home"].choices = [(pk, door.address) for pk, door in self.homes.items()]  # type: ignore[attr-defined]
        if len(homes) == 1:
            self.fields["home"].widget = forms.HiddenInput()
            self.fields["home"].initial = next(iter(self.homes))


class CheckForm(Form):
    elements = {"said": ""}  # what whoever stands there shows, compared and not kept
    what = forms.ChoiceField(label=_("What they show"), choices=list(SAID.items()), widget=forms.RadioSelect)  # fmt: skip
    said = forms.CharField(label=_("Code, plate or card"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "autofocus": True}))  # fmt: skip
    direction = forms.ChoiceField(choices=[("in", ""), ("out", "")])


class GateForm(Form):
    unit = forms.ChoiceField(label=_("Company"))
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As people call it: east gate, garage."))  # fmt: skip
    kind = forms.ChoiceField(label=_("What it is"), widget=forms.RadioSelect)
    where = forms.ChoiceField(label=_("What it leads to"))
    admits = forms.MultipleChoiceField(label=_("Whom it admits"), choices=list(WHO.items()), widget=forms.CheckboxSelectMultiple)  # fmt: skip
    visitors_from = forms.TimeField(label=_("Visitors by day from"), required=False, widget=TIME)
    visitors_until = forms.TimeField(label=_("until"), required=False, widget=TIME, help_text=_("Leave both empty: at any hour. Outwards it always opens."))  # fmt: skip
    device = forms.ChoiceField(label=_("Its device"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = own_units(actor)
        self.buildings = {str(one.pk): one for unit in self.units.values() for one in selectors.buildings(actor, unit)}  # fmt: skip
        devices = {str(one.pk): one for unit in self.units.values() for one in selectors.gate_devices(actor, unit)}  # fmt: skip
        areas = dict.fromkeys(code for unit in self.units.values() for code in selectors.communities_kept(actor, unit))  # fmt: skip
        places = [(code, orgs.place_name(code, 2)) for code in areas]
        doors = [(pk, f"{one.estate} {one.name}".strip()) for pk, one in self.buildings.items()]
        self.fields["unit"].choices = [(pk, str(unit.name)) for pk, unit in self.units.items()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in GATE_KINDS.all()]  # type: ignore[attr-defined]
        leads = [(_("The whole community"), places), (_("One building"), doors)]
        self.fields["where"].choices = leads  # type: ignore[attr-defined]
        told = [("", _("none: checked by hand")), *((pk, one.name) for pk, one in devices.items())]
        self.fields["device"].choices = told  # type: ignore[attr-defined]
        if len(self.units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = next(iter(self.units))

    def told(self) -> dict[str, Any]:
        said = self.cleaned_data
        building = self.buildings.get(said["where"])
        names = ("name", "kind", "admits", "visitors_from", "visitors_until")
        return {
            **{name: said[name] for name in names}, "unit": self.units[said["unit"]], "building": building,
            "area": building.area if building else said["where"], "device": said["device"] or None,
        }  # fmt: skip


class CardForm(Form):
    door = forms.ChoiceField(label=_("For which dwelling"))
    number = forms.CharField(label=_("Number of the card"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=_("Hold it to a reader that types, or write what stands on it."))  # fmt: skip
    until = forms.DateField(label=_("Last day"), required=False, widget=date_input(), help_text=_("Leave it empty for a household; a tenant or a builder has a last day."))  # fmt: skip

    def __init__(self, *args: Any, cells: list[Cell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = {str(one.door.pk): one for one in cells}
        named = [(pk, parcel_shown.name(one)) for pk, one in self.cells.items()]
        self.fields["door"].choices = named  # type: ignore[attr-defined]


class EndForm(Form):
    why = forms.CharField(label=_("Why"), max_length=100, help_text=_("For example: lost, given back, moved out. No name."))  # fmt: skip
