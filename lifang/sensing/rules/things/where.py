"""`$filter` as a condition: operators and functions by a closed list, values as parameters, relations as EXISTS."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import shapely
from django.utils.dateparse import parse_duration
from lark import Token, Tree

from lifang.sensing.rules.things import observation_id
from lifang.sensing.rules.things.functions import FUNCTIONS
from lifang.sensing.rules.things.grammar import Unfit
from lifang.sensing.rules.things.kinds import KINDS, Kind
from lifang.sensing.rules.things.parts import Part
from lifang.sensing.rules.things.statement import Statement

_CMP: Final = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_SIGN: Final = {"ADD": "+", "SUB": "-", "MUL": "*", "DIV": "/", "MOD": "mod"}
_LARGEST: Final = 1e300
_FALSE: Final = {"eq": "false", "ne": "true"}


class Where:
    """Compiles one filter over rows of `alias`."""

    def __init__(self, statement: Statement, kind: Kind, alias: str, at: datetime) -> None:
        self.statement, self.kind, self.alias, self.at = statement, kind, alias, at
        self.joins: dict[tuple[str, ...], tuple[Kind, str]] = {}
        self.conditions: list[str] = []

    def condition(self, tree: Any) -> str:
        """The whole filter."""
        data = getattr(tree, "data", "")
        if data in ("any", "all"):
            joint = " OR " if data == "any" else " AND "
            return f"({joint.join(self.condition(one) for one in tree.children)})"
        if data == "term":
            nots = sum(isinstance(one, Token) and one.type == "NOT" for one in tree.children)
            inner = self.condition(tree.children[-1])
            return f"NOT coalesce({inner}, false)" if nots % 2 else inner
        return self._leaf(tree)

    def _leaf(self, tree: Any) -> str:
        """One test; what it asks of relations is asked together, of the same related rows."""
        before = self.joins, self.conditions
        self.joins, self.conditions = {}, []
        try:
            test = self._test(tree)
            if not self.joins:
                return test
            views = ", ".join(self.statement.view(kind, alias) for kind, alias in self.joins.values())  # fmt: skip
            return f"EXISTS (SELECT 1 FROM {views} WHERE {' AND '.join([*self.conditions, test])})"  # noqa: S608 -- our own views
        finally:
            self.joins, self.conditions = before

    def _test(self, tree: Any) -> str:
        if getattr(tree, "data", "") == "test":
            left, sign, right = tree.children
            return self._compare(self._part(left), str(sign), self._part(right))
        part = self._part(tree)
        if part.sort == "json":
            part = _as(part, "flag")
        if part.sort != "flag":
            raise Unfit("A filter is made of comparisons.")
        return part.sql

    def _compare(self, left: Part, sign: str, right: Part) -> str:
        if sign not in _CMP:
            raise Unfit(f"There is no operator {sign[:20]}.")
        if "null" in (left.sort, right.sort):
            other = right if left.sort == "null" else left
            if sign not in ("eq", "ne"):
                raise Unfit("null is eq or ne, not more or less.")
            return f"{other.sql} IS {'' if sign == 'eq' else 'NOT '}NULL"
        if left.sort == "id" or right.sort == "id":
            return self._identity(*((left, right) if left.sort == "id" else (right, left)), sign)
        left, right = _alike(left, right)
        if left.sort == "point":
            raise Unfit("Points are compared by st_equals.")
        return f"{left.sql} {_CMP[sign]} {right.sql}"

    def _identity(self, part: Part, other: Part, sign: str) -> str:
        """An observation's id is three columns."""
        if sign not in _FALSE or not isinstance(other.value, str):
            raise Unfit("The id of an Observation is compared by eq or ne with a text.")
        one = observation_id(other.value)
        if one is None:
            return _FALSE[sign]
        add, t = self.statement.add, part.sql
        same = f"({self.statement.of_series(t, one.series)} AND {t}.at = {add(one.at)} AND {t}.message = {add(one.message)})"
        return same if sign == "eq" else f"NOT {same}"

    # -- parts ----------------------------------------------------------------------------------

    def _part(self, tree: Any) -> Part:
        if isinstance(tree, Token):
            return self._literal(tree)
        if tree.data == "path":
            return self.column([str(one) for one in tree.children])
        if tree.data == "call":
            return self._call(str(tree.children[0]), [self._part(one) for one in tree.children[1:] if one is not None])  # fmt: skip
        if tree.data in ("sum", "product"):
            return self._sum(tree.children)
        return Part(self.condition(tree), "flag")

    def _literal(self, token: Token) -> Part:
        made = _LITERALS[token.type](str(token))
        if token.type == "NULL":
            return Part("NULL", "null")
        if token.type in ("GEO", "SPAN"):
            return Part("", _SORTS[token.type], made)
        cast = {"num": "float8", "text": "text", "time": "timestamptz", "flag": "boolean", "span": "interval"}  # fmt: skip
        sort = _SORTS[token.type]
        return Part(f"{self.statement.add(made)}::{cast[sort]}", sort, made)

    def column(self, path: list[str]) -> Part:
        """A property, of the row or of what it is related to."""
        kind, alias, at = self.kind, self.alias, 0
        while at < len(path) - 1 and path[at] in kind.links:
            kind, alias = self._joined(kind, alias, tuple(path[: at + 1]))
            at += 1
        name = "id" if path[at] == "@iot.id" else path[at]
        found = kind.columns.get(name)
        if found is None:
            raise Unfit(f"{kind.name} has no property {path[at][:60]}.")
        if kind.name == "Observation" and name == "id":
            return Part(alias, "id")
        sql = found.sql.format(t=alias)
        inner = path[at + 1 :]
        if not inner:
            return Part(sql, found.sort)
        if found.sort != "json":
            raise Unfit(f"{name} has no parts.")
        return Part(f"({sql} #> {self.statement.add(inner)}::text[])", "json")

    def _joined(self, kind: Kind, alias: str, path: tuple[str, ...]) -> tuple[Kind, str]:
        if path not in self.joins:
            link, other = kind.links[path[-1]], self.statement.alias()
            self.joins[path] = KINDS[link.to], other
            self.conditions.append(link.on.format(a=alias, b=other))
        return self.joins[path]

    def _sum(self, parts: list[Any]) -> Part:
        made = self._part(parts[0])
        for sign, right in zip(parts[1::2], parts[2::2], strict=True):
            made = _joined_by(made, _SIGN[sign.type], self._part(right))
        return made

    def _call(self, name: str, given: list[Part]) -> Part:
        found = FUNCTIONS.get(name.lower())
        if found is None:
            raise Unfit(f"There is no function {name[:40]}.", 501 if name.startswith(("st_", "geo.")) else 400)  # fmt: skip
        if not found.least <= len(given) <= len(found.sorts):
            raise Unfit(f"{name} takes {len(found.sorts)} arguments.")
        args = [
            one if sort == "geo" else _as(one, sort)
            for one, sort in zip(given, found.sorts, strict=False)
        ]
        return found.make(self, *args)


