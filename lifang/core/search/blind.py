"""Names that are sealed and found all the same: keyed fingerprints of their terms."""

from functools import lru_cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lifang.core.crypto.fields import Sealed
from lifang.core.crypto.profiles import profile
from lifang.core.crypto.seals import blind
from lifang.core.search.words import name_terms, query_terms

M = TypeVar("M", bound=models.Model)


class BlindTokens(ArrayField):  # type: ignore[type-arg]
    """Fingerprints (64 bits) of the words and sounds of a sealed name beside it, filled when the row is saved.

    They tell whoever steals the table which rows share a syllable, not which syllable. Put a GIN index on it.
    """

    def __init__(self, *args: Any, of: str, purpose: str, **kwargs: Any) -> None:
        self.of, self.purpose = of, purpose
        kwargs["base_field"] = models.BigIntegerField()
        kwargs.update(default=list, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("base_field", "default", "blank", "editable"):
            kwargs.pop(given, None)
        return name, path, args, {**kwargs, "of": self.of, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        source = model_instance.__dict__.get(self.of)
        if not isinstance(source, Sealed):  # an envelope nobody opened has not changed
            found = _fingerprints(source, self.purpose, profile().name) if source else []
            setattr(model_instance, self.attname, found)
        return getattr(model_instance, self.attname)


@lru_cache(maxsize=200_000)
def _fingerprint(term: str, purpose: str, _profile: str) -> int:
    return int.from_bytes(blind(term, f"terms/{purpose}")[:8], "big", signed=True)


@lru_cache(maxsize=50_000)
def _fingerprints(name: str, purpose: str, used: str) -> list[int]:
    return sorted({_fingerprint(term, purpose, used) for term in name_terms(name)})


def matching_blind(rows: models.QuerySet[M], column: str, query: str) -> models.QuerySet[M]:
    """Rows whose sealed name has every word or sound of the question; none for an empty one."""
    field = rows.model._meta.get_field(column)
    assert isinstance(field, BlindTokens)  # noqa: S101 -- narrows the type
    wanted = [_fingerprint(term, field.purpose, profile().name) for term in query_terms(query)]
    return rows.filter(**{f"{column}__contains": wanted}) if wanted else rows.none()
