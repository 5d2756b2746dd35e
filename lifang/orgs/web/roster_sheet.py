"""The roster by spreadsheet: one row a watch."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.accounts.models import Account
from lifang.core.i18n import text
from lifang.core.sheets.declare import Column, Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.orgs import actions, rules, selectors
from lifang.orgs.catalogue import COLUMNS, SPANS
from lifang.orgs.models import Unit, Watch
from lifang.orgs.terms import WATCH_NAMES, WatchRole

Choices = Mapping[str, str]


def _places(actor: Actor, area: str) -> Choices:
    """Areas from grid to county by their codes, units by their names."""
    rows = selectors.divisions(actor, within=area)
    names = [str(unit.name) for unit in _units(actor, area).values()]
    return {row.code: f"{row.code} {row.shown}" for row in rows} | {name: name for name in names}


def _spans(actor: Actor, area: str) -> Choices:
    return {one.key: str(one.name) for one in SPANS}


def _roles(actor: Actor, area: str) -> Choices:
    return {role.value: str(name) for role, name in WATCH_NAMES.items()}


def _units(actor: Actor, area: str) -> dict[str, Unit]:
    return {str(unit.name): unit for unit in selectors.units(actor, area=area[:6])}


def _column(key: str, **facts: Any) -> Column:
    known = COLUMNS[key]
    return Column(key, known.name, others=tuple(known.others), **facts)


@sheet
class RosterSheet(Sheet):
    key = "orgs.roster"
    name = text("值班表", "Roster")
    note = text(
        "每人每班一行。值班表只是安排，系统不记录是否到岗。",
        "One row a person and watch. The roster is a plan; who came is not kept.",
    )
    capability = "orgs.set_roster"
    columns = (
        _column("day", kind=Kind.DATE, required=True),
        _column("span", kind=Kind.CHOICE, choices=_spans, required=True),
        _column("place", kind=Kind.CHOICE, choices=_places, required=True, width=36),
        _column("login", required=True, most=64),
        _column("role", kind=Kind.CHOICE, choices=_roles),
    )
    natural = ("day", "span", "place", "login")
    back = "orgs:roster"

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        units, accounts = _units(actor, area), _accounts(rows)
        for row in rows:
            unit = units.get(row.values["place"])
            row.area = unit.area if unit else row.values["place"]
            if row.values["login"].lower() not in accounts:
                row.wrong("login_unknown", "login", login=row.values["login"])
            for column, fault in (
                ("day", rules.watch_day(date.fromisoformat(row.values["day"]), at)),
                ("place", rules.keeps_roster(actor, row.area, unit.holder if unit else "")),
            ):
                if fault is not None:
                    facts = {key: value for key, value in fault.facts.items() if key != "field"}
                    row.wrong(fault.reason, column, **facts)

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        found = _standing(actor, rows)
        return {
            row.number: Known(str(found[key].pk), {**row.values, "role": found[key].role})
            for row in rows
            if (key := _key(row)) in found
        }

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        units, accounts = _units(actor, area), _accounts(rows)
        for row in rows:  # another role of a watch that stands: taken off and entered anew
            if row.target:
                old = Watch.objects.get(pk=UUID(row.target))
                actions.drop_watch(actor=actor, watch=old, at=at)
        wanted = [_wanted(row, units, accounts) for row in rows]
        made = actions.set_roster(actor=actor, rows=wanted, area=area, at=at)
        for row, watch in zip(rows, made, strict=True):
            row.target = str(watch.pk)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        left = set()
        for row in rows:
            held = selectors.watches(actor).filter(pk=row.target, ends_at__gt=at).first()
            if held is None:
                left.add(row.number)
            else:
                actions.drop_watch(actor=actor, watch=held, at=at)
        return left


def _wanted(row: Row, units: dict[str, Unit], accounts: dict[str, Account]) -> actions.WatchRow:
    values = row.values
    return actions.WatchRow(
        accounts[values["login"].lower()], row.area, units.get(values["place"]), date.fromisoformat(values["day"]),
        values["span"], WatchRole(values.get("role") or WatchRole.WATCH),
    )  # fmt: skip


def _accounts(rows: Sequence[Row]) -> dict[str, Account]:
    logins = {row.values["login"].lower() for row in rows}
    found = Account.objects.filter(login__in=logins, closed_at__isnull=True)
    return {account.login: account for account in found}


def _key(row: Row) -> tuple[str, ...]:
    values = row.values
    return values["day"], values["span"], values["place"], values["login"].lower()


def _standing(actor: Actor, rows: Sequence[Row]) -> dict[tuple[str, ...], Watch]:
    logins = {row.values["login"].lower() for row in rows}
    found = selectors.watches(actor).filter(account__login__in=logins)
    return {
        (localtime(one.starts_at).date().isoformat(), one.span, place, one.account.login): one
        for one in found
        for place in ([str(one.unit.name)] if one.unit else [one.area])
    }
