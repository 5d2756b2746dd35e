"""The query options of SensorThings, read by one small grammar; nothing of a text becomes SQL by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

MOST_TEXT: Final = 8_000
MOST_NESTED: Final = 40  # brackets in brackets
MOST_LEAVES: Final = 200  # names and numbers in one option
MOST_LEVELS: Final = 5  # of $expand
MOST_EXPANDED: Final = 20
MOST_SKIP: Final = 1_000_000
TOP, MOST_TOP = 100, 1_000

_GRAMMAR = r"""
?filter: any
?any: all ("or" all)*
?all: term ("and" term)*
?term: NOT* test
?test: sum (CMP sum)?
?sum: product ((ADD | SUB) product)*
?product: atom ((MUL | DIV | MOD) atom)*
?atom: STRING | NUMBER | TIME | SPAN | DATE | GEO | DURATION | BOOL | NULL | path | call | "(" filter ")"
call: NAME "(" [filter ("," filter)*] ")"
path: NAME ("/" NAME)*
orderby: order ("," order)*
order: path [ASC | DESC]
select: path ("," path)*
expand: item ("," item)*
item: path ["(" option (";" option)* ")"]
option: "$filter" "=" filter   -> filter_
      | "$orderby" "=" orderby -> orderby_
      | "$select" "=" select   -> select_
      | "$expand" "=" expand   -> expand_
      | "$top" "=" NUMBER      -> top_
      | "$skip" "=" NUMBER     -> skip_
      | "$count" "=" BOOL      -> count_
NOT.2: /not\b/
CMP.2: /(?:eq|ne|gt|ge|lt|le)\b/
ADD.2: /add\b/
SUB.2: /sub\b/
MUL.2: /mul\b/
DIV.2: /div\b/
MOD.2: /mod\b/
ASC.2: /asc\b/i
DESC.2: /desc\b/i
BOOL.2: /(?:true|false)\b/
NULL.2: /null\b/
STRING: /'(?:[^']|'')*'/
GEO.4: /geography'[^']*'/
DURATION.4: /duration'[^']*'/
SPAN.5: /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+\- ]\d\d:?\d\d)?\/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+\- ]\d\d:?\d\d)?/
TIME.4: /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+\- ]\d\d:?\d\d)?/
DATE.3: /\d{4}-\d\d-\d\d(?!T)/
NUMBER.1: /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/
NAME: /@iot\.id|[^\W\d][\w-]*(?:\.[^\W\d]\w*)?/
%import common.WS
%ignore WS
"""
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_NAMES = re.compile(r"[\w.@-]+")
_OPTIONS: Final = ("$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count")


class Unfit(Exception):
    """What was asked cannot be done; `status` says whose fault it is."""

    def __init__(self, said: str, status: int = 400) -> None:
        self.said, self.status = said, status
        super().__init__(said)


@dataclass
class Asked:
    """The options of one list, and what of it is to be shown with it."""

    filter: Any = None
    orderby: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)  # (path, descending)
    select: list[tuple[str, ...]] = field(default_factory=list)
    expand: dict[str, "Asked"] = field(default_factory=dict)
    top: int | None = None
    skip: int = 0
    count: bool = False
    token: str = ""
    raw: dict[str, str] = field(default_factory=dict)  # as written, for the next link


def ask(options: Mapping[str, str]) -> Asked:
    """Read the options of an address. Raises `Unfit`."""
    found = Asked(token=options.get("$skiptoken", ""))
    for name in _OPTIONS:
        if name in options:
            text = options[name].strip()
            _take(found, name, _read(name, text), text)
    _measured(found, 0)
    return found


@cache
def _parser() -> Lark:
    starts = ["filter", "orderby", "select", "expand"]
    return Lark(_GRAMMAR, parser="lalr", start=starts, propagate_positions=True)


def _read(name: str, text: str) -> Any:
    if name == "$count":
        if text not in ("true", "false"):
            raise Unfit("$count is true or false.")
        return text
    if name in ("$top", "$skip"):
        return text
    _small(name, text)
    try:
        return _parser().parse(text, start=name[1:])
    except (LarkError, RecursionError, ValueError):
        raise Unfit(f"{name} cannot be read: {text[:200]}") from None


def _small(name: str, text: str) -> None:
    """No bomb: neither long, nor deep, nor of very many parts."""
    plain = _STRINGS.sub("''", text)
    deep = most = 0
    for sign in plain:
        deep += (sign == "(") - (sign == ")")
        most = max(most, deep)
    if len(text) > MOST_TEXT or most > MOST_NESTED or len(_NAMES.findall(plain)) > MOST_LEAVES * 2:
        raise Unfit(f"{name} is too long or too deep.")


def _take(into: Asked, name: str, read: Any, text: str) -> None:
    if name == "$filter":
        into.filter = read
    elif name == "$orderby":
        into.orderby = [_order(one) for one in read.children]
    elif name == "$select":
        into.select = [_path(one) for one in read.children]
    elif name == "$expand":
        for item in read.children:
            _item(into, item, text)
    elif name == "$count":
        into.count = str(read) == "true"
    else:
        setattr(into, name[1:], _whole(name, str(read)))
    into.raw[name] = text


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Unfit(f"{name} is a whole number, zero or more.")
    found = int(text)
    if name == "$skip" and found > MOST_SKIP:
        raise Unfit(f"$skip is {MOST_SKIP} at most; follow @iot.nextLink instead.")
    return found


def _order(tree: Tree[Token]) -> tuple[tuple[str, ...], bool]:
    path, way = tree.children[0], tree.children[1] if len(tree.children) > 1 else None
    return _path(path), str(way or "asc").lower() == "desc"


def _path(tree: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in tree.children)


def _item(into: Asked, item: Any, text: str) -> None:
    """`A/B(…)` is A with B in it."""
    path, *options = item.children
    inner = into
    for name in _path(path):
        inner = inner.expand.setdefault(name, Asked())
    for option in options:
        if option is not None:
            read, name = option.children[0], f"${option.data.rstrip('_')}"
            _take(inner, name, read, _said(text, option))


def _said(text: str, option: Tree[Token]) -> str:
    """The words of an option, as they were written."""
    return text[option.meta.start_pos : option.meta.end_pos].partition("=")[2].strip()


def _measured(asked: Asked, level: int) -> int:
    if level > MOST_LEVELS:
        raise Unfit(f"$expand goes {MOST_LEVELS} levels deep at most.")
    many = len(asked.expand) + sum(_measured(one, level + 1) for one in asked.expand.values())
    if many > MOST_EXPANDED:
        raise Unfit(f"$expand names {MOST_EXPANDED} relations at most.")
    return many
