"""One statement in the making: its parameters, its aliases, the views it reads."""

from collections.abc import Sequence
from typing import Any

from lifang.sensing.rules.things import observation_id
from lifang.sensing.rules.things.grammar import Unfit
from lifang.sensing.rules.things.kinds import KINDS, SETS, Kind, Link, Who, tables


class Statement:
    """Collects what one statement needs; values go in as parameters alone."""

    def __init__(self, who: Who) -> None:
        self.who, self.params, self.withs = who, dict[str, Any](), set[str]()
        self._aliases = 0
        self._sees = self._scope()
        self._own = self._owned()

    def add(self, value: Any) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def alias(self) -> str:
        self._aliases += 1
        return f"n{self._aliases}"

    def view(self, kind: Kind, alias: str) -> str:
        """What there is of a kind, for whoever asks."""
        if kind.withs:
            self.withs.add(kind.withs)
        return f"({kind.view.format(sees=self._sees, own=self._own)}) AS {alias}"

    def whole(self, body: str) -> str:
        return tables(self.withs, self.params) + body

    def _scope(self) -> str:
        scope = self.who.actor.scope
        if scope.everywhere:
            return "true"
        parts = []
        for area in sorted(scope.areas):
            end = area[:-1] + chr(ord(area[-1]) + 1)
            parts.append(f"d.area >= {self.add(area)} AND d.area < {self.add(end)}")
        if scope.holders:
            parts.append(f"d.holders && {self.add(sorted(scope.holders))}::varchar[]")
        return f"({' OR '.join(parts)})" if parts else "false"

    def _owned(self) -> str:
        owner = self.who.owner
        if owner is None:
            return "true"
        if owner.device is not None:
            own = self.add(owner.device)
            return f"(d.id = {own} OR d.gateway_id = {own})"
        return f"d.maker_id = {self.add(owner.maker)}"

    # -- the way to a list ----------------------------------------------------------------------

    def is_one(self, kind: Kind, alias: str, key: str) -> str:
        """That a row is the one of this id."""
        if kind.name != "Observation":
            if not key.isascii() or not key.isdigit() or len(key) > 18:
                return "false"
            return f"{alias}.id = {self.add(int(key))}"
        one = observation_id(key)
        if one is None:
            return "false"
        at = self.add(one.at)
        return f"{self.of_series(alias, one.series)} AND {alias}.at = {at} AND {alias}.message = {self.add(one.message)}"

    def of_series(self, alias: str, series: int) -> str:
        """That an Observation is of this series; its device is named too, whose messages the index finds."""
        one = self.add(series)
        return f"{alias}.series = {one} AND {alias}.device = (SELECT device_id FROM sensing_series WHERE id = {one})"  # noqa: S608 -- our own names

    def under(self, alias: str, way: Sequence[tuple[Kind, str, Link]]) -> str:
        """That a row lies at the end of a way of `(from, its id, by which relation)`."""
        if not way:
            return "true"
        kind, key, link = way[-1]
        if kind.name == "Datastream" and link.to == "Observation" and key.isdigit() and len(key) <= 18:  # fmt: skip
            # Said of the row itself, so that the index of the series serves it.
            near = self.of_series(alias, int(key))
        else:
            near = "true"
        above = self.alias()
        conditions = [link.on.format(a=above, b=alias)]
        if key:
            conditions.append(self.is_one(kind, above, key))
        conditions.append(self.under(above, way[:-1]))
        return f"{near} AND EXISTS (SELECT 1 FROM {self.view(kind, above)} WHERE {' AND '.join(conditions)})"  # noqa: S608 -- our own views


def kind_of_set(name: str) -> Kind:
    if name not in SETS:
        raise Unfit(f"There is no entity set {name[:60]}.", 404)
    return SETS[name]


def link_of(kind: Kind, name: str) -> Link:
    if name not in kind.links:
        raise Unfit(f"{kind.name} has no relation {name[:60]}.")
    return kind.links[name]


__all__ = ["KINDS", "Statement", "kind_of_set", "link_of"]
