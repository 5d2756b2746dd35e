"""What is asked about a repair: of the household, of its company."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifang.core.forms.fields import Papers
from lifang.core.web.forms import Form
from lifang.living.catalogue import REPAIR_KINDS
from lifang.living.terms import Spot
from lifang.living.web.forms import Yuan
from lifang.registry.selectors import Home

MOST_PHOTOS = 6
PART_ROWS = 3
SPOTS: dict[str, Any] = {
    Spot.HOME: _("Inside the home"),
    Spot.FLOOR: _("Stair"),
    Spot.LIFT: _("Lift"),
    Spot.ENTRANCE: _("Entrance"),
    Spot.ROOF: _("Roof"),
    Spot.BASEMENT: _("Basement"),
    Spot.YARD: _("Yard"),
}
ICONS = {Spot.LIFT: "elevator", Spot.ENTRANCE: "door", Spot.ROOF: "home-up", Spot.BASEMENT: "stairs-down", Spot.YARD: "trees"}  # fmt: skip


def spot_name(spot: str, floor: int | None, home: str = "") -> str:
    """`home`: how the reader calls the home it is about."""
    name = home if home and spot == Spot.HOME else str(SPOTS[spot])
    return f"{name} · {floor}" if floor is not None else name


def photos(label: Any) -> Papers:
    return Papers(kind="photo", most=MOST_PHOTOS, label=label, required=False)


class OrderForm(Form):
    called = _("Ordering a repair: how to reach the household")
    home = forms.ChoiceField(label=_("Which home"), widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What is broken"), widget=forms.RadioSelect)
    spot = forms.RegexField(r"^[a-z]{4,8}(:-?[0-9]{1,3})?$", label=_("Where"))
    text = forms.CharField(label=_("More about it"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    photos = photos(_("Photos"))
    telephone = forms.RegexField(
        r"^\+?[0-9][0-9 ()-]{4,22}[0-9]$", label=_("Telephone"), required=False, help_text=_("The company sees it while the repair is open; each look is in the log."),
    )  # fmt: skip

    def __init__(self, *args: Any, homes: list[Home], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(one.door.pk): one for one in homes}
        self.fields["home"].choices = [(pk, one.door.address) for pk, one in self.homes.items()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in REPAIR_KINDS.all()]  # type: ignore[attr-defined]

    def order(self) -> dict[str, Any]:
        told = self.cleaned_data
        spot, _colon, floor = told["spot"].partition(":")
        return {
            "home": self.homes[told["home"]], "kind": told["kind"], "spot": spot, "floor": int(floor) if floor else None,
            "text": told["text"], "telephone": told["telephone"], "photos": told["photos"] or [],
        }  # fmt: skip


def moment_field(label: Any, *, required: bool) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])  # fmt: skip


def local(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""


class Free(Yuan):
    """An amount that may be nothing."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or str(value).strip() in ("0", "0.0", "0.00"):
            return 0
        return super().to_python(value)


class QuoteForm(Form):
    amount = Free(label=_("What the household pays (yuan)"), required=False, help_text=_("Leave it empty when it is free of charge."))  # fmt: skip
    start = moment_field(_("Somebody comes from"), required=False)
    end = moment_field(_("until"), required=False)
    note = forms.CharField(label=_("What is included"), max_length=300, required=False)


class BookForm(Form):
    start = moment_field(_("Somebody comes from"), required=True)
    end = moment_field(_("until"), required=True)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class NoteForm(Form):
    note = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RateForm(Form):
    stars = forms.TypedChoiceField(
        label=_("How was it?"), coerce=int, widget=forms.RadioSelect,
        choices=[(5, _("5 · very good")), (4, _("4 · good")), (3, _("3 · all right")), (2, _("2 · poor")), (1, _("1 · bad"))],
    )  # fmt: skip
    note = forms.CharField(label=_("A word about it"), max_length=300, required=False)


class FinishForm(Form):
    note = forms.CharField(label=_("What was done"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
    charged = Free(label=_("What it cost the household (yuan)"), required=False)
    photos = photos(_("Photos after the repair"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, PART_ROWS + 1):
            facts = {"n": n}
            self.fields[f"part{n}"] = forms.CharField(label=_("Part %(n)s") % facts, max_length=60, required=False)  # fmt: skip
            self.fields[f"count{n}"] = forms.IntegerField(label=_("How many"), min_value=1, max_value=999, required=False)  # fmt: skip
            self.fields[f"price{n}"] = Free(label=_("Price of one (yuan)"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        rows = [(said.get(f"part{n}"), said.get(f"count{n}"), said.get(f"price{n}")) for n in range(1, PART_ROWS + 1)]  # fmt: skip
        if any(bool(count) and not name for name, count, _price in rows):
            raise ValidationError(_("Say what the part is called."))
        said["parts"] = [(name, count or 1, price or 0) for name, count, price in rows if name]
        return said
