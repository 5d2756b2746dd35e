"""Names that are sealed and found all the same: keyed fingerprints of their terms."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import Q

from lifang.core.crypto.fields import Sealed
from lifang.core.crypto.profiles import profile
from lifang.core.crypto.seals import blind
from lifang.core.search.words import is_broad, name_terms, query_terms

M = TypeVar("M", bound=models.Model)
COUNTY: Final = 6  # digits of its code
_FEW: Final = 12  # counties that are asked one by one


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


@BlindTokens.register_lookup
class Near(models.Transform):
    """The fingerprints bound to the row's county, which the database keeps beside them (`NearTokens`)."""

    lookup_name = "near"

    def as_sql(self, compiler: Any, connection: Any, *_given: Any, **_more: Any) -> Any:
        column: Any = self.lhs
        names = (column.alias, f"{column.target.column}_near")
        return ".".join(map(compiler.quote_name_unless_alias, names)), []


@BlindTokens.register_lookup
class Has(models.Lookup):  # type: ignore[type-arg]
    """Contains, asked of rows that are found by something else: the index of all is not read for it."""

    lookup_name = "has"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        (left, given), (right, more) = self.process_lhs(compiler, connection), self.process_rhs(compiler, connection)  # fmt: skip
        return f"({left} @> {right}::bigint[]) IS TRUE", [*given, *more]


class NearTokens(migrations.RunSQL):
    """Migration operation: of a table's fingerprints those bound to its county, by the database, with an index.

    Of a name that a hundred thousand bear in a city, the index of all leads a county's worker to every one of them.
    The table is written anew.
    """

    def __init__(self, table: str, column: str) -> None:
        near, index = f"{column}_near", f"{table.partition('_')[2]}_{column}_near"
        super().__init__(
            sql=[
                _NEAR,
                f"ALTER TABLE {table} ADD COLUMN {near} bigint[] GENERATED ALWAYS AS (lifang_near(area, {column})) STORED",
                f"ALTER TABLE {table} ALTER COLUMN {near} SET STATISTICS 1000",
                f"CREATE INDEX {index} ON {table} USING gin ({near})",
            ],
            reverse_sql=[f"ALTER TABLE {table} DROP COLUMN {near}"],
        )
        self._arguments = (table, column)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [*self._arguments], {}


_NEAR = """
CREATE OR REPLACE FUNCTION lifang_near(area text, terms bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(t # ('x' || left(md5(left(area, 6)), 16))::bit(64)::bigint), '{}') FROM unnest(terms) AS u(t)
$$
"""


def _bound(fingerprints: Iterable[int], county: str) -> list[int]:
    """As `lifang_near` binds them."""
    digest = hashlib.md5(county.encode(), usedforsecurity=False).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    return [one ^ key for one in fingerprints]


def matching_blind(
    rows: models.QuerySet[M],
    column: str,
    query: str,
    areas: Iterable[str] = (),
    holders: Iterable[str] = (),
) -> models.QuerySet[M]:
    """Rows whose sealed name has every word or sound of the question; none for an empty one.

    Where `column` has its `NearTokens`, say of which areas or holders the rows are: those of a few counties
    are found at a price that does not grow with the city. Of a surname alone the first are found anywhere.
    """
    field = rows.model._meta.get_field(column)
    assert isinstance(field, BlindTokens)  # noqa: S101 -- narrows the type
    wanted = [_fingerprint(term, field.purpose, profile().name) for term in query_terms(query)]
    if not wanted:
        return rows.none()
    counties = {area[:COUNTY] for area in areas}
    narrow = 0 < len(counties) <= _FEW and all(len(one) == COUNTY for one in counties)
    if not narrow or is_broad(query):
        return rows.filter(**{f"{column}__contains": wanted})
    found = [Q(**{f"{column}__near__contains": _bound(wanted, one)}) for one in sorted(counties)]
    if holders:
        found.append(Q(**{f"{column}__has": wanted, "holders__overlap": sorted(holders)}))
    return rows.filter(reduce(or_, found))
