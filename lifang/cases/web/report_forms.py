"""The questions of a report. None of them asks for typing."""

import math
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import MATTERS, Emergency
from lifang.core.access import Actor, Refusal, Refused
from lifang.core.files.darkroom import Print, develop
from lifang.core.geo.measure import metres_between
from lifang.core.site import site
from lifang.core.web.forms import Form
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

MOST_PHOTOS = 6
NAMED_WITHIN = 60.0  # metres from a point to a building that names it
BORDER = 200.0  # metres outside every area that still count as inside
UNTOUCHED = 30.0  # metres around the middle of the map: nobody has moved it yet


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to six photos, developed: what comes out is harmless."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Print]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_PHOTOS:
            raise ValidationError(_("Up to six photos."))
        try:
            return [develop(file) for file in files]
        except Refused as refused:
            raise ValidationError(str(refused.refusal)) from refused


def photos_field() -> PhotosField:
    return PhotosField(
        label=_("Photos"),
        required=False,
        widget=_SeveralFiles(attrs={"accept": "image/*", "multiple": True}),
        help_text=_("Up to six. Place and time are read from the photo and then taken out of it."),
    )


class PhotoForm(Form):
    photos = photos_field()
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    taken_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("photos") and not self.initial.get("words") and not self.errors:
            self.add_error("photos", _("Take or choose a photo, or go on without one."))
        return told

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        # What the browser read from a photo only proposes: when it is damaged, nothing is proposed.
        for name in ("lat", "lon", "taken_at"):
            if self.errors.pop(name, None):
                self.cleaned_data[name] = None


class PlaceForm(Form):
    """A point of the map, a place of the register, or at least a community."""

    actor: Actor
    opened: dict[str, Any]  # where the map stood at first, if it stood anywhere in particular
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    chosen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    area = forms.CharField(required=False, widget=forms.HiddenInput, max_length=15)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if self.errors:
            return told
        if told["chosen"]:
            return self._registered(told["chosen"])
        if told["area"]:
            return self._community(told["area"])
        return self._point(told["lon"], told["lat"])

    def _registered(self, pk: str) -> dict[str, Any]:
        try:
            place = registry.place(self.actor, UUID(pk))
        except (Refused, ValueError):
            raise ValidationError(_("This place is no longer on the list.")) from None
        return {"lon": place.lon, "lat": place.lat, "area": place.area, "place": place.name}

    def _community(self, code: str) -> dict[str, Any]:
        try:
            found = orgs.division(self.actor, code)
        except Refused:
            raise ValidationError(_("Please choose your community.")) from None
        if found.level < 9 or found.abolished:
            raise ValidationError(_("Please choose your community."))
        return {"lon": None, "lat": None, "area": found.code, "place": ""}

    def _point(self, lon: float | None, lat: float | None) -> dict[str, Any]:
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            raise ValidationError(_("Please show the place on the map, or choose one below."))
        if not self.opened and untouched(self.actor, lon, lat):
            raise ValidationError(_("Please move the map until the cross stands on the place."))
        area = orgs.locate(lon, lat, BORDER)
        if area is None:
            raise ValidationError(str(Refusal("out_of_area")))
        return {"lon": lon, "lat": lat, "area": area, "place": name_at(self.actor, lon, lat)}


def name_at(actor: Actor, lon: float, lat: float) -> str:
    """The nearest building, estate or road of the register that gives a point its name."""
    near = registry.places_near(actor, lon, lat, NAMED_WITHIN, 1)
    return str(near[0].name) if near else ""


def county_bounds(actor: Actor) -> list[float] | None:
    try:
        return orgs.division(actor, site().county).bounds
    except Refused:
        return None


def untouched(actor: Actor, lon: float, lat: float) -> bool:
    """The map opens on the whole county: its middle is where nobody pointed."""
    bounds = county_bounds(actor)
    if bounds is None:
        return False
    west, south, east, north = bounds
    # The map shows the middle of the drawing, which Mercator puts a little off the middle of the degrees.
    middle = math.degrees(math.atan(math.sinh((_tall(south) + _tall(north)) / 2)))
    return metres_between(lon, lat, (west + east) / 2, middle) < UNTOUCHED


def _tall(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


class MatterForm(Form):
    """The words, which may stay empty, and the chip that was pressed."""

    actor: Actor
    text = forms.CharField(required=False, max_length=1000, label=_("In your own words"))
    matter = forms.CharField(
        required=False, max_length=12, label=_("What is wrong?"), widget=forms.HiddenInput
    )

    def clean_matter(self) -> str:
        key: str = self.cleaned_data["matter"]
        if key not in MATTERS or MATTERS[key] not in selectors.matters(self.actor):
            raise ValidationError(_("Tap what fits best."))
        return key


class DangerForm(Form):
    """Called for help and reports it too; or it was no danger."""

    entry: Emergency
    chosen: str
    go = forms.ChoiceField(choices=[("called", ""), ("calm", "")])

    def clean_go(self) -> str:
        go: str = self.cleaned_data["go"]
        if go == "calm" and self.chosen in self.entry.matters:
            raise ValidationError(_("Please call first."))
        return go


class NearForm(Form):
    """One of the reports nearby, or none of them."""

    offered: frozenset[str]
    join = forms.CharField(max_length=40)

    def clean_join(self) -> str:
        join: str = self.cleaned_data["join"]
        if join != "none" and join not in self.offered:
            raise ValidationError(_("This report is no longer open. Choose again."))
        return join


class ContactForm(Form):
    called = _("Reporting a trouble: how to reach the reporter")

    phone = forms.CharField(
        required=False,
        max_length=20,
        label=_("Mobile number"),
        help_text=_("Shown to nobody. Used only to tell you how it goes."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    # People do not see it and machines fill it; whoever fills it is told, never dropped.
    second = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        phone = "".join(c for c in self.cleaned_data["phone"] if c not in " -()（）")
        if phone and not (phone.removeprefix("+").isascii() and phone.removeprefix("+").isdigit()):
            raise ValidationError(str(Refusal("bad_phone")))
        if phone and not 6 <= len(phone) <= 16:
            raise ValidationError(str(Refusal("bad_phone")))
        return phone

    def clean_second(self) -> str:
        if self.cleaned_data["second"]:
            raise ValidationError(_("This field must stay empty. Clear it and send again."))
        return ""
