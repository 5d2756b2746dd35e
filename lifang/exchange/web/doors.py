"""Where the pages of outside systems stand: in the rail, in the search over everything, in the list of what is to be done."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.flow import lines
from lifang.core.flow.lines import Line
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.exchange import selectors
from lifang.orgs import selectors as orgs

HITS = 8
MAY = "exchange.see_systems"

register(
    Entry("desk", "exchange.systems", _("Outside systems"), "exchange:systems", icon="plug-connected", capability=MAY, order=64)
)  # fmt: skip


def _systems(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(MAY):
        return []
    rows = selectors.find_systems(actor, text)[:HITS]
    return [Hit(one.name, reverse("exchange:system", args=[one.pk]), one.body, "plug-connected") for one in rows]  # fmt: skip


finder(_("Outside systems"), _systems)


@lines.tells("system_admission")
def lines_of(actor: Actor, pks: list[UUID]) -> dict[UUID, Line]:
    rows = selectors.systems(actor).filter(pk__in=pks)
    return {one.pk: Line(one.name, orgs.place_name(one.area, 2) or one.area, "plug-connected") for one in rows}  # fmt: skip