def _joined_by(left: Part, sign: str, right: Part) -> Part:
    sorts = {left.sort, right.sort}
    if sign in "+-" and left.sort == "time" and right.sort in ("span", "time"):
        sort = "time" if right.sort == "span" else "span"
        return Part(f"({left.sql} {sign} {right.sql})", sort)
    if sorts == {"span"} and sign in "+-":
        return Part(f"({left.sql} {sign} {right.sql})", "span")
    left, right = _as(left, "num"), _as(right, "num")
    if sign == "mod":
        return Part(f"mod({left.sql}::numeric, nullif({right.sql}, 0)::numeric)::float8", "num")
    over = f"nullif({right.sql}, 0)" if sign == "/" else right.sql
    return Part(f"({left.sql} {sign} {over})", "num")


def _alike(left: Part, right: Part) -> tuple[Part, Part]:
    """Both of one sort; a flag and a number meet as numbers, what lies in JSON becomes what it meets."""
    if left.sort == right.sort == "json":
        return left, right
    if left.sort == "json":
        return _as(left, right.sort), right
    if right.sort == "json":
        return left, _as(right, left.sort)
    if {left.sort, right.sort} == {"flag", "num"}:
        return _as(left, "num"), _as(right, "num")
    if left.sort != right.sort:
        raise Unfit(f"{left.sort} and {right.sort} cannot be compared.")
    return left, right


def _as(part: Part, sort: str) -> Part:
    if part.sort == sort:
        return part
    if part.sort == "json" and sort in _OF_JSON:
        return Part(_OF_JSON[sort].format(part.sql), sort)
    if part.sort == "flag" and sort == "num":
        return Part(f"({part.sql})::int::float8", "num")
    if part.sort == "id" and sort == "text":
        t = part.sql
        return Part(KINDS["Observation"].columns["id"].sql.format(t=t), "text")
    raise Unfit(f"A {sort} is expected, not a {part.sort}.")


_OF_JSON: Final = {
    "text": "({0} #>> '{{}}')",
    "num": "CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0} #>> '{{}}')::float8 END",
    "flag": "CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0} #>> '{{}}')::boolean END",
}


def _number(text: str) -> float:
    made = float(text)
    if not math.isfinite(made) or abs(made) > _LARGEST:
        raise Unfit(f"{text[:40]} is too large.")
    return made


def time_of(text: str) -> datetime:
    """A time as a filter writes it; a plus that an address made a blank is a plus."""
    try:
        made = datetime.fromisoformat(text.replace(" ", "+"))
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(f"{text[:60]} is no time.") from None


def _span(text: str) -> tuple[datetime, datetime]:
    first, _, last = text.partition("/")
    return time_of(first), time_of(last)


def _duration(text: str) -> timedelta:
    made = parse_duration(text[9:-1])
    if made is None or abs(made) > timedelta(days=40_000):
        raise Unfit(f"{text[:60]} is no duration.")
    return made


def _geometry(text: str) -> Any:
    wkt = re.sub(r"^\s*SRID=4326;", "", text[10:-1], flags=re.IGNORECASE)
    try:
        return shapely.from_wkt(wkt)
    except shapely.errors.GEOSException:
        raise Unfit("This is no geometry in WKT.") from None


_LITERALS: Final[dict[str, Callable[[str], Any]]] = {
    "STRING": lambda text: text[1:-1].replace("''", "'").replace("\x00", ""),
    "NUMBER": _number,
    "TIME": time_of,
    "DATE": lambda text: time_of(f"{text}T00:00:00Z"),
    "SPAN": _span,
    "GEO": _geometry,
    "DURATION": _duration,
    "BOOL": lambda text: text == "true",
    "NULL": lambda text: None,
}
_SORTS: Final = {
    "STRING": "text", "NUMBER": "num", "TIME": "time", "DATE": "time", "SPAN": "period", "GEO": "geo", "DURATION": "span",
    "BOOL": "flag", "NULL": "null",
}  # fmt: skip

__all__ = ["Part", "Tree", "Where", "time_of"]
