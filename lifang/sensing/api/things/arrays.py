"""Data arrays: many observations as columns, out and in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse

from lifang.core.api.body import read_json
from lifang.sensing.api.things.door import answer
from lifang.sensing.api.things.observing import Reading, reading, refused_of
from lifang.sensing.api.things.paths import base
from lifang.sensing.api.things.shown import shows
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import KINDS, Asked, Page, Unfit, Who

_COLUMNS: Final = ("id", "phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters")  # fmt: skip
MOST: Final = 20_000  # observations in one request


def shown(page: Page, asked: Asked) -> list[dict[str, Any]]:
    """A page of observations, a group for each datastream."""
    chosen = [path[0] for path in asked.select] or list(_COLUMNS)
    unknown = [name for name in chosen if name not in _COLUMNS]
    if unknown:
        raise Unfit(f"Observation has no property {unknown[0][:60]}.")
    kind = KINDS["Observation"]
    groups: dict[int, list[list[Any]]] = {}
    for row in page.rows:
        groups.setdefault(row["series"], []).append([shows(kind, row, name) for name in chosen])
    return [
        {
            "Datastream@iot.navigationLink": f"{base()}/Datastreams({series})",
            "components": chosen,
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for series, rows in groups.items()
    ]


def taken(who: Who, body: bytes, at: datetime) -> HttpResponse:
    """`CreateObservations`: in their order a self link each, or the word `error`; answered when they are stored."""
    groups = read_json(body)
    if not isinstance(groups, list) or not all(isinstance(one, dict) for one in groups):
        raise Unfit("A list of groups with Datastream, components and dataArray is expected.")
    rows = [row for group in groups for row in _rows(group)]
    if len(rows) > MOST:
        raise Unfit(f"At most {MOST} observations in one request.", 413)
    known = things.targets(who, {row[0] for row in rows})
    readings: list[Reading | None] = []
    for series, told in rows:
        target = known.get(series)
        try:
            readings.append(reading(target, told, at) if target and told else None)
        except Unfit:
            readings.append(None)
    good = [one for one in readings if one is not None]
    wrong = refused_of(who, good, at) if good else {}
    answers, number = [], 0
    for one in readings:
        if one is None:
            answers.append("error")
            continue
        answers.append("error" if number in wrong else one.link())
        number += 1
    return answer(answers, 201)


def _rows(group: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    stream, names, rows = group.get("Datastream"), group.get("components"), group.get("dataArray")
    key = stream.get("@iot.id") if isinstance(stream, dict) else None
    if not isinstance(names, list) or not isinstance(rows, list) or "result" not in names:
        raise Unfit("A group has Datastream, components (at least result) and dataArray.")
    series = key if isinstance(key, int) and not isinstance(key, bool) else 0
    return [(series, _named(names, row)) for row in rows]


def _named(names: Sequence[Any], row: Any) -> dict[str, Any]:
    """`{}` for a row that does not fit its columns."""
    if not isinstance(row, list) or len(row) != len(names):
        return {}
    return {str(name): cell for name, cell in zip(names, row, strict=True)}


__all__ = ["MOST", "shown", "taken"]
