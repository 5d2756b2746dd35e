"""Model fields whose content the database never sees in the clear."""

from functools import cache
from typing import Any

from django.db import models
from django.db.models.lookups import Exact, Lookup
from django.db.models.query_utils import DeferredAttribute

from lifang.core.crypto.keys import KEY_ID, key_ring
from lifang.core.crypto.masks import MASKS
from lifang.core.crypto.seals import NORMALS, blind, open_, seal


@cache
def _column(model: type[models.Model], name: str) -> str:
    return f"{model._meta.concrete_model._meta.label_lower}.{name}"  # type: ignore[union-attr]


class Sealed(bytes):
    """An envelope as it came from the database, not opened yet."""


class _SealedAttribute(DeferredAttribute):
    """Opens on first reading; the row's key is known then, and a row that nobody reads costs nothing."""

    def __get__(self, row: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if row is None:
            return self
        name = self.field.attname
        if name not in row.__dict__:
            super().__get__(row, owner)  # deferred: Django fetches it through __set__
        value = row.__dict__[name]
        if isinstance(value, Sealed):
            value = row.__dict__[name] = self.field.opened(value, row)  # type: ignore[attr-defined]
        return value

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SealedText(models.Field):  # type: ignore[type-arg]
    """Text under encryption, bound to this column of this row: an envelope moved elsewhere does not open.

    It is not searchable; put a `BlindIndex` beside it. `bound_to` keeps old rows readable after a model
    or field is renamed. Rows are written with `save()` or `bulk_create()`, never with `update()`.
    """

    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        self.bound_to = bound_to
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.bound_to:
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def _context(self, row: models.Model) -> bytes:
        if row.pk is None:
            raise ValueError(f"{self} is bound to its row: give the row its key before its secret")
        column = self.bound_to or _column(type(row), str(self.name))
        return f"{column}:{row.pk}".encode()

    def opened(self, sealed: bytes, row: models.Model) -> str:
        """The text in the clear; `Unsealable` if it is not this row's."""
        return open_(bytes(sealed), self._context(row)).decode()

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(seal(str(value).encode(), self._context(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(f"{self} is written through its row and found through a BlindIndex")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(bytes(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self} is not for dumps: use a database backup")

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms  # noqa: PLC0415 -- forms are for edges

        return super().formfield(**{"form_class": forms.CharField, **kwargs})


class Masked(str):
    """A sealed text as it is shown; the whole of it stays out of pages, logs and answers unless `clear` is asked."""

    __slots__ = ("whole",)
    whole: str

    def __new__(cls, shown: str, whole: str = "") -> "Masked":
        made = super().__new__(cls, shown)
        made.whole = whole
        return made


class _MaskedAttribute(_SealedAttribute):
    def __get__(self, row: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if row is None:
            return self
        whole = super().__get__(row, owner)
        return whole if whole is None else Masked(self.field.masked(whole), whole)  # type: ignore[attr-defined]

    def __set__(self, row: models.Model, value: Any) -> None:
        super().__set__(row, value.whole if isinstance(value, Masked) else value)


class MaskedText(SealedText):
    """Sealed text that reads masked (张*, 138****1234): templates, lists and answers cannot forget to.

    `mask` names one of `masks.MASKS`. An action that has the right reads `clear(row, "name")`.
    """

    descriptor_class = _MaskedAttribute

    def __init__(self, *args: Any, mask: str, **kwargs: Any) -> None:
        if mask not in MASKS:
            raise ValueError(f"mask is one of {sorted(MASKS)}")
        self.mask = mask
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "mask": self.mask}

    def masked(self, whole: str) -> str:
        """What is shown of a text."""
        return MASKS[self.mask](whole)


def clear(row: models.Model, name: str) -> str:
    """The whole text of a `MaskedText` field, "" where there is none: for actions that asked and leave a line."""
    value = getattr(row, name)
    return value.whole if isinstance(value, Masked) else str(value or "")


class BlindIndex(models.BinaryField):  # type: ignore[type-arg]
    """The keyed fingerprint of a sealed field beside it: `filter(telephone_key="138 …")` finds equals.

    Filled from `of` whenever the row is saved; with `update_fields` name both. `purpose` separates
    indexes: the same number under two purposes gives two fingerprints.
    """

    def __init__(
        self, *args: Any, of: str, purpose: str, form: str = "text", **kwargs: Any
    ) -> None:
        if form not in NORMALS:
            raise ValueError(f"form is one of {sorted(NORMALS)}")
        self.of, self.purpose, self.form = of, purpose, form
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("null", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return (
            name,
            path,
            args,
            {**kwargs, "of": self.of, "purpose": self.purpose, "form": self.form},
        )

    def fingerprint(self, value: str) -> bytes:
        """What this index would hold for a text."""
        return self.fingerprints(value)[0]

    def fingerprints(self, value: str) -> list[bytes]:
        """What it may hold for a text, the current key first: during a rotation rows lie under several."""
        secrets = key_ring().indexes()
        return [blind(value, self.purpose, self.form, secret) for secret in secrets]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        source = model_instance.__dict__.get(self.of)
        if not isinstance(source, Sealed):  # an envelope nobody opened has not changed
            setattr(model_instance, self.attname, self.fingerprint(source) if source else None)
        return getattr(model_instance, self.attname)

    def get_prep_value(self, value: Any) -> Any:
        return self.fingerprint(value) if isinstance(value, str) else super().get_prep_value(value)


@BlindIndex.register_lookup
class _Equals(Exact):  # type: ignore[type-arg]
    """Equal to a text under any key of the ring."""

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, str):
            return self.lhs.output_field.fingerprints(self.rhs)
        return super().get_prep_lookup()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not isinstance(self.rhs, list):
            return super().as_sql(compiler, connection)
        column, given = self.process_lhs(compiler, connection)
        marks = ", ".join(["%s"] * len(self.rhs))
        return f"{column} IN ({marks})", [*given, *map(connection.Database.Binary, self.rhs)]


@BlindIndex.register_lookup
class _Among(Lookup):  # type: ignore[type-arg]
    """Equal to one of many fingerprints, told as one array: a thousand parameters take longer to read than to find."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[bytes]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, given = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bytea[])", [*given, list(self.rhs)]


@SealedText.register_lookup
class _KeyId(models.Transform):
    """Which key an envelope was sealed with, asked in the database."""

    lookup_name = "key_id"
    output_field = models.BinaryField()
    template = f"SUBSTRING(%(expressions)s FROM 3 FOR {KEY_ID})"


def renew(rows: "models.QuerySet[Any]") -> int:
    """Seal the sealed fields of these rows again under the current key and profile; how many rows."""
    return sum(renewed(row) for row in rows.iterator(chunk_size=500))


def renewed(row: models.Model) -> bool:
    """Seal one row again. `Unsealable` where no key opens it."""
    fields = [f for f in row._meta.concrete_fields if isinstance(f, SealedText | BlindIndex)]
    names = [field.name for field in fields]
    for name in names:
        getattr(row, name)  # opened under the old key
    row.save(update_fields=names)
    return True
