"""What the ways in ask, as the system: whose key, which device."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from lifang.core.access import Actor
from lifang.core.api.secret import MARK, Token, read_token
from lifang.orgs import selectors as orgs
from lifang.sensing.catalogue import life_types
from lifang.sensing.models import Device, Key, Series
from lifang.sensing.rules import Line, Slot, slots
from lifang.sensing.terms import KeyKind, Known, Owner, micros

_KEY = """
SELECT k.digest, k.prefix, k.sandbox, k.areas, k.expires_at, d.id, d.area, d.retired_at IS NOT NULL, a.id, a.area, a.maker_id
FROM sensing_key k LEFT JOIN sensing_device d ON d.id = k.device_id LEFT JOIN sensing_admission a ON a.id = k.admission_id
WHERE k.prefix = %s AND k.revoked_at IS NULL AND k.expires_at > %s
"""
_OF_LINE = ("pk", "type", "area", "place_id", "gateway_id", "state", "code", "video_code")


def owner_of_key(system: Actor, text: str, at: datetime) -> Owner | None:
    """Whose this key is; None when it opens nothing (any more)."""
    token: Token | None = read_token(text) if text.startswith(MARK) else None
    if token is None or "\x00" in text:
        return None
    row = _row(token.prefix, at)
    return _owner(row) if row and token.fits(row[0]) else None


def owner_of_prefix(system: Actor, prefix: str, at: datetime) -> Owner | None:
    """The same for a line whose secret was asked for when it opened."""
    row = _row(prefix, at) if "\x00" not in prefix else None
    return _owner(row) if row else None


def signer(system: Actor, prefix: str, at: datetime) -> tuple[Owner, str] | None:
    """Whose messages are signed with the secret of this key, and that secret."""
    found = _shared(at, prefix=prefix, kind=KeyKind.SIGNED) if "\x00" not in prefix else None
    row = _row(prefix, at) if found else None
    owner = _owner(row) if row else None
    return (owner, str(found.shared)) if found and owner else None


def by_video_code(system: Actor, code: str, at: datetime) -> tuple[Owner, str] | None:
    """The device or platform of this code of GB/T 28181 that has a password, and that."""
    found = _shared(at, device__video_code=code, device__retired_at__isnull=True, kind=KeyKind.DIGEST) if _is_number(code) else None  # fmt: skip
    row = _row(found.prefix, at) if found else None
    owner = _owner(row) if row else None
    return (owner, str(found.shared)) if found and owner else None


def by_line(system: Actor, address: str, at: datetime) -> Owner | None:
    """The transmission device of this address, if somebody admitted it."""
    found = _shared(at, device__code=address, device__retired_at__isnull=True, kind=KeyKind.LINE)
    row = _row(found.prefix, at) if found else None
    return _owner(row) if row else None


def root(system: Actor) -> str:
    """The largest area there is: where something stands of which nobody knows where."""
    found = orgs.divisions(system).order_by("level", "code").first()
    return found.code if found else ""


def guards(system: Actor, owner: Owner) -> bool:
    """May it tell of danger to life: does it speak for a device of such a type?"""
    return bool(_spoken_for(owner).filter(type__in=life_types()).exists())


def _is_number(code: str) -> bool:
    """Twenty digits, as GB/T 28181 names things."""
    return len(code) == 20 and code.isascii() and code.isdigit()


def _shared(at: datetime, **which: Any) -> Key | None:
    living = Key.objects.filter(revoked_at__isnull=True, expires_at__gt=at, **which)
    return living.order_by("-issued_at").first()


def _row(prefix: str, at: datetime) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(_KEY, [prefix, at])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _owner(row: tuple[Any, ...]) -> Owner | None:
    _, prefix, sandbox, areas, expires, device, where, retired, admission, asked, maker = row
    if retired:
        return None
    return Owner(
        f"key:{prefix}", where or asked or "", device, maker, admission, tuple(areas), sandbox, micros(expires)
    )  # fmt: skip


def lines(system: Actor, owner: Owner, codes: Iterable[str]) -> dict[str, Line]:
    """The devices an owner may speak for, by the codes it used; `""` is the owner's own device."""
    codes = list(codes)
    rows: dict[UUID, tuple[Any, ...]] = {}
    series: dict[UUID, dict[str, int]] = {}
    for *row, measure, number in _devices(owner, codes).values_list(
        *_OF_LINE, "series__measure", "series__id"
    ):
        rows[row[0]] = tuple(row)
        series.setdefault(row[0], {})[measure] = number
    found = {}
    for pk, (_, kind, area, place, gateway, state, code, video_code) in rows.items():
        line = Line(pk, kind, area, place, gateway, state, _slots(kind, series[pk]), {})
        if pk == owner.device:
            found[""] = line
        found[code] = line
        if video_code:
            found.setdefault(video_code, line)
    return found


def known(system: Actor, series: Iterable[int]) -> dict[int, Known]:
    """What watchers may need to know of these series."""
    rows = Series.objects.filter(pk__in=list(series)).select_related("device")
    return {
        row.pk: Known(row.pk, row.device_id, row.device.type, row.measure, row.device.area, row.device.place_id, row.device.gateway_id)
        for row in rows
    }  # fmt: skip


def line_of(system: Actor, device: Device, series: dict[str, int]) -> Line:
    """What ingest knows of a device."""
    made = _slots(device.type, series)
    return Line(device.pk, device.type, device.area, device.place_id, device.gateway_id, device.state, made, {})  # fmt: skip


def _slots(kind: str, series: dict[str, int]) -> dict[str, Slot]:
    made = slots(kind)
    for slot in made.values():
        slot.series = series.get(slot.measure, 0)
    return made


def _devices(owner: Owner, codes: list[str]) -> Any:
    named = Q(code__in=codes)
    if owner.device is not None:
        if numbers := [code for code in codes if _is_number(code)]:
            named |= Q(video_code__in=numbers)  # cameras by GB/T 28181
        named |= Q(pk=owner.device)
    return _spoken_for(owner).filter(named)


def _spoken_for(owner: Owner) -> Any:
    """A device itself and what is behind it; or all of a maker, in the areas of its admission."""
    living = Device.objects.filter(retired_at__isnull=True)
    if owner.device is not None:
        return living.filter(Q(pk=owner.device) | Q(gateway=owner.device))
    rows = living.filter(maker=owner.maker, gateway__isnull=True)
    inside = Q()
    for area in owner.areas:
        inside |= Q(area__startswith=area)
    return rows.filter(inside) if owner.areas else rows
