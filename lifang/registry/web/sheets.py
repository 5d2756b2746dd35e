"""People by spreadsheet: columns bound to the data elements, one row a person, known by the number of the document."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.i18n import text
from lifang.core.sheets.declare import Column, Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.orgs import selectors as orgs
from lifang.registry import actions, rules, selectors
from lifang.registry.catalogue import codes
from lifang.registry.models import Place
from lifang.registry.terms import HEAD, Document, PlaceKind
from lifang.registry.web import dog_sheets
from lifang.registry.web.columns import column

__all__ = ["PersonSheet", "dog_sheets"]
GRID = 15


def _column(key: str, *others: str, **facts: Any) -> Column:
    return column(f"person.{key}", *others, **facts)


def _grids(actor: Actor, area: str) -> Mapping[str, str]:
    rows = orgs.divisions(actor, within=area)
    return {row.code: f"{row.code} {row.shown}" for row in rows if len(row.code) == GRID}


def _relations(actor: Actor, area: str) -> Mapping[str, str]:
    return dict(codes("relation").choices())


COLUMNS = (
    _column("name", "姓 名", required=True, most=50),
    _column("document", "证件类型", note=text("不填按居民身份证。", "Left empty it is an identity card.")),
    _column(
        "identity", "身份证号", "身份证", "身份证号码", "公民身份号码", "ID number",
        kind=Kind.CODE, required=True, most=30, width=22,
        note=text("请保持文本格式，不要让表格软件变成数字。", "Keep it as text, never as a figure."),
    ),
    _column("telephone", "电话", "手机", "手机号", "手机号码", "联系方式", kind=Kind.TELEPHONE),
    _column("sex", "性 别"),
    _column("born", "出生年月日", "生日", note=text("不填则取自证件号码。", "Left empty it is read from the number.")),
    _column("ethnicity"),
    _column("education", "学历"),
    _column("marital", "婚姻"),
    _column("residence", "居住类型", note=text("不填按户籍人口。", "Left empty: registered here.")),
    _column("registered_at", "户籍地", most=200, width=30),
    _column("work_place", "单位", "工作单位及职务", most=120, width=24),
    Column(
        "grid", text("所属网格", "Grid"), kind=Kind.CHOICE, others=("网格", "网格编码"), required=True,
        choices=_grids, width=36, note=text("网格编码，或从列表中选择。", "The code of the grid, or choose from the list."),
    ),
    Column(
        "dwelling", text("房屋地址", "Dwelling"), others=("住址", "现住址", "居住地址"), most=200, width=36,
        note=text("已登记房屋的地址，须与房屋资料一致；可不填。", "The address of a dwelling of the register, as it is written there; may be left empty."),
    ),
    Column(
        "relation", text("与户主关系", "Relation to the head"), kind=Kind.CHOICE, choices=_relations,
        note=text("填了房屋地址的必填。", "Needed where a dwelling is given."),
    ),
)  # fmt: skip


@sheet
class PersonSheet(Sheet):
    key = "registry.persons"
    name = text("人员登记表", "People of the register")
    note = text(
        "每人一行，按证件号码识别：已登记的更新，未登记的新增。填了房屋地址的，同一房屋的人归为一户；已登记的人迁移请到住户页面办理。",
        "One row a person, known by the number of the document: who stands already is brought up to date, others are added. People behind one door keep house together; moves of people who stand already are made on the household's page.",
    )
    capability = "registry.take_sheet"
    columns = COLUMNS
    natural = ("identity",)

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        today = localtime(at).date()
        doors = _doors(actor, {row.values.get("dwelling", "") for row in rows} - {""})
        for row in rows:
            document = row.values.get("document") or Document.CITIZEN
            row.values["identity"] = rules.normal_number(document, row.values["identity"])
            row.area = row.values.get("grid", area)
            self._house(row, doors)
            new = _newcomer(row, doors)
            for fault in actions.faults(new._replace(name=new.name or "x"), today):
                field = str(fault.facts.get("field", ""))
                row.wrong(fault.reason, field if field in self.by_key else "", **fault.facts)

    def _house(self, row: Row, doors: Mapping[str, Place]) -> None:
        address = row.values.get("dwelling")
        if address is None:
            return
        door = doors.get(address)
        if door is None:
            row.wrong("sheet_dwelling_unknown", "dwelling")
            return
        row.area = door.area
        if "relation" not in row.values:
            row.wrong("cell_required", "relation")

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        numbers = [row.values["identity"] for row in rows]
        found = actions.compare(actor=actor, area=area, numbers=numbers, at=at)
        known = {}
        self._one_head([row for row in rows if row.values["identity"] not in found], actor)
        for row in rows:
            stands = found.get(row.values["identity"])
            if stands is None:
                continue
            mine = bool(stands.area)
            kept: dict[str, str] = {
                key: row.values[key] for key in ("dwelling", "relation") if key in row.values
            }
            if mine and row.values.get("grid", stands.area) != stands.area:
                row.wrong("sheet_person_moves", "grid")
            row.area = stands.area or row.area
            known[row.number] = Known(
                str(stands.pk), {**stands.values, "grid": stands.area, **kept}, mine
            )
        return known

    def _one_head(self, new: Sequence[Row], actor: Actor) -> None:
        """A household has one head: the one that stands, else the first of the file."""
        asked = [
            row for row in new if row.values.get("relation") == HEAD and "dwelling" in row.values
        ]
        doors = _doors(actor, {row.values["dwelling"] for row in asked})
        heads = actions.heads_behind([door.pk for door in doors.values()])
        for row in asked:
            door = doors[row.values["dwelling"]].pk
            if door in heads:
                row.wrong("head_already", "relation")
            heads.add(door)

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        new = [row for row in rows if not row.target]
        if new:
            doors = _doors(actor, {row.values.get("dwelling", "") for row in new} - {""})
            wanted = [_newcomer(row, doors) for row in new]
            made = actions.take_sheet(actor=actor, rows=wanted, area=area, source=source, at=at)
            for row, person in zip(new, made, strict=True):
                row.target = str(person.pk)
        changed = {row.target: row.differs for row in rows if row.before}
        if changed:
            actions.change_many(actor=actor, changes=changed, area=area, at=at)  # type: ignore[arg-type]

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        wanted = [actions.Entered(UUID(row.target), row.before, row.differs) for row in rows]
        left = actions.take_back_sheet(actor=actor, rows=wanted, area=area, at=at)
        return {row.number for row in rows if UUID(row.target) in left}


def _doors(actor: Actor, addresses: set[str]) -> dict[str, Place]:
    """Doors of the actor's areas by their address, where one alone has it."""
    if not addresses:
        return {}
    found: dict[str, list[Place]] = {}
    rows = selectors.places(actor).filter(kind=PlaceKind.DWELLING, address__in=addresses)
    for door in rows:
        found.setdefault(door.address, []).append(door)
    return {address: doors[0] for address, doors in found.items() if len(doors) == 1}


def _newcomer(row: Row, doors: Mapping[str, Place]) -> actions.Newcomer:
    values, door = row.values, doors.get(row.values.get("dwelling", ""))
    born = values.get("born")
    plain: dict[str, Any] = {key: values[key] for key in _PLAIN if key in values}
    return actions.Newcomer(
        name=values.get("name", ""),
        area=row.area,
        document=values.get("document") or Document.CITIZEN,
        identity=values["identity"],
        born=date.fromisoformat(born) if born else None,
        dwelling=door,
        household=str(door.pk) if door else "",
        relation=values.get("relation", HEAD),
        **plain,
    )


_PLAIN = (
    "telephone", "sex", "ethnicity", "education", "marital", "residence", "registered_at", "work_place",
)  # fmt: skip
