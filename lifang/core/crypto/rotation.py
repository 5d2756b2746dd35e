"""After a rotation: every sealed value of every table under the current key, in batches that each stand by themselves.

Nothing is remembered beside the data: a value says which key it was sealed with, so whoever is stopped goes on where
they were. A row in use is left for the next round; the lock is never waited for. Old keys stay on the ring, so
what is not reached yet, or lies in a backup, stays readable; indexes are looked for under every key meanwhile.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from lifang.core.crypto.fields import SealedText, renewed
from lifang.core.crypto.keys import key_ring
from lifang.core.crypto.seals import Unsealable

BATCH = 200
PATIENCE_SECONDS = 20.0


class Progress(NamedTuple):
    """What has been done after a batch; `unreadable` names rows that no key on the ring opens."""

    table: str
    done: int
    unreadable: list[str]


def sealed_models() -> list[type[models.Model]]:
    """Every table with sealed values."""
    return [
        model
        for model in apps.get_models()
        if not model._meta.proxy and any(_sealed(model)) and ".tests" not in model.__module__
    ]


def waiting(model: type[models.Model]) -> "models.QuerySet[Any]":
    """Rows with a value under another key than the current one."""
    current, _ = key_ring().current()
    query = Q()
    for field in _sealed(model):
        query |= Q(**{f"{field.name}__isnull": False}) & ~Q(**{f"{field.name}__key_id": current})
    return _rows(model).filter(query)


def how_many_wait() -> int:
    return sum(waiting(model).count() for model in sealed_models())


def values_by_key() -> dict[str, Counter[str]]:
    """Key id → table → sealed values."""
    found: dict[str, Counter[str]] = {}
    for model in sealed_models():
        for field in _sealed(model):
            rows = _rows(model).filter(**{f"{field.name}__isnull": False})
            for head in rows.values_list(f"{field.name}__key_id").annotate(n=models.Count("pk")):
                found.setdefault(bytes(head[0]).hex(), Counter())[model._meta.label] += head[1]
    return found


def reseal(size: int = BATCH) -> Iterator[Progress]:
    """Seal again what waits; each step is a batch that is committed. The caller sees every row."""
    for model in sealed_models():
        broken: list[Any] = []
        given_up = time.monotonic() + PATIENCE_SECONDS
        while waiting(model).exclude(pk__in=broken).exists() and time.monotonic() < given_up:
            done = _batch(model, size, broken)
            if done:
                given_up = time.monotonic() + PATIENCE_SECONDS
            elif not broken:
                time.sleep(0.2)  # all that is left is in use
            yield Progress(model._meta.label, done, [f"{model._meta.label} {pk}" for pk in broken])


def _batch(model: type[models.Model], size: int, broken: list[Any]) -> int:
    done = 0
    with transaction.atomic():
        rows = waiting(model).exclude(pk__in=broken).select_for_update(skip_locked=True)
        for row in rows.order_by("pk")[:size]:
            try:
                done += renewed(row)
            except Unsealable:
                broken.append(row.pk)
    return done


def _sealed(model: type[models.Model]) -> Iterator[SealedText]:
    return (field for field in model._meta.concrete_fields if isinstance(field, SealedText))


def _rows(model: type[models.Model]) -> "models.QuerySet[Any]":
    return model._base_manager.all()  # noqa: SLF001 -- every row, whatever a manager of the model hides
