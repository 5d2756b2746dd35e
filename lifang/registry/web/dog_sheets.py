"""Dogs by spreadsheet: one row a dog, known by its keeper's number and what it is called."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.i18n import text
from lifang.core.sheets.declare import Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.registry import actions, rules, selectors
from lifang.registry.models import Person
from lifang.registry.terms import Document
from lifang.registry.web.columns import column

VALUES = ("size", "breed", "colour", "licence", "licensed_until", "vaccinated_on")
COLUMNS = (
    column(
        "person.identity", "养犬人证件号码", "养犬人身份证号", "身份证号", key="keeper", kind=Kind.CODE, required=True, most=30, width=22,
        name=text("养犬人证件号码", "Number of the keeper's document"),
        note=text("养犬人须已登记；请保持文本格式。", "Of somebody who is in the register; keep it as text."),
    ),
    column("dog.name", "名字", "犬只名字", required=True, most=40),
    column("dog.size", "大小", required=True),
    column("dog.breed", "犬种", most=40),
    column("dog.colour", "颜色", most=20),
    column("dog.licence", "犬证号", "养犬登记证号", most=40, width=22),
    column("dog.licensed_until", "有效期至", "犬证有效期"),
    column("dog.vaccinated_on", "免疫日期", "接种日期"),
)  # fmt: skip


@sheet
class DogSheet(Sheet):
    key = "registry.dogs"
    name = text("犬只登记表", "Dogs")
    note = text(
        "每只犬一行，按养犬人证件号码和犬名识别：已登记的更新，未登记的新增。养犬人须先在人员登记里。",
        "One row a dog, known by the number of its keeper's document and its name: who stands is brought up to date, others are added. The keeper is registered first.",
    )
    capability = "registry.take_dogs"
    columns = COLUMNS
    natural = ("keeper", "name")
    back = "registry:people"

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        today = localtime(at).date()
        for row in rows:
            row.area = area
            row.values["keeper"] = rules.normal_number(Document.CITIZEN, row.values["keeper"])
            for fault in actions.dog_faults(_new(row, None), today):
                field = str(fault.facts.get("field", ""))
                row.wrong(fault.reason, field if field in self.by_key else "", **fault.facts)

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        keepers = _keepers(actor, rows, area, at)
        dogs = actions.compare_dogs(actor=actor, keepers=list(keepers.values()), area=area, at=at)
        known = {}
        for row in rows:
            keeper = keepers.get(row.values["keeper"])
            if keeper is None:
                row.wrong("dog_keeper_unknown", "keeper")
                continue
            row.area = keeper.area
            stands = dogs.get((keeper.pk, row.values.get("name", "")))
            if stands is not None:
                same = {name: row.values[name] for name in ("keeper", "name")}
                known[row.number] = Known(str(stands.pk), {**stands.values, **same}, True)
        return known

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        new = [row for row in rows if not row.target]
        if new:
            keepers = _keepers(actor, new, area, at)
            wanted = [_new(row, keepers.get(row.values["keeper"])) for row in new]
            made = actions.take_dogs(actor=actor, rows=wanted, area=area, source=source, at=at)
            for row, dog in zip(new, made, strict=True):
                row.target = str(dog.pk)
        changed = {UUID(row.target): row.differs for row in rows if row.before}
        if changed:
            actions.change_dogs(actor=actor, changes=changed, area=area, at=at)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        wanted = [actions.Entered(UUID(row.target), row.before, row.differs) for row in rows]
        left = actions.take_back_dogs(actor=actor, rows=wanted, area=area, at=at)
        return {row.number for row in rows if UUID(row.target) in left}


def _keepers(actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> dict[str, Person]:
    """People of the actor's own areas by their numbers."""
    found = actions.compare(
        actor=actor, area=area, numbers=[row.values["keeper"] for row in rows], at=at
    )
    mine = {number: one.pk for number, one in found.items() if one.area}
    people = selectors.persons(actor).in_bulk(list(mine.values()))
    return {number: people[pk] for number, pk in mine.items() if pk in people}


def _new(row: Row, keeper: Person | None) -> actions.NewDog:
    plain: dict[str, Any] = {name: row.values[name] for name in VALUES if name in row.values}
    for name in ("licensed_until", "vaccinated_on"):
        plain[name] = date.fromisoformat(plain[name]) if plain.get(name) else None
    return actions.NewDog(name=row.values.get("name", ""), keeper=keeper, **{"size": "", **plain})
