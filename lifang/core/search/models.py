"""A column of terms, filled when a row is saved and searched through a GIN index."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.checks import CheckMessage, Error
from django.db import models

from lifang.core.search.words import name_terms, query_terms, terms

M = TypeVar("M", bound=models.Model)


class Tokens(ArrayField):  # type: ignore[type-arg]
    """Terms of the row's own texts; computed at each save, also in `bulk_create`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["base_field"] = models.TextField()
        kwargs.update(default=list, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("base_field", "default", "blank", "editable"):
            kwargs.pop(given, None)
        return name, path, args, kwargs

    def made_of(self, model: type[models.Model]) -> set[str]:
        """The fields whose change changes the terms."""
        return {*model.searched, *model.sounded} if issubclass(model, Searchable) else set()

    def pre_save(self, model_instance: models.Model, add: bool) -> list[str]:
        if not isinstance(model_instance, Searchable):  # a migration's frozen model has no texts
            return list(getattr(model_instance, self.attname))
        found = model_instance.search_terms()
        setattr(model_instance, self.attname, found)
        return found


class Searchable(models.Model):
    """A row found by its words. Name the fields: `searched` for text, `sounded` for names and places too.

    Never name a sealed field here: terms are stored in the clear.
    """

    searched: ClassVar[tuple[str, ...]] = ()
    sounded: ClassVar[tuple[str, ...]] = ()

    tokens = Tokens()

    class Meta:
        abstract = True
        indexes = [GinIndex(fields=["tokens"], name="%(class)s_tokens")]

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Terms follow their fields, also when only those are saved."""
        if update_fields is not None and {*self.searched, *self.sounded} & {*update_fields}:
            update_fields = {*update_fields, "tokens"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def search_terms(self) -> list[str]:
        """The terms this row is found by."""
        found: set[str] = set()
        for name in self.searched:
            found.update(terms(str(getattr(self, name) or "")))
        for name in self.sounded:
            found.update(name_terms(str(getattr(self, name) or "")))
        return sorted(found)

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        """A model that hides the index by its own `Meta.indexes` is told so."""
        found: list[CheckMessage] = super().check(**kwargs)
        if not any(isinstance(i, GinIndex) and i.fields == ["tokens"] for i in cls._meta.indexes):
            hint = "Write `indexes = [*Searchable.Meta.indexes, ...]` in its Meta."
            found.append(Error("Searchable without an index on tokens", hint, cls, "search.E001"))
        return found


def matching(rows: models.QuerySet[M], query: str) -> models.QuerySet[M]:
    """Rows that have every word of the question; all rows when nothing was asked."""
    if not query.strip():
        return rows
    wanted = query_terms(query)
    return rows.filter(tokens__contains=wanted) if wanted else rows.none()
