"""XML of strangers: no document type, no entities, no depth, no size; one pass of expat and nothing that reaches out."""

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

MOST_BYTES: Final = 262_144
MOST_DEEP, MOST_NODES = 24, 5_000
_DECLARED: Final = re.compile(r"^\ufeff?\s*<\?xml[^>]{0,200}\?>")


class Node:
    """An element: its local name, its namespace, its text, what is inside."""

    __slots__ = ("attributes", "children", "name", "space", "text")

    def __init__(self, name: str, space: str, attributes: dict[str, str]) -> None:
        self.name, self.space, self.attributes = name, space, attributes
        self.text, self.children = "", list[Node]()

    def first(self, *path: str) -> "Node | None":
        """The first below by local names."""
        here: Node | None = self
        for name in path:
            here = next((one for one in here.children if one.name == name), None) if here else None
        return here

    def said(self, *path: str) -> str:
        """The text of that; "" where nothing stands."""
        found = self.first(*path)
        return found.text.strip() if found else ""

    def every(self, name: str) -> Iterator["Node"]:
        """All of a name, however deep."""
        for one in self.children:
            if one.name == name:
                yield one
            yield from one.every(name)


def decoded(body: bytes) -> str:
    """As it is written, whatever its header says: many send GB 18030 under any name."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusing(Poison.NOT_XML, "neither UTF-8 nor GB 18030")


def read(body: bytes, *, most: int = MOST_BYTES, nodes: int = MOST_NODES) -> Node:
    """The root. Raises `Refusing`."""
    if len(body) > most:
        raise Refusing(Poison.TOO_LARGE)
    text = _DECLARED.sub("", decoded(body), count=1)
    builder = _Builder(nodes)
    parser = expat.ParserCreate("utf-8", namespace_separator="\n")
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as wrong:
        raise Refusing(Poison.NOT_XML, str(wrong)[:200]) from None
    if builder.root is None:
        raise Refusing(Poison.NOT_XML, "nothing")
    return builder.root


class _Builder:
    def __init__(self, most: int) -> None:
        self.most = most
        self.root: Node | None = None
        self.open: list[Node] = []
        self.nodes = 0

    def doctype(self, *_: object) -> None:
        raise Refusing(Poison.NOT_XML, "a document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if self.nodes > self.most or len(self.open) >= MOST_DEEP:
            raise Refusing(Poison.TOO_LARGE, "too many elements")
        space, _, local = name.rpartition("\n")
        node = Node(local, space, {key.rpartition("\n")[2]: value for key, value in attributes.items()})  # fmt: skip
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].text += text
