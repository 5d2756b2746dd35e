"""Where the pages of devices stand: in the rail, in the search over everything."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.access.errands import Errand, errand
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.sensing import selectors
from lifang.sensing.catalogue import TYPES
from lifang.sensing.terms import AWAY

HITS = 8
MAY = "sensing.service_device"

register(
    Entry("desk", "sensing.devices", _("Devices"), "sensing:devices", icon="cpu", capability=MAY, order=30)
)  # fmt: skip

errand(Errand(AWAY, _("Note an absence of somebody who is looked after"), "sensing:absence_for", icon="luggage"))  # fmt: skip


def _devices(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(MAY):
        return []
    return [
        Hit(str(one), reverse("sensing:device", args=[one.pk]), str(TYPES[one.type].name) if one.type in TYPES else "", "cpu")
        for one in selectors.find_devices(actor, text, HITS)
    ]  # fmt: skip


finder(_("Devices"), _devices)
