"""Forms of the pages of devices."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors
from lifang.sensing.actions import NewDevice
from lifang.sensing.catalogue import COMMANDS, TYPES
from lifang.sensing.models import Device, name_of
from lifang.sensing.rules.commands import offered
from lifang.sensing.web import shown
from lifang.sensing.web.picks import Picking, chosen_field, find_gateways, find_places, words_field

GRID = 15
UNITS = ("keeper", "maintainer")
GROUPS = {
    "safety": _("Danger to life"), "home": _("In homes"), "meter": _("Meters"), "gate": _("Gates, lifts, charging"), "street": _("In the street"),
    "video": _("Cameras"), "service": _("Convenience"), "link": _("Gateways"),
}  # fmt: skip


def type_choices() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Device types by group."""
    return [
        (label, [(spec.key, str(spec.name)) for spec in TYPES if spec.group == key and spec.key != "unknown"])
        for key, label in GROUPS.items()
    ]  # fmt: skip


def grid_choices(actor: Actor) -> list[tuple[str, str]]:
    grids = orgs.divisions(actor)
    return [(row.code, orgs.place_name(row.code, 2)) for row in grids if len(row.code) == GRID]


class PlaceForm(Picking):
    """Where something stands: at a place of the register, or in a grid; and its point on the map."""

    place_words = words_field(_("At which place?"), _("An address or a part of it: estate, building, stair, number. In the street: leave it empty."))  # fmt: skip
    place = chosen_field()
    area = forms.ChoiceField(label=_("Grid"), required=False)
    position = forms.CharField(label=_("Where exactly"), max_length=120, required=False, help_text=_("For example: third floor, by the lift."))  # fmt: skip
    lat = forms.FloatField(required=False, widget=forms.HiddenInput())
    lon = forms.FloatField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.finds("place", find_places)
        self.fields["area"].choices = [("", _("That of the place")), *grid_choices(actor)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        found = self.picked("place", gettext("No place of your areas has this address."))
        given["place"] = found.pk if found else None
        if found and not given.get("area"):
            given["area"] = found.area if len(found.area) == GRID else ""
        if not given.get("area") and not self.errors:
            self.add_error("area", gettext("Choose the grid."))
        lon, lat = given.get("lon"), given.get("lat")
        # The map begins in the middle of the county: nobody has chosen that.
        if lon is None or lat is None or not orgs.stands_in(lon, lat, given.get("area") or ""):
            given["lon"], given["lat"] = (found.lon, found.lat) if found else (None, None)
        return given

    def where(self) -> dict[str, Any]:
        """As the actions ask for it."""
        return {key: self.cleaned_data[key] for key in ("place", "area", "position", "lon", "lat")}


class NewForm(PlaceForm):
    planned = forms.ChoiceField(
        label=_("Does it stand there already?"), widget=forms.RadioSelect,
        choices=[("", _("Yes, it is installed")), ("yes", _("No, it is planned"))], required=False,
    )  # fmt: skip
    type = forms.ChoiceField(label=_("Type"))
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Left empty: type and code."))  # fmt: skip
    code = forms.CharField(label=_("Code"), max_length=80, help_text=_("As its messages name it: serial number, DevEUI, friendly name."))  # fmt: skip
    gateway_words = words_field(_("Behind which gateway?"), _("Its name or code. A device that sends by itself has none."))  # fmt: skip
    gateway = chosen_field()
    admission = forms.ChoiceField(label=_("Of which maker?"), required=False)
    video_code = forms.CharField(label=_("Camera code"), max_length=20, required=False, help_text=_("Twenty digits of GB/T 28181; cameras only."))  # fmt: skip
    model = forms.CharField(label=_("Model"), max_length=60, required=False)
    keeper_name = forms.CharField(label=_("Looked after by"), max_length=120, required=False)
    maintainer_name = forms.CharField(label=_("Maintained by"), max_length=120, required=False)
    installed_on = forms.DateField(label=_("Installed on"), required=False, widget=date_input())

    field_order = (
        "planned", "type", "code", "name", "place_words", "place", "area", "position", "gateway_words", "gateway", "admission",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["type"].choices = type_choices()  # type: ignore[attr-defined]
        self.finds("gateway", find_gateways)
        self.admitted = {str(one.pk): one for one in selectors.admissions(actor) if one.state not in ("refused", "ended")}  # fmt: skip
        named = [(key, f"{one.maker} · {one.model} · {shown.type_name(one.type)}") for key, one in self.admitted.items()]  # fmt: skip
        self.fields["admission"].choices = [("", _("None, it has a key of its own")), *named]  # type: ignore[attr-defined]
        if not named:
            self.fields["admission"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        hub = self.picked("gateway", gettext("No gateway of your areas is called so."))
        given["gateway"] = hub.pk if hub else None
        asked = self.admitted.get(given.get("admission", ""))
        if asked and asked.type != given.get("type"):
            self.add_error(
                "admission", gettext("This maker is admitted with another type of device.")
            )
        if asked and hub:
            self.add_error(
                "gateway_words", gettext("A device of a maker's key is behind no gateway.")
            )
        return given

    def new(self) -> NewDevice:
        """As the actions ask for it."""
        given = {key: value for key, value in self.cleaned_data.items() if key in NewDevice._fields}
        asked = self.admitted.get(self.cleaned_data["admission"])
        given |= {
            "admission": asked.pk if asked else None,
            "maker": asked.maker_id if asked else None,
        }
        given["model"] = given["model"] or (asked.model if asked else "")
        return NewDevice(**given)


class MoveForm(PlaceForm):
    note = forms.CharField(label=_("Why"), max_length=300, required=False)


class EditForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Left empty: type and code."))  # fmt: skip
    code = forms.CharField(label=_("Code"), max_length=80, help_text=_("As its messages name it: serial number, DevEUI, friendly name."))  # fmt: skip
    model = forms.CharField(label=_("Model"), max_length=60, required=False)
    video_code = forms.CharField(label=_("Camera code"), max_length=20, required=False, help_text=_("Twenty digits of GB/T 28181; cameras only."))  # fmt: skip
    position = forms.CharField(label=_("Where exactly"), max_length=120, required=False)
    label = forms.CharField(label=_("Number on its label"), max_length=20, required=False, help_text=_("Of the register of self-service machines: then state, faults and papers stand together."))  # fmt: skip
    keeper = forms.ChoiceField(
        label=_("Looked after by"),
        required=False,
        help_text=_("Its people see the device and answer its alarms."),
    )
    keeper_name = forms.CharField(
        label=_("Looked after by somebody else"), max_length=120, required=False
    )
    maintainer = forms.ChoiceField(label=_("Maintained by"), required=False)
    maintainer_name = forms.CharField(
        label=_("Maintained by somebody else"), max_length=120, required=False
    )
    every_minutes = forms.FloatField(
        label=_("It speaks every (minutes)"), required=False, min_value=0, max_value=44_640,
        help_text=_("Left empty: as its type. After three times as long it counts as silent."),
    )  # fmt: skip
    installed_on = forms.DateField(label=_("Installed on"), required=False, widget=date_input())
    service_due_on = forms.DateField(label=_("Service due"), required=False, widget=date_input())
    expires_on = forms.DateField(label=_("End of life"), required=False, widget=date_input())
    note = forms.CharField(label=_("Why"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, device: Device, **kwargs: Any) -> None:
        first = {name: getattr(device, name) for name in self.base_fields if hasattr(device, name)}
        first |= {"keeper": device.keeper_id or "", "maintainer": device.maintainer_id or ""}
        first["name"] = "" if device.name == name_of(device.type, device.code) else device.name
        first["every_minutes"] = device.every_seconds / 60 if device.every_seconds else None
        super().__init__(*args, **(kwargs | {"initial": first}))
        units = {str(one.pk): str(one) for one in orgs.units_serving(actor, device.area)}
        for unit in (device.keeper, device.maintainer):
            if unit:
                units.setdefault(str(unit.pk), str(unit))
        for name in UNITS:
            self.fields[name].choices = [("", "—"), *units.items()]  # type: ignore[attr-defined]
        if not TYPES[device.type].video and TYPES[device.type].group != "link":
            del self.fields["video_code"]
        if device.installed_on is None:
            for name in ("installed_on", "service_due_on", "expires_on"):
                del self.fields[name]
        else:
            self.fields["installed_on"].required = True

    def given(self) -> dict[str, Any]:
        """As the action asks for it."""
        left = ("note", "every_minutes", *UNITS)
        told = {key: value for key, value in self.cleaned_data.items() if key not in left}
        every = self.cleaned_data.get("every_minutes")
        told |= {
            f"{name}_id": UUID(self.cleaned_data[name]) if self.cleaned_data[name] else None
            for name in UNITS
        }
        return told | {"every_seconds": max(1, round(every * 60)) if every else None}


class BindForm(Form):
    codes = forms.CharField(
        label=_("Codes of the devices"), widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, as their messages name them. Up to 500."),
    )  # fmt: skip
    grid = forms.ChoiceField(
        label=_("Those that are not registered yet"), required=False,
        help_text=_("Choose a grid to register them there; they can be moved afterwards."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, area: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = [(code, name) for code, name in grid_choices(actor) if code.startswith(area)]
        self.fields["grid"].choices = [("", _("Leave them out")), *inside]  # type: ignore[attr-defined]

    def clean_codes(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["codes"].splitlines() if line.strip()]


class EventsForm(Form):
    """Asks for nothing about a person: the user is one of the camera."""

    url = forms.CharField(label=_("Address of its device service (ONVIF)"), max_length=300, required=False, help_text=_("For example http://192.168.1.64/onvif/device_service. Left empty: it is not asked."))  # fmt: skip
    username = forms.CharField(label=_("User at the camera"), max_length=60, required=False)
    password = forms.CharField(label=_("Password at the camera"), max_length=60, required=False, help_text=_("Left empty: it stays as it is."), widget=forms.PasswordInput(attrs={"autocomplete": "off"}))  # fmt: skip


class ServiceForm(Form):
    kind = forms.ChoiceField(
        label=_("What was done"), widget=forms.RadioSelect,
        choices=[("service", _("Cleaned and tested")), ("battery", _("Battery changed")), ("repair", _("Repaired"))],
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class RestForm(Form):
    until = forms.DateField(label=_("Until"), widget=date_input(), help_text=_("At most 90 days; it goes back into service by itself."))  # fmt: skip
    note = forms.CharField(label=_("Why"), max_length=300)


class CommandForm(Form):
    kind = forms.ChoiceField(label=_("Command"))
    text = forms.CharField(
        label=_("What it says aloud, or the round it goes"), max_length=200, required=False
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [COMMANDS[key] for key in offered(device.type)]
        speaks = [one for one in found if one.text]
        self.fields["kind"].choices = [(one.key, one.name) for one in found]  # type: ignore[attr-defined]
        self.fields["text"].error_messages["required"] = gettext("Write what it is to say.")
        if not speaks:
            del self.fields["text"]
        elif len(speaks) == len(found):
            self.fields["text"].required = True
        else:
            self.fields["text"].sometimes = True  # type: ignore[attr-defined]  # needed by some, so it does not say "may stay empty"
            names = gettext(", ").join(str(one.name) for one in speaks)
            self.fields["text"].help_text = gettext("Only for: %(names)s. There it is needed; the others take no words.") % {"names": names}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        asked = COMMANDS.get(given.get("kind", ""))
        if asked and asked.text and not given.get("text") and "text" not in self.errors:
            self.add_error("text", gettext("Write what it is to say."))
        return given


class NoteForm(Form):
    note = forms.CharField(label=_("Why"), max_length=300, required=False)


class TakeOnForm(Form):
    kind = forms.ChoiceField(label=_("Type"))
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = type_choices()  # type: ignore[attr-defined]


def day_after(day: Any, at: datetime) -> datetime:
    """The end of a day as a time."""
    end = datetime.combine(day, datetime.max.time(), tzinfo=at.tzinfo)
    return end.replace(microsecond=0) + timedelta(seconds=1)
