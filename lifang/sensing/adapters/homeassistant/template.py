"""The part of Home Assistant's templates that is evaluated here: a value or a place in a JSON value, some filters, one sum, one choice.

Jinja itself is not run: what devices send is not to be trusted with it. What is not of this part is refused by name.
"""

import json
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from lifang.sensing.adapters.plain import anything
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

MOST_TEXT: Final = 400
_GRAMMAR = r"""
start: "{{" _expr "}}" | "{{-" _expr "-}}"
_expr: choice | sum
choice: literal "if" test "else" literal
test: filtered ((EQ | NE) literal)?
sum: filtered (OP NUMBER)?
filtered: (source | "(" inner ")") filter*
inner: source filter* (OP NUMBER)?
filter: "|" NAME ["(" [literal ("," literal)*] ")"]
source: ROOT step*
step: "." NAME | "[" STRING "]" | "[" INDEX "]"
literal: STRING | NUMBER | INDEX | CONSTANT
ROOT.3: /value_json\b|value\b/
CONSTANT.3: /true\b|false\b|none\b|True\b|False\b|None\b/
NAME: /[^\W\d]\w*/
STRING: /'[^'\\]*'|"[^"\\]*"/
INDEX.2: /\d{1,4}(?![\d.])/
NUMBER: /-?\d{1,12}(\.\d{1,12})?/
OP: "+" | "-" | "*" | "/"
EQ: "=="
NE: "!="
%ignore /\s+/
"""
_PARSER: Final = Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)
_CONSTANTS: Final = {"true": True, "false": False, "none": None}
Value = Any


class _Missing(Exception):
    """Nothing stands there: what Jinja would call undefined."""


def _float(value: Value, *default: Value) -> Value:
    try:
        return float(value)
    except (TypeError, ValueError):
        if default:
            return default[0]
        raise Refusing(Poison.VALUE, f"{value!s:.60} | float") from None


def _int(value: Value, *default: Value) -> Value:
    found = _float(value, *default)
    return int(found) if isinstance(found, float) and math.isfinite(found) else found


def _round(value: Value, places: Value = 0) -> Value:
    found = _float(value)
    within = isinstance(places, int) and 0 <= places <= 12
    if not within:
        raise Refusing(Poison.TEMPLATE, "round")
    return round(found, places)


def shown(value: Value) -> str:
    """As a template would write it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    return str(value) if isinstance(value, (bool, int, float, str)) or value is None else json.dumps(value)[:200]  # fmt: skip


_FILTERS: Final[dict[str, Callable[..., Value]]] = {
    "float": _float, "int": _int, "round": _round, "lower": lambda value: shown(value).lower(), "upper": lambda value: shown(value).upper(),
    "trim": lambda value: shown(value).strip(), "string": shown, "is_defined": lambda value: value, "abs": lambda value: abs(_float(value)),
}  # fmt: skip


@lru_cache(4096)
def _parsed(text: str) -> Tree[Token]:
    if len(text) > MOST_TEXT:
        raise Refusing(Poison.TEMPLATE, f"{text[:100]}…")
    try:
        tree = _PARSER.parse(text.strip())
    except (LarkError, RecursionError):
        raise Refusing(Poison.TEMPLATE, text[:200]) from None
    for one in tree.find_data("filter"):
        name = str(one.children[0])
        if name != "default" and name not in _FILTERS:
            raise Refusing(Poison.TEMPLATE, f"filter {name[:40]}")
    return tree


def check(text: str) -> str:
    """The same text, if it can be evaluated. Raises `Refusing`."""
    if text:
        _parsed(text)
    return text


def evaluate(text: str, body: bytes) -> Value:
    """What a message says by this template; None where it says nothing."""
    if not text:
        return body.decode("utf-8", "replace").strip()
    [told] = _parsed(text).children
    assert isinstance(told, Tree)  # noqa: S101 -- the grammar says so
    try:
        return _choice(told, body) if told.data == "choice" else _sum(told, body)
    except _Missing:
        return None


def _choice(tree: Tree[Token], body: bytes) -> Value:
    yes, test, no = tree.children
    assert isinstance(test, Tree)  # noqa: S101 -- the grammar says so
    return _literal(yes) if _test(test, body) else _literal(no)


def _test(tree: Tree[Token], body: bytes) -> bool:
    found = _filtered(tree.children[0], body)
    if len(tree.children) == 1:
        return bool(found)
    same = bool(found == _literal(tree.children[2]))
    return same if tree.children[1] == "==" else not same


def _sum(tree: Tree[Token], body: bytes) -> Value:
    found = _filtered(tree.children[0], body)
    return _reckoned(found, *tree.children[1:]) if len(tree.children) > 1 else found


def _filtered(tree: Any, body: bytes) -> Value:
    first, *filters = tree.children
    if first.data == "source":
        return _through(lambda: _source(first, body), filters)
    inner, *more = first.children
    own = [one for one in more if isinstance(one, Tree)]
    sum_ = [one for one in more if isinstance(one, Token)]
    found = _through(lambda: _source(inner, body), own)
    if sum_:
        found = _reckoned(found, *sum_)
    return _through(lambda: found, filters)


def _through(begin: Callable[[], Value], filters: list[Any]) -> Value:
    """`default` is what stands for nothing, so it alone sees that there is nothing."""
    try:
        found = begin()
    except _Missing:
        found = _Missing
    for one in filters:
        name, *given = one.children
        found = _filter(str(name), found, [_literal(each) for each in given])
    if found is _Missing:
        raise _Missing
    return found


def _filter(name: str, found: Value, given: list[Value]) -> Value:
    if found is _Missing:
        if name == "default":
            return given[0] if given else ""
        return given[0] if name in ("float", "int") and given else _Missing
    if name == "default":
        return found
    try:
        return _FILTERS[name](found, *given)
    except (TypeError, OverflowError):
        raise Refusing(Poison.TEMPLATE, f"filter {name}") from None


def _reckoned(value: Value, sign: Any, number: Any) -> float:
    left, right = float(_float(value)), float(number)
    if sign == "/" and not right:
        raise Refusing(Poison.TEMPLATE, "/ 0")
    if sign == "/":
        return left / right
    return left + right if sign == "+" else left - right if sign == "-" else left * right


def _source(tree: Any, body: bytes) -> Value:
    root, *path = tree.children
    if root == "value" and not path:
        return body.decode("utf-8", "replace").strip()
    if root == "value":
        raise Refusing(Poison.TEMPLATE, "value is a text")
    found = anything(body)
    for one in path:
        found = _step(found, one.children[0])
    return found


def _step(found: Value, step: Token) -> Value:
    if step.type == "INDEX":
        if isinstance(found, list) and int(step) < len(found):
            return found[int(step)]
    else:
        name = str(step)[1:-1] if step.type == "STRING" else str(step)
        if isinstance(found, dict) and name in found:
            return found[name]
    raise _Missing


def _literal(tree: Any) -> Value:
    [token] = tree.children
    if token.type == "STRING":
        return str(token)[1:-1]
    if token.type == "CONSTANT":
        return _CONSTANTS[str(token).lower()]
    return int(token) if token.type == "INDEX" else float(token)


__all__ = ["check", "evaluate", "shown"]
