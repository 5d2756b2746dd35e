"""Ask about devices."""

from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.core.search import matching
from lifang.sensing.models import Device, Entry, Latest


def devices(actor: Actor, area: str = "", kind: str = "") -> QuerySet[Device]:
    """Devices of the actor's areas that are not retired."""
    rows = Device.objects.visible_to(actor).filter(within(area), retired_at__isnull=True)
    return rows.filter(type=kind) if kind else rows


def with_seen(actor: Actor, rows: QuerySet[Device]) -> QuerySet[Device]:
    """Each with `seen_at`: when its last message arrived."""
    words = Latest.objects.visible_to(actor).filter(series__device=OuterRef("pk")).order_by()
    seen = words.values("series__device").annotate(seen=Max("arrived_at")).values("seen")
    return rows.annotate(seen_at=Subquery(seen))


def device(actor: Actor, pk: UUID | str) -> Device:
    """One device, retired or not. Raises `Refused("not_found")`."""
    rows = Device.objects.visible_to(actor).filter(pk=pk)
    found = rows.select_related("place", "maker", "gateway", "keeper", "maintainer").first()
    if found is None:
        raise Refused("not_found")
    return found


def find_devices(actor: Actor, text: str, limit: int = 20) -> list[Device]:
    """By name, pinyin, code, camera code, position."""
    return list(matching(devices(actor), text).order_by("name", "id")[:limit])


def log(actor: Actor, of: Device) -> QuerySet[Entry]:
    """A device's service log, newest first."""
    return Entry.objects.visible_to(actor).filter(device=of).order_by("-at", "-id")
