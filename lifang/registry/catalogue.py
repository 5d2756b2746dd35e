"""Data elements, code lists, sources, tags, visits, what may be looked at for what: see `data/`."""

from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Literal

import msgspec

from lifang.core.catalogue import catalogue, gather
from lifang.core.crypto.masks import MASKS
from lifang.core.flow.shape import flow
from lifang.core.i18n import Text
from lifang.core.i18n.countries import countries
from lifang.registry.terms import Label, Subject


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice."""

    key: str
    name: Text


class Code(Entry, frozen=True, kw_only=True):
    """One code of a list; `standard` is what the list's standard writes for it."""

    standard: str = ""
    tone: Literal["", "waiting", "progress", "danger", "good", "quiet"] = ""


class Codes(Entry, frozen=True, kw_only=True, dict=True):
    """A code list: `codes("relation")`."""

    source: str
    confirmed: bool
    codes: list[Code] = []
    countries: bool = False  # its codes are those of ISO 3166-1, three letters each

    @cached_property
    def known(self) -> dict[str, Code]:
        if self.countries:
            return {
                key: Code(key=key, name=name, standard=key) for key, name in countries().items()
            }
        return {code.key: code for code in self.codes}

    def get(self, key: str) -> Code | None:
        return self.known.get(key)

    def choices(self) -> list[tuple[str, str]]:
        return [(code.key, str(code.name)) for code in self.known.values()]


class Element(Entry, frozen=True, kw_only=True):
    """One thing that is known of a person, a household, a house …; every form and every interface binds to these."""

    of: str  # a Subject of the register; what an element is of that another context declares for itself
    field: str = ""  # of the model of that name; "" = kept as facts only
    type: Literal["text", "date", "code", "number", "flag", "point", "reference"]
    codes: str = ""
    check: Literal["", "identity", "telephone", "credit", "plate", "name"] = ""
    mask: str = ""
    label: Label
    purpose: Text
    keeper: str  # kind of unit (orgs/data/unit_kinds.yaml) that answers for it
    retention_years: int  # after the end of the relation
    expires_days: int = 0  # a value not confirmed for so long is stale; 0 = never
    corrects: bool = False  # a resident may ask to correct it
    asked_as: list[str] = []  # other Chinese words that forms ask for it by
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        """What is wrong with the entry."""
        found = []
        if (self.type == "code") != bool(self.codes):
            found.append("`codes` goes with `type: code`")
        if self.codes and self.codes not in CODES:
            found.append(f"there is no code list `{self.codes}`")
        if self.mask and self.mask not in MASKS:
            found.append(f"there is no mask `{self.mask}`")
        if not self.key.startswith(f"{self.of}."):
            found.append(f"the key begins with `{self.of}.`")
        if self.label.sealed and self.type == "text" and not self.mask:
            found.append("text that is personal says how it is masked")
        return found


def _own_faults(element: Element) -> list[str]:
    """The register's own elements are of what it keeps."""
    strange = element.of not in set(Subject)
    return [*element.faults(), *(["`of` is nothing the register keeps"] if strange else [])]


class Holding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sealed column holds, `<context>.<Model>.<column>`: one element, or something that is none, and why."""

    key: str
    element: str = ""
    why: Text | None = None

    def faults(self) -> list[str]:
        found = []
        if bool(self.element) == bool(self.why):
            found.append(f"`{self.key}` is an `element`, or says `why` it is none: one of both")
        if self.element and self.element not in all_elements():
            found.append(f"`{self.key}`: there is no element `{self.element}`")
        return found


class Repeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something about a person is asked for although the register holds it: `<element>@<place>`, decided by somebody."""

    key: str
    why: Text


class Source(Entry, frozen=True, kw_only=True):
    """Where a value comes from."""

    weight: int  # which of two wins when they differ
    verified: bool  # does coming from there count as verified?


class Purpose(Entry, frozen=True, kw_only=True):
    """What a sensitive field may be looked at for, and whether the purpose needs a piece of work."""

    plain: Text  # as the resident reads it
    work: Literal["todo", "visit", "either", "none"]
    basis: str


class Tag(Entry, frozen=True, kw_only=True):
    """A group a person belongs to, with the ground on which it is kept."""

    group: str
    basis: Text
    consent: bool  # kept only while the person agrees
    review_days: int
    visit: str = ""  # visits.yaml: how often such a person is called on
    public: bool = False  # may be counted in what everybody reads
    words: list[str] = []  # by which a note speaks of such a person
    source: str
    confirmed: bool


