"""Ask about shops: those that are listed, one's own, those that staff look after."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.geo.measure import box_around
from lifang.living.models import Offer, Shop, ShopLicence
from lifang.registry import selectors as registry

LISTED = "listed"
SHOWN = 200


def listed(actor: Actor, area: str = "", trade: str = "", text: str = "") -> list[Shop]:
    """Published: anybody may read them. With what they offer, by name."""
    rows = Shop.objects.filter(state=LISTED, area__startswith=area)
    if trade:
        rows = rows.filter(trade=trade)
    if text:
        found = Q(name__icontains=text) | Q(about__icontains=text)
        found |= Q(offers__name__icontains=text, offers__ended_at__isnull=True)
        rows = rows.filter(found).distinct()
    with behind(SYSTEM):  # published by its keeper and by whoever listed it
        return list(rows.prefetch_related(_offers()).order_by("name", "id")[:SHOWN])


def listed_around(actor: Actor, lon: float, lat: float, metres: float) -> list[Shop]:
    """Those in the box around a point."""
    west, south, east, north = box_around(lon, lat, metres)
    rows = Shop.objects.filter(state=LISTED, lon__range=(west, east), lat__range=(south, north))
    with behind(SYSTEM):  # likewise
        return list(rows.prefetch_related(_offers()).order_by("name", "id")[:SHOWN])


def listed_shop(actor: Actor, pk: UUID) -> Shop:
    """One that is listed, with what it offers. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # likewise
        found = Shop.objects.filter(pk=pk, state=LISTED).prefetch_related(_offers()).first()
    if found is None:
        raise Refused("not_found")
    return found


def _offers() -> "Prefetch[str]":
    standing = Offer.objects.filter(ended_at__isnull=True).order_by("since", "pk")
    return Prefetch("offers", standing)


def own_shop(actor: Actor) -> Shop | None:
    """The newest of one's account, whatever became of it."""
    if actor.id is None:
        return None
    rows = Shop.objects.filter(holders__contains=[actor.holder], account_id=actor.id)
    return rows.prefetch_related(_offers()).order_by("-asked_at", "id").first()


def shops(actor: Actor) -> QuerySet[Shop]:
    """Of the areas one works for, what waits first."""
    return Shop.objects.visible_to(actor).order_by("-asked_at", "id")


def shop(actor: Actor, pk: UUID) -> Shop:
    """One of them. Raises `Refused("not_found")`."""
    found = shops(actor).filter(pk=pk).prefetch_related(_offers()).first()
    if found is None:
        raise Refused("not_found")
    return found


def shops_by_id(actor: Actor, ids: list[UUID]) -> dict[UUID, Shop]:
    return {row.pk: row for row in Shop.objects.visible_to(actor).filter(pk__in=ids)}


def licence(actor: Actor, shop: Shop) -> ShopLicence | None:
    """The newest that exists for this actor."""
    return ShopLicence.objects.visible_to(actor).filter(shop=shop).order_by("-sent_at").first()


def own_spot(actor: Actor) -> tuple[float, float] | None:
    """Where one's building stands, by the register; nothing without a linked home."""
    return spot_in(actor, registry.own_buildings(actor)[:1] if actor.id else [])


def spot_in(actor: Actor, own: list[UUID]) -> tuple[float, float] | None:
    """Where the first of these buildings stands."""
    with behind(SYSTEM):  # buildings stand on every map, and somebody lives there who asks
        row = registry.public_places(SYSTEM).filter(pk__in=own).first() if own else None
    return (row.lon, row.lat) if row and row.lon is not None and row.lat is not None else None
