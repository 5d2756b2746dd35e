"""A row of any model, for tests that hold for all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import NOT_PROVIDED

from lifang.core.ids import new_id
from lifang.core.testing.cast import LONG_AGO, account


def a_row(model: type[models.Model], **given: Any) -> models.Model:
    """Fills what is required with the least that the columns take; what the rules need, `given` brings."""
    values = dict(given)
    for field in model._meta.concrete_fields:
        if (
            field.attname not in values
            and field.name not in values
            and not isinstance(field, (models.GeneratedField, models.AutoField))
        ):
            values[field.attname] = _value(field)
    made = model(**values)
    made.save(force_insert=True)
    return made


def _value(field: models.Field[Any, Any]) -> Any:
    if field.default is not NOT_PROVIDED:
        return field.get_default()
    if field.null:
        return None
    if isinstance(field, models.ForeignKey):
        return _target(field)
    if field.choices:
        return next(value for value, _ in field.choices if value != "")
    return _plain(field)


def _plain(field: models.Field[Any, Any]) -> Any:
    known: list[tuple[type[models.Field[Any, Any]], Any]] = [
        (ArrayField, []),
        (models.UUIDField, new_id()),
        (models.DateTimeField, LONG_AGO),
        (models.DateField, date(2020, 1, 1)),
        (models.BooleanField, False),
        (models.BinaryField, b""),
        (models.JSONField, {}),
        (models.IntegerField, 1),
        (models.FloatField, 1.0),
        (models.DecimalField, 1),
    ]
    for kind, value in known:
        if isinstance(field, kind):
            return value
    if field.blank and not field.unique:
        return ""
    length = getattr(field, "max_length", None) or 32
    return new_id().hex[-length:]  # its end: the start is the time


def _target(field: models.ForeignKey[Any, Any]) -> Any:
    related = field.related_model
    assert isinstance(related, type)
    if related._meta.label == "accounts.Account":
        return account().pk
    return a_row(related).pk