class Denial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that deny what follows them."""

    key: str
    words: list[str]


class Restricted(Entry, frozen=True, kw_only=True):
    """A group that lies in the restricted store: named basis, named viewers, each look kept."""

    basis: Text
    keeper: str
    review_days: int
    visit: str = ""
    source: str
    confirmed: bool


class VisitKind(Entry, frozen=True, kw_only=True):
    """How often somebody is called on."""

    cycle_days: int
    warn_days: int  # so long after the due day a missed visit becomes a to-do
    source: str
    confirmed: bool


class Tie(Entry, frozen=True, kw_only=True):
    """A kind of dated relation between who and what."""

    who: list[Literal["person", "organisation"]]
    what: Literal["place", "vehicle", "facility", "dog", "organisation", "person"]
    one: bool = False  # only one at a time
    source: str


class DogRule(Entry, frozen=True, kw_only=True):
    """What a city asks of who keeps a dog; the keeper of one that is not so gets `says`."""

    check: Literal["licence", "licence_day", "vaccination", "size"]
    sizes: list[str] = []  # of which dogs it is asked; none: of all
    areas: list[str] = []  # where; none: everywhere
    months: int = 0  # of a vaccination: how long it holds
    says: Text
    source: str
    confirmed: bool

    def faults(self) -> list[str]:
        """What is wrong with the entry."""
        known = CODES["dog_size"].known
        found = [f"there is no size `{size}`" for size in self.sizes if size not in known]
        if (self.check == "vaccination") != bool(self.months):
            found.append("`months` goes with `check: vaccination`")
        if self.check == "size" and not self.sizes:
            found.append("`check: size` says which")
        return found


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers a city may want otherwise."""

    key: str
    amount: Decimal
    note: Text


class Component(Entry, frozen=True, kw_only=True):
    """A public thing that stands somewhere (GB/T 47678.5-2026)."""

    kind: Literal["component"]
    major: str
    icon: str
    duty: str
    source: str
    confirmed: bool
    local: bool = False


CODES = catalogue("registry", "codes", Codes)
ELEMENTS = catalogue("registry", "elements", Element, faults=_own_faults)
SOURCES = catalogue("registry", "sources", Source)
PURPOSES = catalogue("registry", "purposes", Purpose)
TAGS = catalogue("registry", "tags", Tag)
DENIALS = catalogue("registry", "denials", Denial)
RESTRICTED = catalogue("registry", "restricted", Restricted)
VISITS = catalogue("registry", "visits", VisitKind)
TIES = catalogue("registry", "ties", Tie)
DOG_RULES = catalogue("registry", "dog_rules", DogRule, faults=DogRule.faults)
POLICY = catalogue("registry", "policy", Policy)
COMPONENTS = catalogue("registry", "components", Component)
CORRECTION = flow("registry", "correction")
MISSED = flow("registry", "missed")
REMINDER = flow("registry", "reminder")


@cache
def all_elements() -> dict[str, Element]:
    """The register's, and what other contexts declare for themselves in their `data/elements.yaml`."""
    return gather("elements", Element)


@cache
def holdings() -> dict[str, Holding]:
    """Each context's `data/kept.yaml`: which elements its sealed columns hold."""
    return gather("kept", Holding)


@cache
def repeats() -> dict[str, Repeat]:
    """Each context's `data/repeats.yaml`: why it asks again for what the register holds."""
    return gather("repeats", Repeat)


def codes(key: str) -> Codes:
    """A code list: `sex`, `relation`, `use` …"""
    return CODES[key]


def code_name(key: str, code: str) -> Any:
    """The name of a code in the reader's language; the code itself where the list has lost it."""
    found = CODES[key].get(code)
    return found.name if found else code


def component_name(key: str) -> Any:
    """What a component is, in the reader's language, with its code; the code alone where the list has lost it."""
    found = COMPONENTS.get(key)
    return f"{found.name} ({key})" if found else key


def facility_name(name: str, component: str) -> str:
    """A component's own name; one that only says what it is says it in the reader's language."""
    found = COMPONENTS.get(component)
    return str(found.name) if found and name in (found.name.zh, found.name.en) else name


def policy(key: str) -> int:
    """A policy number: `unmask_a_day`, `expiry_reminder_days` …"""
    return int(POLICY[key].amount)


def elements_of(subject: str) -> list[Element]:
    """The elements of persons, of households …, in catalogue order."""
    return [element for element in ELEMENTS if element.of == subject]
