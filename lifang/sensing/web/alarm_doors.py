"""Where the pages of alarms stand."""

from django.utils.translation import gettext_lazy as _

from lifang.core.access import Kind
from lifang.core.web.nav import Entry, register

register(
    Entry("desk", "sensing.wall", _("Alarms"), "sensing:wall", icon="bell", capability="sensing.acknowledge", order=13),
    Entry("desk", "sensing.vigils", _("Looked after"), "sensing:vigils", icon="heart-handshake", capability="sensing.acknowledge", order=23),
    Entry("my", "sensing.my_devices", _("My devices"), "sensing:my_devices", icon="home-heart", order=35, kinds=(Kind.RESIDENT,)),
)  # fmt: skip
