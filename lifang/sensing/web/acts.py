"""What can be done to a device, and by what form."""

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifang.core.access import Actor
from lifang.sensing import actions, selectors
from lifang.sensing.models import Device
from lifang.sensing.rules import may_be_asked
from lifang.sensing.rules.commands import offered
from lifang.sensing.terms import DeviceState
from lifang.sensing.web import forms


class Act:
    """One thing that can be done to a device: its form, its words, its action."""

    def __init__(self, form: Any, act: Any, title: Any, button: Any, done: Any, *, danger: bool = False, map: bool = False) -> None:  # fmt: skip  # noqa: A002 -- the island's word
        self.form, self.act, self.title, self.button, self.done, self.danger, self.map = form, act, title, button, done, danger, map  # fmt: skip

    def asks(self, actor: Actor, device: Device, data: Any) -> Any:
        """Its form for this device."""
        if issubclass(self.form, forms.EditForm):
            return self.form(data, actor=actor, device=device)
        if issubclass(self.form, forms.PlaceForm):
            return self.form(
                data, actor=actor, initial={"area": device.area, "position": device.position}
            )
        if self.form is forms.CommandForm:
            return self.form(data, device=device)
        if self.form is forms.EventsForm:
            found = selectors.pull_of(actor, device)
            first = {"url": found.url, "username": found.username} if found else {}
            return self.form(data, initial=first)
        return self.form(data)


def _service(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.service_device(actor=actor, device=device, at=at, **given)


def _rest(actor: Actor, device: Device, given: Any, at: Any) -> None:
    until = forms.day_after(given["until"], localtime(at))
    actions.rest_device(actor=actor, device=device, until=until, note=given["note"], at=at)


def _wake(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.wake_device(actor=actor, device=device, at=at)


def _retire(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.retire_device(actor=actor, device=device, note=given["note"], at=at)


def _install(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.install_planned(actor=actor, device=device, at=at, note=given["note"])


def _take_on(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.install_planned(actor=actor, device=device, at=at, **given)


def _edit(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.edit_device(actor=actor, device=device, given=given, note=given["note"], at=at)


def _move(actor: Actor, device: Device, given: Any, at: Any) -> None:
    told = {key: given[key] for key in ("place", "area", "position", "lon", "lat", "note")}
    actions.move_device(actor=actor, device=device, at=at, **told)


def _release(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.release_device(actor=actor, device=device, note=given["note"], at=at)


def _events(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.watch_camera(actor=actor, device=device, at=at, **given)


def _command(actor: Actor, device: Device, given: Any, at: Any) -> None:
    actions.send_command(actor=actor, device=device, at=at, **given)


def acts_of(device: Device) -> dict[str, Act]:
    """What can be done to it, by the word of the address."""
    every = {
        "service": Act(forms.ServiceForm, _service, _("Record service"), _("Record"), _("Recorded.")),
        "rest": Act(forms.RestForm, _rest, _("Out of service"), _("Take out of service"), _("It is out of service."), danger=True),
        "waking": Act(forms.NoteForm, _wake, _("Back into service"), _("Put back into service"), _("It is back in service.")),
        "retirement": Act(forms.NoteForm, _retire, _("Retire"), _("Retire for good"), _("It is retired."), danger=True),
        "installation": Act(forms.NoteForm, _install, _("It is installed now"), _("Confirm"), _("Registered.")),
        "description": Act(forms.EditForm, _edit, _("Change its description"), _("Change"), _("Changed. The log keeps what it was.")),
        "removal": Act(forms.MoveForm, _move, _("Move it"), _("It stands there now"), _("Moved. What it said stays with it."), map=True),
        "events": Act(forms.EventsForm, _events, _("Ask it for events (ONVIF)"), _("Save"), _("Saved.")),
        "command": Act(forms.CommandForm, _command, _("Send a command"), _("Send it"), _("Sent. What became of it stands on this page.")),
        "release": Act(forms.NoteForm, _release, _("Release from its maker"), _("Release"), _("Released. The maker's key does not speak for it any more."), danger=True),
        "registration": Act(forms.TakeOnForm, _take_on, _("Register what it is"), _("Register"), _("Registered.")),
    }  # fmt: skip
    wanted = {
        DeviceState.PLANNED: ("installation", "description", "removal", "retirement"),
        DeviceState.INSTALLED: (
            "service",
            "command",
            "description",
            "events",
            "removal",
            "rest",
            "release",
            "retirement",
        ),
        DeviceState.OUT: ("service", "waking", "description", "removal", "retirement"),
        DeviceState.UNVERIFIED: ("registration", "retirement"),
        DeviceState.RETIRED: (),
    }[DeviceState(device.state)]
    return {
        name: every[name]
        for name in wanted
        if (name != "release" or device.maker_id)
        and (name != "command" or offered(device.type))
        and (name != "events" or may_be_asked(device.type) is None)
    }


NEEDS = {
    "service": "sensing.service_device", "rest": "sensing.rest_device", "waking": "sensing.wake_device",
    "retirement": "sensing.retire_device", "installation": "sensing.install_planned", "registration": "sensing.install_planned",
    "description": "sensing.edit_device", "removal": "sensing.move_device", "release": "sensing.release_device", "events": "sensing.watch_camera", "command": "sensing.send_command",
}  # fmt: skip
