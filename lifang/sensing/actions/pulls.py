"""Cameras that are asked for their events: entered, let go, and how it goes."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from lifang.core.access import Actor, insist
from lifang.core.action import action
from lifang.sensing import rules
from lifang.sensing.actions.devices import log_entry
from lifang.sensing.models import Device, Pull


@action("sensing.watch_camera")
def watch_camera(
    *, actor: Actor, device: Device, url: str, username: str, password: str, at: datetime
) -> Pull | None:
    """Ask this camera from now on; without an address it is let go. A password that is left empty stays, at the same host alone."""
    held = Device.objects.hold(device.pk)
    insist(rules.may_be_asked(held.type), rules.may_retire(held.state), rules.camera_address(url))
    earlier = Pull.objects.filter(device=held).first()
    log_entry(held, "edit", actor, at, events=[earlier.url if earlier else "", url])
    if not url:
        if earlier:
            earlier.delete()
        return None
    found = earlier or Pull(device=held, area=held.area, holders=held.holders)
    if password or urlsplit(found.url).netloc != urlsplit(url).netloc:
        found.password = password
    found.url, found.username, found.since, found.why = url, username[:60], None, ""
    found.save()
    return found


@action("sensing.note_pull")
def note_pull(*, actor: Actor, device: UUID, why: str, at: datetime) -> bool:
    """It answers, or is away and why; told only when that is new."""
    found = Pull.objects.filter(device=device).select_for_update().first()
    if found is None or (found.since is not None and bool(found.why) == bool(why)):
        return False
    found.since, found.why = at, why.replace("\x00", "")[:200]
    found.save(update_fields=["since", "why"])
    return True
