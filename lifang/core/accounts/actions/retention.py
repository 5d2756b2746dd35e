"""What is over of accounts goes: codes, tries, sessions, and who closed accounts belonged to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q, QuerySet

from lifang.core.access import Actor
from lifang.core.accounts.models import (
    Account,
    Factor,
    OneTimeCode,
    RecoveryCode,
    Session,
    Tries,
)
from lifang.core.accounts.terms import AccountKind
from lifang.core.crypto.masks import ERASED
from lifang.core.notify.models import Preference
from lifang.core.retention import Shelf, Standing, shelf
from lifang.core.retention.shelves import never

Rows = QuerySet[Any]
Went = Mapping[str, int]


def _by(model: Any, column: str) -> Any:
    def over(system: Actor, before: datetime) -> Rows:
        rows: Rows = model.objects.filter(**{f"{column}__lt": before}).annotate(over=F(column))
        return rows.order_by("over", "pk")

    return over


def _deletes(model: Any) -> Any:
    def erase(rows: Sequence[Any], at: datetime) -> Went:
        model.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return {}

    return erase


def _closed(before: datetime, kind: str) -> Rows:
    rows = Account.objects.filter(kind=kind, closed_at__lt=before)
    found: Rows = rows.annotate(over=F("closed_at")).order_by("over", "pk")
    return found


def residents(system: Actor, before: datetime) -> Rows:
    rows: Rows = _closed(before, AccountKind.RESIDENT)
    return rows.exclude(name=ERASED)


def staff(system: Actor, before: datetime) -> Rows:
    known = Q(telephone__isnull=False) | Q(email__isnull=False)
    return _closed(before, AccountKind.STAFF).filter(known)


def anonymise(rows: Sequence[Account], at: datetime) -> Went:
    """An id stays, which the log names; nobody can be found by it."""
    ids = [row.pk for row in rows]
    for row in rows:
        row.name, row.login, row.telephone, row.email = ERASED, f"closed-{row.pk.hex}", None, None
        row.password = make_password(None)
        row.save()
    for part in (Session, Factor, RecoveryCode):
        part._default_manager.filter(account__in=ids).delete()  # noqa: SLF001 -- Django's public name
    holders = [f"account:{pk}" for pk in ids]
    return {"preferences": Preference.objects.filter(holder__in=holders).delete()[0]}


def forget_reach(rows: Sequence[Account], at: datetime) -> Went:
    for row in rows:
        row.telephone = row.email = None
        row.save(update_fields=["telephone", "telephone_key", "email"])
    return {}


def held(force: Standing) -> Q:
    return force.in_areas() | Q(pk__in=force.accounts)


shelf(
    Shelf("accounts.codes", _by(OneTimeCode, "sent_at"), _deletes(OneTimeCode), never, area=""),
    Shelf("accounts.tries", _by(Tries, "last_at"), _deletes(Tries), never, area=""),
    Shelf("accounts.sessions", _by(Session, "ends_at"), _deletes(Session), never, area=""),
    Shelf(
        "accounts.residents",
        residents,
        anonymise,
        held,
        area="",
        also=("accounts.Factor", "notify.Preference"),
    ),
    Shelf("accounts.staff", staff, forget_reach, held),
)
