"""The one form of a report from the desk or the street."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lifang.cases.catalogue import MATTERS, SOURCES
from lifang.cases.web.forms import by_major, placed, words
from lifang.cases.web.places import moved, on_earth
from lifang.cases.web.report_forms import photos_field
from lifang.core.access import Actor, Refusal
from lifang.core.web.forms import Form


class RecordForm(Form):
    """What staff see, hear or are told. A photo and one press are enough where they stand."""

    called = _("Recording a report for somebody")

    photos = photos_field()
    after = photos_field()
    text = words(
        _("What is wrong?"),
        required=False,
        hint=_("In a few words; matters are proposed from them."),
        rows=2,
    )
    matter = forms.CharField(required=False, max_length=12, label=_("Matter"))
    other = forms.ChoiceField(required=False, label=_("Or choose from the whole list"))
    solved = forms.BooleanField(
        required=False, label=_("I have solved it on the spot"),
        help_text=_("It is closed at once and counted. It needs a photo taken after the work."),
    )  # fmt: skip
    place = forms.CharField(
        required=False,
        max_length=200,
        label=_("Place in words"),
        help_text=_("House, gate, shop, bench."),
    )
    area = forms.ChoiceField(required=False, label=_("Only the area is known"))
    source = forms.ChoiceField(label=_("How did it come to you?"))
    name = forms.CharField(required=False, max_length=60, label=_("Name of the reporter"))
    phone = forms.CharField(
        required=False, max_length=20, label=_("Telephone of the reporter"),
        help_text=_("Kept under seal; only used to say how it goes."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    photo_lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    photo_lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    taken_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        at: datetime,
        areas: list[Any],
        middle: tuple[float, float] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.at, self.middle = actor, at, middle
        self.fields["after"].label = _("Photos after the work")
        self.fields["after"].help_text = _("At least one.")
        self.fields["photos"].label = _("Photos of the trouble")
        self.fields["photos"].help_text = _(
            "The place is read from the photo; it moves the point below."
        )
        self._choose("other", by_major("—"))
        self._choose("area", [("", "—"), *areas])
        self._choose("source", [(one.key, one.name) for one in SOURCES if one.by == "staff"])

    def _choose(self, name: str, found: list[Any]) -> None:
        self.fields[name].choices = found  # type: ignore[attr-defined]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django has it, its stubs do not
        for name in ("lat", "lon", "photo_lat", "photo_lon", "taken_at"):
            if self.errors.pop(name, None):
                self.cleaned_data[name] = None

    def clean_phone(self) -> str:
        phone = "".join(c for c in self.cleaned_data["phone"] if c not in " -()")
        if phone and not (
            phone.removeprefix("+").isdigit() and phone.isascii() and 6 <= len(phone) <= 16
        ):
            raise ValidationError(str(Refusal("bad_phone")))
        return phone

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        told["matter"] = told.pop("other", "") or told.get("matter", "")
        if told["matter"] not in MATTERS:
            self.add_error("matter", _("Choose what fits best."))
        self._point(told)
        if told["lon"] is None and not told.get("area"):
            self.add_error("area", _("Move the map to the place, or choose the area."))
        if told.get("solved") and not told.get("after") and "after" not in self.errors:
            self.add_error("after", str(Refusal("evidence_missing")))
        return told

    def _point(self, told: dict[str, Any]) -> None:
        """Where the map was moved to; else where the photo was taken; else no point."""
        lon: Any = told.get("lon")
        lat: Any = told.get("lat")
        if not moved(lon, lat, self.middle):
            seen = [(p.lon, p.lat) for p in told.get("photos") or [] if p.lon is not None]
            lon, lat = seen[0] if seen else (told.get("photo_lon"), told.get("photo_lat"))
        told["lon"], told["lat"] = (lon, lat) if on_earth(lon, lat) else (None, None)

    def given(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        lon, lat, taken = facts.pop("photo_lon"), facts.pop("photo_lat"), facts.pop("taken_at")
        before, after = placed(facts.pop("photos"), lon, lat, taken, self.at), facts.pop("after")
        if facts.pop("solved"):
            for name in ("source", "name", "phone"):
                facts.pop(name)
            return {**facts, "before": before, "after": after}
        return {**facts, "photos": before}
