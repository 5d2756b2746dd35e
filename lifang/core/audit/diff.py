"""What changed in a row, said without personal data."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

DEPUTY_FOR = "deputy_for"  # among the changes: the account on whose post a deputy acted

# Values of these kinds are codes, times and counts; of all others only the name is told.
_TOLD = (
    models.DateField,
    models.UUIDField,
    models.BooleanField,
    models.IntegerField,
    models.ForeignKey,
)
_CODES = {
    "state",
    "area",
    "desk",
    "level",
    "matter",
    "post",
    "outcome",
    "kind",
    "reason",
    "source",
    "key",
}

_OWN = {"born"}  # a day that is somebody's own: only that it changed is told

_NOTHING: tuple[Any, ...] = (None, "", 0, False, [], {})

Snapshot = dict[str, Any]


def snapshot(row: models.Model) -> Snapshot:
    """The row's field values by attribute name."""
    return {field.attname: getattr(row, field.attname, None) for field in row._meta.concrete_fields}


def difference(row: models.Model, before: Snapshot | None) -> dict[str, Any]:
    """Changed fields: codes and times as [before, after], anything else as a bare mark."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        was = None if before is None else before.get(field.attname)
        now = getattr(row, field.attname, None)
        if was == now or field.primary_key or (before is None and now in _NOTHING):
            continue
        tellable = field.name not in _OWN and (isinstance(field, _TOLD) or field.name in _CODES)
        told = tellable and not isinstance(field, ArrayField)
        found[field.name] = [_plain(was), _plain(now)] if told else "*"
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
