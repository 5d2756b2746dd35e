"""Where the pages of alarms stand."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor, Kind
from lifang.core.web.nav import Entry, register
from lifang.core.web.panels import panel
from lifang.sensing import selectors

register(
    Entry("desk", "sensing.wall", _("Alarms"), "sensing:wall", icon="bell", capability="sensing.acknowledge", order=13),
    Entry("desk", "sensing.vigils", _("Looked after"), "sensing:vigils", icon="heart-handshake", capability="sensing.acknowledge", order=23),
    Entry("desk", "sensing.receptions", _("Outside matches"), "sensing:receptions", icon="shield-lock", capability="sensing.suspend_reception", order=32),
    Entry("desk", "sensing.safety", _("Neighbourhood safety"), "sensing:safety_board", icon="shield", capability="sensing.see_safety", order=24, short=_("Safety")),
    Entry("footer", "sensing.sites", _("Charging and parking"), "sensing:public_sites", order=38),
    Entry("footer", "sensing.safety", _("Safety notices of the police"), "sensing:safety", order=37),
    Entry("my", "sensing.my_devices", _("My devices"), "sensing:my_devices", icon="home-heart", order=35, kinds=(Kind.RESIDENT,)),
)  # fmt: skip


@panel("registry.person.aside", order=60)
def looked_after(request: HttpRequest, person: Any) -> tuple[str, dict[str, Any]] | None:
    """Whether devices at home look after this person; if not, the way to begin."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may("sensing.acknowledge", person.area):
        return None
    found = selectors.vigils(actor).filter(person=person.pk).first()
    may = found is None and actor.may("sensing.begin_vigil", person.area)
    return (
        ("sensing/desk/parts/looked_after.html", {"vigil": found, "person": person})
        if found or may
        else None
    )
