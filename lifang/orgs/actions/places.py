"""Divisions by hand: added, drawn, retired."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import shapely
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.scope import within as lies_within
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.geo.divisions import Level, ancestors
from lifang.core.geo.measure import square_metres
from lifang.core.geo.shapes import Area, BadShape, area_from, geometry_of, read_area, read_features
from lifang.core.ids import new_id
from lifang.orgs import rules
from lifang.orgs.events import DivisionAdded, DivisionDrawn, DivisionRetired
from lifang.orgs.models import Division, Posting, Revision, Unit
from lifang.orgs.selectors import names

Outline = Mapping[str, Any] | str | bytes


def changed() -> None:
    """Let every process read divisions and units anew: this one at once, others within a second."""
    Revision.objects.update_or_create(id=1, defaults={"token": new_id()})
    names.forget()
    transaction.on_commit(names.forget)


@action("orgs.add_division")
def add_division(
    *,
    actor: Actor,
    parent: Division,
    name: str,
    at: datetime,
    code: str = "",
    kind: str = "",
    name_en: str = "",
) -> Division:
    """Add one area under another; a grid without a code gets the next number of its community."""
    parent = Division.objects.hold(parent.pk)
    code = code or _next_code(parent)
    kind = kind or rules.kind_of(code)
    insist(
        rules.allowed(actor, "orgs.add_division", parent.code),
        Refusal("division_abolished") if parent.abolished else None,
        rules.fits(code, parent.code, kind),
        None if name.strip() else Refusal("division_name", {"code": code, "field": "name"}),
        None if _next_level(parent) == len(code) else Refusal("division_orphan", {"code": code}),
        Refusal("division_exists", {"code": code, "field": "code"})
        if Division.objects.filter(pk=code).exists()
        else None,
    )
    made = Division.objects.create(
        code=code,
        name=name.strip(),
        name_en=name_en.strip(),
        level=len(code),
        kind=kind,
        parent=parent,
        valid_from=timezone.localdate(at),
    )
    changed()
    publish(DivisionAdded(code=code, at=at), area=code)
    return made


def _next_level(parent: Division) -> int | None:
    return next((int(level) for level in Level if level > parent.level), None)


def _next_code(parent: Division) -> str:
    if parent.level != Level.COMMUNITY:
        raise Refused("division_code", code="", field="code")
    last = Division.objects.filter(parent=parent).order_by("-code").values_list("code", flat=True)
    number = int(last[0][Level.COMMUNITY :]) + 1 if last else 1
    if number > 999:
        raise Refused("division_full", name=parent.shown)
    return f"{parent.code}{number:03d}"


@action("orgs.draw")
def draw(*, actor: Actor, division: Division, outline: Outline | None, at: datetime) -> Division:
    """Give an area its outline (GeoJSON in WGS-84), or with None take it away.

    What overlaps a sibling or lies outside the drawn parent is refused; gaps are allowed.
    """
    insist(rules.allowed(actor, "orgs.draw", division.code))
    # Two siblings drawn at the same moment would not see one another: the parent's row is the queue.
    list(Division.objects.select_for_update().filter(pk=division.parent_id).values_list("pk"))
    row = Division.objects.hold(division.pk)
    insist(Refusal("division_abolished") if row.abolished else None)
    shape = None if outline is None else _read(outline)
    if shape is not None:
        around = Q(parent_id=row.parent_id or row.pk) | Q(parent_id=row.pk)
        known = _drawn(around | Q(pk__in=ancestors(row.pk)))
        known[row.pk] = rules.Drawn(row.name, row.parent_id or "", shape)
        insist(rules.may_stand(known, {row.pk}))
    _outline(row, shape, at)
    row.save(update_fields=_DRAWING)
    changed()
    publish(DivisionDrawn(code=row.code, at=at), area=row.code)
    return row


@action("orgs.draw_all")
def draw_all(*, actor: Actor, within: Division, outlines: Outline, at: datetime) -> list[Division]:
    """Draw many areas from one GeoJSON collection whose features carry `code`, all of them or none."""
    insist(rules.allowed(actor, "orgs.draw_all", within.code))
    shapes = _collected(outlines)
    inside = Division.objects.filter(lies_within(within.code, "code"), valid_to__isnull=True)
    # Whoever draws one of these at the same moment waits at the parent's row, see `draw`.
    list(Division.objects.select_for_update().filter(pk=within.parent_id).values_list("pk"))
    rows = {row.code: row for row in inside.defer("polygon").select_for_update(of=("self",))}
    for number, code in enumerate(shapes, 1):
        if code not in rows:
            raise Refused("outline_unknown", number=number, code=code[:20])
    around = Q(pk__in=ancestors(within.code)) | Q(parent_id=within.parent_id or within.pk)
    known = _drawn(lies_within(within.code, "code") | around)
    for code, shape in shapes.items():
        known[code] = rules.Drawn(rows[code].name, rows[code].parent_id or "", shape)
    refusal = rules.may_stand(known, set(shapes))
    if refusal is not None:
        facts = {"name": known[refusal.facts["code"]].name, "why": str(refusal)}
        raise Refused(Refusal("outline_refused", facts))
    drawn = [rows[code] for code in sorted(shapes)]
    for row in drawn:
        _outline(row, shapes[row.code], at)
        publish(DivisionDrawn(code=row.code, at=at), area=row.code)
    Division.objects.bulk_update(drawn, _DRAWING, batch_size=200)
    changed()
    return drawn


_DRAWING = ("polygon", "west", "south", "east", "north", "square_metres", "drawn_at")


def _collected(outlines: Outline) -> dict[str, Area]:
    try:
        features = read_features(outlines)
    except BadShape as bad:
        raise Refused(_told(bad)) from bad
    found: dict[str, Area] = {}
    for number, feature in enumerate(features, 1):
        code = str(feature.properties.get("code") or "")
        if code in found:
            raise Refused("outline_unknown", number=number, code=code[:20])
        found[code] = _kept(feature.shape)
    return found


def _read(outline: Outline) -> Area:
    try:
        return _kept(read_area(outline))
    except BadShape as bad:
        raise Refused(_told(bad)) from bad


def _kept(shape: Area) -> Area:
    """Judged as it will be kept, to the centimetre."""
    try:
        return area_from(geometry_of(shape))
    except BadShape as bad:
        raise Refused(_told(bad)) from bad


def _told(bad: BadShape) -> Refusal:
    return Refusal("outline_unusable", {"why": str(bad), "fault": bad.reason})


def _drawn(match: Q) -> dict[str, rules.Drawn]:
    rows = Division.objects.filter(match, valid_to__isnull=True, polygon__isnull=False)
    texts = rows.annotate(text=Cast("polygon", TextField())).values_list(
        "code", "name", "parent_id", "text"
    )
    return {
        code: rules.Drawn(name, parent or "", shapely.from_geojson(text))
        for code, name, parent, text in texts
    }


def _outline(row: Division, shape: Area | None, at: datetime) -> None:
    if shape is None:
        row.polygon = row.west = row.south = row.east = row.north = None
        row.square_metres = row.drawn_at = None
        return
    row.polygon = geometry_of(shape)
    row.west, row.south, row.east, row.north = shape.bounds
    row.square_metres, row.drawn_at = square_metres(shape), at


@action("orgs.retire_division")
def retire_division(
    *, actor: Actor, division: Division, at: datetime, successor: Division | None = None
) -> Division:
    """Abolish an area that holds nothing any more; it stays for what happened in it."""
    insist(rules.allowed(actor, "orgs.retire_division", division.code))
    row = Division.objects.hold(division.pk)
    insist(
        Refusal("division_abolished") if row.abolished else None,
        rules.may_retire(*in_use(row.code)),
        rules.may_succeed(row.code, successor.code, successor.abolished) if successor else None,
    )
    row.valid_to, row.successor = max(timezone.localdate(at), row.valid_from), successor
    row.save(update_fields=["valid_to", "successor"])
    changed()
    publish(
        DivisionRetired(code=row.code, successor=successor.code if successor else "", at=at),
        area=row.code,
    )
    return row


def in_use(code: str) -> tuple[int, int, int]:
    """Parts, postings and units that still stand in an area."""
    return (
        Division.objects.filter(parent_id=code, valid_to__isnull=True).count(),
        Posting.objects.filter(area=code, valid_to__isnull=True).count(),
        Unit.objects.filter(area=code, closed__isnull=True).count(),
    )
