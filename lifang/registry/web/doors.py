"""Where the pages of the register stand: in the rail, at a resident's own door, in the search over everything."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor, Kind
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.registry import selectors
from lifang.registry.web import shown

HITS = 8
MAY = "registry.unmask"

register(
    Entry("desk", "registry.people", _("People and homes"), "registry:people", icon="home-search", capability=MAY, order=20),
    Entry("desk", "registry.visits", _("Visits"), "registry:visits", icon="home-heart", capability="registry.visit", order=22),
    Entry("desk", "registry.asked", _("Asked twice"), "registry:asked", icon="repeat", capability="registry.plan_many", order=92),
    Entry("my", "registry.record", _("My record"), "registry:record", icon="id", order=30, kinds=(Kind.RESIDENT,)),
)  # fmt: skip


def _people(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(MAY):
        return []
    found = selectors.with_homes(
        actor, selectors.search_persons(actor, selectors.persons(actor), text)
    )
    return [
        Hit(one.name, shown.person_url(one), shown.home_of(one), "user") for one in found[:HITS]
    ]


def _places(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(MAY):
        return []
    return [
        Hit(one.name, reverse("registry:place", args=[one.pk]), one.address or shown.place_kind(one.kind), "building")
        for one in selectors.find_own_places(actor, text, HITS)
    ]  # fmt: skip


finder(_("Persons"), _people)
finder(_("Places"), _places)
