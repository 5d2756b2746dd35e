"""Sites of charging and parking: opened, told otherwise, given their devices, closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors
from lifang.sensing.catalogue import SITE_KINDS
from lifang.sensing.models import Device, Site
from lifang.sensing.rules import sites as rules
from lifang.sensing.terms import DeviceState

MOST_CODES = 2_000
TOLD = ("kind", "name", "spot", "operator", "price", "price_source", "spaces")


@action("sensing.open_site")
def open_site(
    *, actor: Actor, area: str, kind: str, name: str, spot: str, lon: float, lat: float, operator: str, price: str, price_source: str, at: datetime,
    spaces: int | None = None,
) -> Site:  # fmt: skip
    """A place to charge or park, with what it costs and who says so."""
    insist(
        rules.fits(kind, name, spot, operator, price, price_source, spaces),
        None if orgs.stands_in(lon, lat, area) else Refusal("site_place", {"field": "lat"}),
    )
    made = Site(
        area=area, kind=kind, name=name.strip(), spot=spot.strip(), lon=lon, lat=lat, operator=operator.strip(), price=price.strip(),
        price_source=price_source.strip(), spaces=spaces, opened_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


@action("sensing.edit_site")
def edit_site(*, actor: Actor, site: Site, at: datetime, **told: Any) -> Site:
    """Another price, another operator: what is not told stays."""
    held = Site.objects.hold(site.pk)
    insist(Refusal("site_closed") if held.closed_at else None)
    facts = {name: told.get(name, getattr(held, name)) for name in TOLD}
    insist(rules.fits(**facts))
    for name, value in facts.items():
        setattr(held, name, value.strip() if isinstance(value, str) else value)
    held.save(update_fields=list(TOLD))
    return held


@action("sensing.fill_site")
def fill_site(*, actor: Actor, site: Site, codes: Sequence[str], at: datetime) -> int:
    """Devices of its community and of its types, by their codes; how many. One stands at one site."""
    held = Site.objects.hold(site.pk)
    insist(
        Refusal("site_closed") if held.closed_at else None,
        None if 0 < len(codes) <= MOST_CODES else Refusal("site_codes", {"field": "codes", "most": MOST_CODES}),
    )  # fmt: skip
    rows = selectors.devices(actor, held.area[:12]).filter(type__in=SITE_KINDS[held.kind].types, code__in=codes)  # fmt: skip
    rows = rows.exclude(state=DeviceState.UNVERIFIED)
    return Device.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(site=held)


@action("sensing.close_site")
def close_site(*, actor: Actor, site: Site, at: datetime) -> Site:
    """Nobody is sent there any more; its devices are free for another."""
    held = Site.objects.hold(site.pk)
    insist(Refusal("site_closed") if held.closed_at else None)
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    Device.objects.filter(site=held).update(site=None)
    return held
