"""By spreadsheet: what meters say, and the bills of public utilities."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Refusal
from lifang.core.access.wall import behind
from lifang.core.i18n import text
from lifang.core.pay.rules import fen, yuan
from lifang.core.sheets.declare import Column, Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.living import actions, rules, selectors
from lifang.living.catalogue import ITEMS
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

ADDRESS = Column("address", text("房屋地址", "Address"), others=("地址", "房号"), required=True, most=200, width=36)  # fmt: skip
MONTH = Column("month", text("月份", "Month"), kind=Kind.CODE, others=("账期",), required=True, most=7, check=rules.month_fits)  # fmt: skip


def _amount(typed: str) -> Refusal | None:
    found = fen(typed)
    return None if found else Refusal("bill_amount")


def _reading(typed: str) -> Refusal | None:
    return rules.reading_fits(thousandths(typed), None, None)


def thousandths(typed: str) -> int:
    """A reading as somebody wrote it; -1 when it is none."""
    whole, _point, rest = typed.strip().partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 9 or len(rest) > 3:
        return -1
    if rest and not (rest.isascii() and rest.isdigit()):
        return -1
    return int(whole) * 1000 + int(rest.ljust(3, "0") or "0")


def _metered(actor: Actor, area: str) -> Mapping[str, str]:
    return {one.key: str(one.name) for one in ITEMS.all() if "reading" in one.bases}


def _utilities(actor: Actor, area: str) -> Mapping[str, str]:
    return {one.key: str(one.name) for one in ITEMS.all() if one.utility}


def _units(actor: Actor, area: str) -> Mapping[str, str]:
    return {str(unit.pk): str(unit.name) for unit in orgs.units_serving(actor, area)}


def _doors(rows: Sequence[Row], area: str) -> dict[str, registry.Dwelling]:
    # Doors are out of a company's sight; an address that its list names and that lies in its own area is not.
    with behind(SYSTEM):
        return registry.doors_at(SYSTEM, area, [row.values.get("address", "") for row in rows])


def _placed(rows: Sequence[Row], area: str) -> dict[str, registry.Dwelling]:
    doors = _doors(rows, area)
    for row in rows:
        door = doors.get(row.values.get("address", ""))
        row.area = door.area if door else area
        if door is None and row.values.get("address"):
            row.wrong("door_unknown", "address")
    return doors


@sheet
class ReadingSheet(Sheet):
    key = "living.readings"
    name = text("抄表读数表", "Meter readings")
    note = text("每户每表每月一行。", "One row a dwelling, meter and month.")
    capability = "living.read_meters"
    columns = (
        ADDRESS,
        Column("item", text("项目", "Item"), kind=Kind.CHOICE, choices=_metered, required=True),
        Column("number", text("表号", "Meter number"), kind=Kind.CODE, required=True, most=40),
        MONTH,
        Column("value", text("读数", "Reading"), kind=Kind.CODE, required=True, most=14, check=_reading),
    )  # fmt: skip
    natural = ("address", "item", "month")

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        _placed(rows, area)
        if not actor.units:
            for row in rows:
                row.wrong("no_company")

    def standing(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> Mapping[int, Known]:  # fmt: skip
        doors = _doors(rows, area)
        keys = {row.number: (doors[row.values["address"]].pk, row.values.get("item"), row.values.get("month")) for row in rows if row.values.get("address") in doors}  # fmt: skip
        stands = selectors.readings(actor, [door.pk for door in doors.values()])
        return {
            number: Known(str(stands[key].pk), {"value": f"{stands[key].value / 1000:g}"})
            for number, key in keys.items()
            if key in stands
        }

    def write(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str) -> None:  # fmt: skip
        doors = _doors(rows, area)
        unit = orgs.unit(actor, min(actor.units).removeprefix("unit:"))
        by_month: dict[str, list[actions.Read]] = defaultdict(list)
        for row in rows:
            told = row.values
            by_month[told["month"]].append(actions.Read(doors[told["address"]], told["item"], told["number"], thousandths(told["value"])))  # fmt: skip
        for month, readings in sorted(by_month.items()):
            actions.read_meters(actor=actor, unit=unit, month=month, readings=readings, area=area, at=at)  # fmt: skip
        stands = selectors.readings(actor, [door.pk for door in doors.values()])
        for row in rows:
            told = row.values
            row.target = str(stands[doors[told["address"]].pk, told["item"], told["month"]].pk)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        wanted = [UUID(row.target) for row in rows if not row.before]
        left = actions.drop_readings(actor=actor, readings=wanted, area=area, at=at)
        return {row.number for row in rows if row.before or UUID(row.target) in left}


@sheet
class UtilitySheet(Sheet):
    key = "living.utility_bills"
    name = text("公用事业账单", "Bills of public utilities")
    note = text("水、电、气、暖单位的账单，每单一行，按账单号识别。", "Water, power, gas, heating: one row a bill, known by the utility's number.")  # fmt: skip
    capability = "living.take_bills"
    columns = (
        Column("unit", text("收费单位", "Utility"), kind=Kind.CHOICE, choices=_units, required=True, width=24),
        Column("reference", text("账单号", "Bill number"), others=("单号",), kind=Kind.CODE, required=True, most=40),
        Column("item", text("项目", "Item"), kind=Kind.CHOICE, choices=_utilities, required=True),
        ADDRESS,
        MONTH,
        Column("amount", text("金额（元）", "Amount (yuan)"), others=("金额",), kind=Kind.CODE, required=True, most=16, check=_amount),
    )  # fmt: skip
    natural = ("unit", "reference")

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        _placed(rows, area)

    def standing(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> Mapping[int, Known]:  # fmt: skip
        found = selectors.imported(actor, [row.values.get("reference", "") for row in rows])
        known = {}
        for row in rows:
            stands = found.get((row.values.get("unit", ""), row.values.get("reference", "")))
            if stands is not None:
                values = {"address": stands.address, "month": stands.month, "amount": yuan(stands.amount).replace(",", "")}  # fmt: skip
                # What was sent is not changed by a second list: it shows as there already, or as another's.
                known[row.number] = Known(str(stands.pk), dict(row.values), _same(row, values))
        return known

    def write(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str) -> None:  # fmt: skip
        doors = _doors(rows, area)
        by_unit: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_unit[row.values["unit"]].append(row)
        for pk, theirs in sorted(by_unit.items()):
            sent = [
                actions.Sent(row.values["reference"], row.values["item"], doors[row.values["address"]], row.values["month"], fen(row.values["amount"]) or 0)
                for row in theirs
            ]  # fmt: skip
            made = actions.take_bills(actor=actor, unit=orgs.unit(actor, pk), bills=sent, area=area, at=at)  # fmt: skip
            for row in theirs:
                row.target = str(made[row.values["reference"]].pk)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        bills = selectors.imported_by_id(actor, [UUID(row.target) for row in rows if not row.before])  # fmt: skip
        left = actions.drop_bills(actor=actor, bills=bills, area=area, at=at)
        return {row.number for row in rows if row.before or row.values["reference"] in left}


def _same(row: Row, values: Mapping[str, str]) -> bool:
    return row.values.get("address") == values["address"] and fen(row.values.get("amount", "")) == fen(values["amount"])  # fmt: skip
