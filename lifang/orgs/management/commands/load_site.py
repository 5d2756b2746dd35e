import json
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.catalogue.lines import read_entries
from lifang.core.config import config
from lifang.core.geo.divisions import ancestors
from lifang.core.geo.shapes import Area, geometry_of, mended, read_features
from lifang.orgs import actions, selectors


class Command(BaseCommand):
    help = "Load the areas, outlines and units that a site brings along. A second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = datetime.now(UTC)  # noqa: TID251 -- a command is an edge
        folder, begun = config().site_dir, time.monotonic()
        try:
            with behind(SYSTEM):  # a site is loaded by whoever runs the machine
                told = [_divisions(folder, at), _outlines(folder, at), _units(folder, at)]
        except Refused as refused:
            raise CommandError(str(refused.refusal)) from refused
        spent = time.monotonic() - begun
        self.stdout.write(f"{config().site}: {'; '.join(told)}; {spent:.1f} s")


def _divisions(folder: Path, at: datetime) -> str:
    rows = [
        {"code": entry["key"], "name": entry["name"]["zh"], "name_en": entry["name"].get("en", "")}
        for _, entry in read_entries(folder / "data/orgs/divisions.yaml")
    ]
    if not rows:
        return "no areas of its own"
    root = min((row["code"] for row in rows), key=len)
    report = actions.import_divisions(actor=SYSTEM, rows=rows, root=root, at=at)
    return (
        f"{len(report.added)} areas added, {len(report.changed)} changed, {report.same} as before"
    )


def _outlines(folder: Path, at: datetime) -> str:
    path = folder / "areas.geojson"
    if not path.is_file():
        return "no outlines"
    shapes = {
        str(feature.properties["code"]): feature.shape
        for feature in read_features(path.read_bytes())
    }
    shapes |= _wider(shapes)
    root = selectors.division(SYSTEM, min(shapes, key=len))
    drawn = set(
        selectors.divisions(SYSTEM, root.code)
        .filter(square_metres__isnull=False)
        .values_list("code", flat=True)
    )
    wanted = {code: shape for code, shape in shapes.items() if code not in drawn}
    if wanted:
        features = [
            {"type": "Feature", "properties": {"code": code}, "geometry": geometry_of(shape)}
            for code, shape in wanted.items()
        ]
        outlines = json.dumps({"type": "FeatureCollection", "features": features})
        actions.draw_all(actor=SYSTEM, within=root, outlines=outlines, at=at)
    return f"{len(wanted)} outlines drawn, {len(drawn)} as before"


def _wider(shapes: dict[str, Area]) -> dict[str, Area]:
    """An area nobody drew is what its parts cover."""
    parts: dict[str, list[Area]] = defaultdict(list)
    for code, shape in shapes.items():
        for around in ancestors(code):
            if len(around) >= len("370306") and around not in shapes:
                parts[around].append(shape)
    return {code: mended(shapely.union_all(inner)) for code, inner in parts.items()}


def _units(folder: Path, at: datetime) -> str:
    added = before = 0
    for _, entry in read_entries(folder / "data/orgs/units.yaml"):
        name, kind, area = entry["name"], entry["kind"], entry["area"]
        known = selectors.units(SYSTEM, kind=kind, area=area).filter(name_zh=name["zh"], area=area)
        if known.exists():
            before += 1
            continue
        actions.add_unit(
            actor=SYSTEM, name_zh=name["zh"], name_en=name["en"], kind=kind, area=area, at=at,
            hours=entry.get("hours", ""), phone=entry.get("phone", ""),
        )  # fmt: skip
        added += 1
    return f"{added} units added, {before} as before"
