"""What is asked of people, where: read from the forms, spreadsheets and interfaces as they are declared, not from a list."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from django import forms
from django.utils import translation

from lifang.core.access import Actor
from lifang.core.forms.offered import offered
from lifang.core.forms.shape import FILES, Question
from lifang.core.i18n import text
from lifang.core.sheets.declare import SHEETS
from lifang.core.sheets.declare import Column as SheetColumn
from lifang.core.sheets.terms import Kind as SheetKind
from lifang.core.web.forms import Form
from lifang.registry.catalogue import ELEMENTS, Element, all_elements, elements_of, repeats

How = Literal["form", "matter", "sheet", "api"]
TYPED = (forms.CharField, forms.DateField)
SHOWCASE = "lifang.core.web.gallery"  # shows the kit's controls, asks nobody


class Asking(NamedTuple):
    """One place where one element is asked for."""

    element: Element
    how: How
    place: str  # "cases.ContactForm", "registry.persons", "POST /api/v1/…"
    called: Any  # as its users know it
    home: bool  # the register's own; every other asks again
    why: Any = ""  # why it is asked again, once that was decided
    filled: bool = False  # the register's value stands in it: asked only of whom it is not known
    forms: int = 1  # in how many forms of that context

    @property
    def key(self) -> str:
        """How `repeats.yaml` names it."""
        return f"{self.element.key}@{self.place}"


def asked(actor: Actor, *, extra: Iterable[type[forms.BaseForm]] = ()) -> list[Asking]:
    """Every place that asks for something about a person, by element: an element with two places is asked twice."""
    found = [*_forms([*_all(Form), *extra]), *_matters(), *_sheets(), *_interfaces()]
    reasons = repeats()
    told = [one._replace(why=reasons[one.key].why) if one.key in reasons else one for one in found]  # fmt: skip
    order = {element.key: place for place, element in enumerate(ELEMENTS)}
    return sorted(told, key=lambda one: (order[one.element.key], not one.home, one.place))


def asked_again(actor: Actor, found: Iterable[Asking]) -> dict[str, list[Asking]]:
    """Elements with more than one place."""
    by_element: dict[str, list[Asking]] = defaultdict(list)
    for one in found:
        by_element[one.element.key].append(one)
    return {key: places for key, places in by_element.items() if len(places) > 1}


def _all(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all(below)


def _forms(known: Iterable[type[Any]]) -> Iterator[Asking]:
    for form in dict.fromkeys(known):
        if form.__module__ == SHOWCASE:
            continue
        place = f"{_context(form.__module__)}.{form.__name__}"
        called = getattr(form, "called", "") or place
        said: dict[str, str] = getattr(form, "elements", {})
        for name, field in form.base_fields.items():
            key = said.get(name)
            if key is None and isinstance(field, TYPED):
                key = _by_words(_chinese(field.label))
            if key:
                own = place.startswith("registry.")  # where somebody is entered, in steps
                yield Asking(ELEMENTS[key], "form", place, called, home=own)


def _matters() -> Iterator[Asking]:
    """Questions of forms as data, each once a context: with an `element` it is filled in, `like` one it is asked."""
    uses: dict[tuple[str, str, str], list[Question]] = defaultdict(list)
    for owner, form in offered():
        for one in form.questions:
            if key := one.element or one.like:
                uses[owner, one.key, key].append(one)
    for (owner, name, key), asked_in in uses.items():
        if key in ELEMENTS:
            one, n = asked_in[0], len(asked_in)
            called = text(
                f"办事表单（{n}张）：{one.name.zh}", f"{n} forms of matters: {one.name.en}"
            )
            yield Asking(ELEMENTS[key], "matter", f"{owner}.{name}", called, False, filled=bool(one.element), forms=n)  # fmt: skip


def unbound(actor: Actor) -> list[str]:
    """Questions of forms as data that no data element stands behind; papers and photos are not values."""
    return [
        f"{owner}:{form.key}.{one.key}"
        for owner, form in offered()
        for one in form.questions
        if one.kind not in FILES and (one.element or one.like) not in all_elements()
    ]


def _sheets() -> Iterator[Asking]:
    for sheet in SHEETS.values():
        for column in sheet.read:
            typed = column.kind in (SheetKind.TEXT, SheetKind.TELEPHONE, SheetKind.DATE)
            key = column.element or (_by_column(column) if typed else "")
            if key.startswith("person."):
                yield Asking(
                    ELEMENTS[key], "sheet", sheet.key, sheet.name, home=bool(column.element)
                )


def _interfaces() -> Iterator[Asking]:
    """Bodies of the API by the names of their fields."""
    for place, key in _operations():
        yield Asking(ELEMENTS[key], "api", place, place, home=False)


@cache
def _operations() -> tuple[tuple[str, str], ...]:
    """(operation, element); the document is made once: it says the same until the next start."""
    from lifang.core.api.router import api  # noqa: PLC0415 -- knows every context

    document = api().get_openapi_schema()
    names = {element.field: element.key for element in elements_of("person") if element.field}
    names |= {"phone": "person.telephone", "id_number": "person.identity"}
    names |= {"credit_code": "organisation.credit_code", "plate": "vehicle.plate"}
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            fields = set(_fields(operation.get("requestBody", {}), document))
            keys = sorted({names[name] for name in fields & names.keys()})
            found += [(f"{method.upper()} {path}", key) for key in keys]
    return tuple(found)


def _fields(body: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    for content in body.get("content", {}).values():
        yield from _properties(content.get("schema", {}), document, 0)


def _properties(schema: dict[str, Any], document: dict[str, Any], depth: int) -> Iterator[str]:
    if depth > 4:
        return
    if name := schema.get("$ref", "").rpartition("/")[2]:
        yield from _properties(document["components"]["schemas"][name], document, depth + 1)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from _properties(inner, document, depth + 1)
    for inner in (schema.get("items", {}), *schema.get("allOf", ()), *schema.get("anyOf", ())):
        yield from _properties(inner, document, depth + 1)


def _context(module: str) -> str:
    parts = module.split(".")
    return parts[2] if parts[1] == "core" else parts[1]


def _chinese(label: Any) -> str:
    with translation.override("zh-hans"):
        return str(label or "")


def _by_words(label: str) -> str:
    """The element that a label speaks of; the longest word decides."""
    hits = [(len(word), key) for word, key in _words() if word in label]
    return max(hits)[1] if hits else ""


@cache
def _words() -> list[tuple[str, str]]:
    """What the elements of a person are called: in the register, above the columns of spreadsheets, and in forms."""
    found = {(element.name.zh, element.key) for element in elements_of("person")}
    found |= {(word, element.key) for element in ELEMENTS for word in element.asked_as}
    for column in _columns():
        found |= {(word, column.element) for word in (column.name.zh, *column.others)}
    return sorted((word, key) for word, key in found if len(word) > 1)


def _by_column(column: SheetColumn) -> str:
    """By its own name, else by what else people write above it."""
    told = (_by_words(word) for word in (column.name.zh, *column.others))
    return next((key for key in told if key), "")


def _columns() -> Iterator[SheetColumn]:
    for sheet in SHEETS.values():
        yield from (one for one in sheet.columns if one.element.startswith("person."))
