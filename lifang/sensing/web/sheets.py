"""Devices by spreadsheet: one row a device, known by its code; planned where no day of installation is given."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.i18n import text
from lifang.core.sheets.declare import Column, Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.actions import NewDevice
from lifang.sensing.catalogue import TYPES

GRID = 15


def _types(actor: Actor, area: str) -> Mapping[str, str]:
    return {spec.key: str(spec.name) for spec in TYPES if spec.key != "unknown"}


def _grids(actor: Actor, area: str) -> Mapping[str, str]:
    rows = orgs.divisions(actor, within=area)
    return {row.code: f"{row.code} {row.shown}" for row in rows if len(row.code) == GRID}


COLUMNS = (
    Column("type", text("设备类型", "Type"), kind=Kind.CHOICE, choices=_types, required=True, width=24),
    Column("code", text("设备编号", "Code"), others=("序列号", "设备序列号", "SN", "DevEUI"), kind=Kind.CODE, required=True, most=80, width=22,
           note=text("与设备上报的编号一致。", "As its messages name it.")),
    Column("name", text("设备名称", "Name"), others=("名称",), most=120, width=24),
    Column("grid", text("所属网格", "Grid"), kind=Kind.CHOICE, others=("网格", "网格编码"), required=True, choices=_grids, width=36),
    Column("position", text("具体位置", "Where exactly"), others=("位置", "安装位置"), most=120, width=30),
    Column("video_code", text("摄像机编码", "Camera code"), kind=Kind.CODE, most=20, width=22,
           note=text("GB/T 28181 的 20 位数字，仅摄像机填写。", "Twenty digits of GB/T 28181, cameras only.")),
    Column("model", text("型号", "Model"), most=60),
    Column("keeper_name", text("管理方", "Looked after by"), most=120),
    Column("maintainer_name", text("维护方", "Maintained by"), most=120),
    Column("installed_on", text("安装日期", "Installed on"), kind=Kind.DATE,
           note=text("不填表示尚未安装，列入规划。", "Left empty the device is planned.")),
)  # fmt: skip
_PLAIN = ("name", "position", "video_code", "model", "keeper_name", "maintainer_name")


@sheet
class DeviceSheet(Sheet):
    key = "sensing.devices"
    name = text("设备登记表", "Devices")
    note = text("每台设备一行，按编号识别；已登记的不再重复登记。", "One row a device, known by its code; who stands already is left as it is.")  # fmt: skip
    capability = "sensing.install_many"
    columns = COLUMNS
    natural = ("code",)

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        for row in rows:
            row.area = row.values.get("grid", area)
            for fault in actions.faults(_new(row)):
                field = str(fault.facts.get("field", ""))
                row.wrong(fault.reason, field if field in self.by_key else "", **fault.facts)

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        codes = [row.values["code"] for row in rows]
        found = selectors.devices(actor).filter(code__in=codes, maker__isnull=True, gateway__isnull=True)  # fmt: skip
        by_code = {device.code: device for device in found}
        known = {}
        for row in rows:
            stands = by_code.get(row.values["code"])
            if stands is not None:
                known[row.number] = Known(str(stands.pk), dict(row.values), True)
        return known

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        new = [row for row in rows if not row.target]
        if new:
            made = actions.install_many(actor=actor, rows=[_new(row) for row in new], area=area, at=at)  # fmt: skip
            for row, device in zip(new, made, strict=True):
                row.target = str(device.pk)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        wanted = [UUID(row.target) for row in rows if not row.before]
        left = actions.take_back_devices(actor=actor, devices=wanted, area=area, at=at)
        return {row.number for row in rows if UUID(row.target) in left}


def _new(row: Row) -> NewDevice:
    day = row.values.get("installed_on")
    plain: dict[str, Any] = {key: row.values[key] for key in _PLAIN if key in row.values}
    return NewDevice(
        type=row.values["type"], code=row.values["code"], area=row.area, installed_on=date.fromisoformat(day) if day else None, **plain
    )  # fmt: skip
