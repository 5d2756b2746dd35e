"""What is asked about parcels: at the desk, and of the household that names a neighbour."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import insist
from lifang.core.web.forms import Form, date_input
from lifang.living.catalogue import CARRIERS
from lifang.living.models import Parcel
from lifang.living.rules import parcels as rules
from lifang.living.web import parcel_shown as shown
from lifang.registry.selectors import Cell, Dwelling, Home


class LotForm(Form):
    """Some parcels for one building: doors ticked in its picture, or written as rooms."""

    doors = forms.MultipleChoiceField(label=_("For whom"), required=False)
    rooms = forms.CharField(
        label=_("Or by room"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One parcel a line: the room, then the end of its number if you like. For example: 301 8821"),
    )  # fmt: skip
    carrier = forms.ChoiceField(label=_("Brought by"))
    shelf = forms.CharField(label=_("Shelf"), max_length=20, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, cells: list[Cell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = {str(one.door.pk): one for one in cells}
        self.fields["doors"].choices = [(pk, shown.name(one)) for pk, one in self.cells.items()]  # type: ignore[attr-defined]
        self.fields["carrier"].choices = [(one.key, str(one.name)) for one in CARRIERS.all()]  # type: ignore[attr-defined]

    def pieces(self) -> list[tuple[Dwelling, str]]:
        """Raises `Refused` with the room that is not in the building."""
        known: dict[str, list[Cell]] = defaultdict(list)
        for one in self.cells.values():
            for called in {one.number, shown.name(one)}:
                known[called].append(one)
        written = rules.rooms_of(self.cleaned_data["rooms"])
        insist(*(rules.room_known(room, known) for room, _tail in written))
        ticked = [(self.cells[pk].door, "") for pk in self.cleaned_data["doors"]]
        return [*ticked, *((known[room][0].door, tail) for room, tail in written)]


class _Chosen(Form):
    chosen = forms.TypedMultipleChoiceField(label=_("Which of them"), widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, rows: list[Parcel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(one.pk): one for one in rows}
        self.fields["chosen"].coerce = lambda value: known[value].pk  # type: ignore[attr-defined]
        choices = [(pk, " · ".join(filter(None, [shown.carrier(one), one.shelf]))) for pk, one in known.items()]  # fmt: skip
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]
        self.fields["chosen"].initial = list(known)


class HandForm(_Chosen):
    code = forms.CharField(label=_("Pick-up code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}))  # fmt: skip


class SeenForm(_Chosen):
    note = forms.CharField(label=_("How you know whose it is"), max_length=200, help_text=_("For example: opened the door with the key. No name, no number."))  # fmt: skip


class NeighbourForm(Form):
    called = _("Parcels: the neighbour who fetches them")
    elements = {"address": ""}  # a door, nobody's own
    home = forms.ChoiceField(label=_("Which home"))
    address = forms.CharField(label=_("Address of the neighbour"), max_length=200, help_text=_("The whole address as it stands at the door, in your own community."))  # fmt: skip
    until = forms.DateField(label=_("Last day"), widget=date_input())

    def __init__(self, *args: Any, homes: list[Home], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(one.door.pk): one.door for one in homes}
        self.fields["home"].choices = [(pk, door.address) for pk, door in self.homes.items()]  # type: ignore[attr-defined]
        if len(homes) == 1:
            self.fields["home"].widget = forms.HiddenInput()
            self.fields["home"].initial = next(iter(self.homes))


WEEK = timedelta(days=7)
