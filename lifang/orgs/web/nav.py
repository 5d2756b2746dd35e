"""Where the pages of orgs stand in the navigation."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.geo.divisions import Level
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.orgs import selectors
from lifang.orgs.web.tables import kind_name

register(
    Entry("desk", "orgs.areas", _("Areas"), "orgs:areas", icon="map-2", order=60),
    Entry("desk", "orgs.units", _("Units"), "orgs:units", icon="building", order=62),
    Entry("desk", "orgs.duties", _("Duties"), "orgs:duties", icon="table", order=64),
    Entry(
        "desk", "orgs.calendar", _("Working calendar"), "orgs:calendar", icon="calendar", order=65
    ),
    Entry("desk", "orgs.postings", _("Postings"), "orgs:postings", icon="id-badge-2", order=66),
    Entry(
        "desk",
        "orgs.people",
        _("Open accounts"),
        "orgs:people",
        icon="users-plus",
        capability="orgs.open_accounts",
        order=68,
    ),
    Entry(
        "desk",
        "orgs.people_posts",
        _("Post by list"),
        "orgs:people",
        icon="users-plus",
        capability="orgs.post_all",
        order=68,
    ),
    Entry("desk", "orgs.deputies", _("Deputies"), "orgs:deputies", icon="user-share", order=66),
    Entry("desk", "orgs.roster", _("Roster"), "orgs:roster", icon="calendar-user", order=67),
    Entry(
        "desk",
        "orgs.sights",
        _("Who can see a row"),
        "orgs:sights",
        icon="eye-search",
        capability="access.see_sights",
        order=70,
    ),
    Entry(
        "desk",
        "orgs.retention",
        _("Terms of keeping"),
        "orgs:retention",
        icon="hourglass-empty",
        capability="retention.see",
        order=72,
    ),
    Entry(
        "desk",
        "orgs.holds",
        _("Legal holds"),
        "orgs:holds",
        icon="lock",
        capability="retention.lift_hold",
        order=73,
    ),
    Entry(
        "kiosk", "orgs.communities", _("My community"), "orgs:communities", icon="map-pin", order=40
    ),
    Entry(
        "public",
        "orgs.communities",
        _("My community"),
        "orgs:communities",
        icon="map-pin",
        order=40,
        short=_("My area"),
    ),
)


def _units(actor: Actor, text: str) -> list[Hit]:
    rows = selectors.units(actor)
    found = (rows.filter(name_zh__icontains=text) | rows.filter(name_en__icontains=text))[:5]
    return [
        Hit(unit.name, reverse("orgs:unit", args=[unit.pk]), kind_name(unit.kind), "building")
        for unit in found
    ]


def _areas(actor: Actor, text: str) -> list[Hit]:
    rows = selectors.divisions(actor)
    found = list((rows.filter(name__icontains=text) | rows.filter(code__startswith=text))[:5])
    names = selectors.names_of([row.code for row in found])
    return [
        Hit(row.shown, reverse("orgs:area", args=[row.code]), names[row.code], "map-2")
        for row in found
    ]


def _communities(actor: Actor, text: str) -> list[Hit]:
    rows = selectors.divisions(actor, level=Level.COMMUNITY).filter(name__icontains=text)[:5]
    names = selectors.names_of([row.code for row in rows])
    return [
        Hit(row.shown, reverse("orgs:community", args=[row.code]), names[row.code], "map-pin")
        for row in rows
    ]


finder(_("Units"), _units)
finder(_("Areas"), _areas)
finder(_("Communities"), _communities, door="public")
