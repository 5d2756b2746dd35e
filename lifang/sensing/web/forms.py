"""Forms of the pages of devices."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.orgs import selectors as orgs
from lifang.sensing.catalogue import TYPES

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


class NewForm(Form):
    planned = forms.ChoiceField(
        label=_("Does it stand there already?"), widget=forms.RadioSelect,
        choices=[("", _("Yes, it is installed")), ("yes", _("No, it is planned"))], required=False,
    )  # fmt: skip
    type = forms.ChoiceField(label=_("Type"))
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Left empty: type and code."))  # fmt: skip
    code = forms.CharField(label=_("Code"), max_length=80, help_text=_("As its messages name it: serial number, DevEUI, friendly name."))  # fmt: skip
    area = forms.ChoiceField(label=_("Grid"))
    position = forms.CharField(label=_("Where exactly"), max_length=120, required=False)
    video_code = forms.CharField(label=_("Camera code"), max_length=20, required=False, help_text=_("Twenty digits of GB/T 28181; cameras only."))  # fmt: skip
    model = forms.CharField(label=_("Model"), max_length=60, required=False)
    keeper_name = forms.CharField(label=_("Looked after by"), max_length=120, required=False)
    maintainer_name = forms.CharField(label=_("Maintained by"), max_length=120, required=False)
    installed_on = forms.DateField(label=_("Installed on"), required=False, widget=date_input())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = type_choices()  # type: ignore[attr-defined]
        grids = orgs.divisions(actor)
        self.fields["area"].choices = [(row.code, f"{orgs.place_name(row.code, 2)}") for row in grids if len(row.code) == 15]  # type: ignore[attr-defined]  # fmt: skip


class ServiceForm(Form):
    kind = forms.ChoiceField(
        label=_("What was done"), widget=forms.RadioSelect,
        choices=[("service", _("Cleaned and tested")), ("battery", _("Battery changed")), ("repair", _("Repaired"))],
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class RestForm(Form):
    until = forms.DateField(label=_("Until"), widget=date_input(), help_text=_("At most 90 days; it goes back into service by itself."))  # fmt: skip
    note = forms.CharField(label=_("Why"), max_length=300)


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
