"""Forms of things and of who is what to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.orgs import selectors as orgs
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES, COMPONENTS, TIES
from lifang.registry.models import Dog
from lifang.registry.web import shown

MOST = 12
GRID = 15
MOST_GRIDS = 400


def grids(actor: Actor, capability: str) -> list[tuple[str, str]]:
    """The grids of one's own areas, by name."""
    home = orgs.home_of(actor)
    rows = orgs.divisions(actor, within=home, level=GRID).order_by("code")[:MOST_GRIDS]
    named = orgs.names_of(rows.values_list("code", flat=True), 2)
    return [(code, name or code) for code, name in named.items() if actor.may(capability, code)]


def kinds_to(subject: str) -> list[tuple[str, Any]]:
    """What somebody can be to such a thing."""
    return [(one.key, one.name) for one in TIES if one.what == subject]


def coded(field: Any, codes: str, *, empty: bool = False) -> None:
    field.choices = [*([("", "—")] if empty else []), *CODES[codes].choices()]


class InGrid(Form):
    """Something that stands in a grid."""

    area = forms.ChoiceField(label=_("Which grid?"))

    def __init__(self, *args: Any, actor: Actor, capability: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = grids(actor, capability)  # type: ignore[attr-defined]
        self.order_fields([name for name in self.fields if name != "area"] + ["area"])

    def given(self) -> dict[str, Any]:
        """What the action is called with."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class VehicleForm(InGrid):
    plate = forms.CharField(
        label=_("Plate"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As it is written on the vehicle, with the character of its province; shown masked afterwards."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"))
    plate_colour = forms.ChoiceField(label=_("Colour of the plate"), required=False)
    colour = forms.CharField(label=_("Colour"), max_length=20, required=False)
    model = forms.CharField(label=_("Make and model"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coded(self.fields["kind"], "vehicle")
        coded(self.fields["plate_colour"], "plate_colour", empty=True)


class DogForm(InGrid):
    elements = {"name": "", "size": "", "colour": ""}  # the dog's

    name = forms.CharField(label=_("What is it called?"), max_length=40)
    size = forms.ChoiceField(label=_("Size of the dog"))
    breed = forms.CharField(label=_("Breed"), max_length=40, required=False)
    colour = forms.CharField(label=_("Coat"), max_length=20, required=False)
    licence = forms.CharField(
        label=_("Number of the dog licence"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Empty: it has none. Shown masked afterwards."),
    )  # fmt: skip
    licensed_until = forms.DateField(
        label=_("Licence holds until"), widget=date_input(), required=False
    )
    vaccinated_on = forms.DateField(
        label=_("Vaccinated against rabies on"), widget=date_input(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coded(self.fields["size"], "dog_size")


def enter_dog(*, actor: Actor, area: str, at: datetime, **told: Any) -> Dog:
    """A dog of the form; who keeps it is a relation, registered next."""
    return actions.add_dog(actor=actor, dog=actions.NewDog(**told), area=area, at=at)


class OrganisationForm(InGrid):
    called = _("Register an organisation")
    elements = {"telephone": ""}  # the organisation's

    name = forms.CharField(label=_("Name"), max_length=50)
    kind = forms.ChoiceField(label=_("Kind"))
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=18, required=False, help_text=_("18 characters; its check is tried."),
    )  # fmt: skip
    trade = forms.CharField(label=_("Trade"), max_length=60, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    telephone = forms.CharField(label=_("Telephone number"), max_length=30, required=False)
    staff_count = forms.IntegerField(
        label=_("How many work there"), min_value=0, max_value=1_000_000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coded(self.fields["kind"], "organisation")


class FacilityForm(InGrid):
    elements = {"supervisor": "", "owner": "", "maintainer": ""}  # units, not where somebody works

    component = forms.ChoiceField(label=_("What is it?"))
    serial = forms.RegexField(
        regex=r"^[0-9]{6}$", label=_("Its six digits"), max_length=6,
        help_text=_("The last six of the seventeen digits on its plate; the others follow from the county and what it is."),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Empty: as the catalogue calls it."))  # fmt: skip
    state = forms.ChoiceField(label=_("State"))
    surveyed_on = forms.DateField(label=_("Surveyed on"), widget=date_input(), required=False)
    supervisor = forms.CharField(label=_("Supervising department"), max_length=120, required=False)
    owner = forms.CharField(label=_("Owner"), max_length=120, required=False)
    maintainer = forms.CharField(label=_("Maintainer"), max_length=120, required=False)
    remarks = forms.CharField(label=_("Remarks"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["component"].choices = [(one.key, f"{one.key} {one.name}") for one in COMPONENTS if len(one.key) == 5]  # type: ignore[attr-defined]  # fmt: skip
        coded(self.fields["state"], "facility_state")

    def given(self) -> dict[str, Any]:
        told = super().given()
        told["number"] = f"{told['area'][:6]}{told.pop('component')}{told.pop('serial')}"
        return told


class PositionForm(Form):
    """A point: the map writes it; who has no mouse, or no map, writes it here."""

    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, widget=forms.NumberInput(attrs={"step": "0.000001"}))  # fmt: skip
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, widget=forms.NumberInput(attrs={"step": "0.000001"}))  # fmt: skip


class TieForm(Form):
    kind = forms.ChoiceField(label=_("What are they to it?"))
    words = forms.CharField(
        label=_("Who?"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("A person by name, number or telephone; an organisation by name or credit code. Of your own areas."),
    )  # fmt: skip
    chosen = forms.ChoiceField(label=_("Who of these?"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, actor: Actor, subject: str, skip: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.who: Any = None
        self.fields["kind"].choices = kinds_to(subject)  # type: ignore[attr-defined]
        text = self.data.get("words", "").replace("\x00", "").strip()[:100] if self.is_bound else ""
        self.found = self._found(actor, text, skip) if text else {}
        self.fields["chosen"].choices = [(key, name) for key, (_row, name) in self.found.items()]  # type: ignore[attr-defined]
        if not self.found:
            self.fields["chosen"].widget = forms.HiddenInput()

    def _found(self, actor: Actor, text: str, skip: UUID) -> dict[str, tuple[Any, str]]:
        known = TIES.get(self.data.get("kind", ""))
        who = known.who if known else []
        rows: dict[str, tuple[Any, str]] = {}
        if "person" in who:
            people = selectors.with_homes(actor, selectors.search_persons(actor, selectors.persons(actor), text))  # fmt: skip
            for one in people[:MOST]:
                rows[f"person:{one.pk}"] = (one, f"{one.name} · {one.identity or '—'} · {shown.home_of(one)}")  # fmt: skip
        if "organisation" in who:
            for body in selectors.find_organisations(actor, text, MOST):
                rows[f"organisation:{body.pk}"] = (body, body.name)
        return {key: row for key, row in rows.items() if row[0].pk != skip}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = given.get("chosen", "")
        if not chosen and len(self.found) == 1:
            chosen = next(iter(self.found))
        if chosen in self.found:
            self.who = self.found[chosen][0]
        elif "words" in given and "chosen" not in self.errors:
            if self.found:
                self.add_error("chosen", _("Choose one."))
            else:
                self.add_error("words", _("Nobody of your areas is found by these words."))
        return given
