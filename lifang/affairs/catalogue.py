"""What can be applied for: guides, materials, questions, benefits; see `data/`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from lifang.core.access import Actor
from lifang.core.calendar.terms import Limit
from lifang.core.catalogue import catalogue
from lifang.core.flow.shape import flow
from lifang.core.forms import Condition, Exit, FormSpec, Question
from lifang.core.forms.offered import offers
from lifang.core.i18n import Text
from lifang.orgs.catalogue import UNIT_KINDS
from lifang.registry.catalogue import ELEMENTS, TAGS, Element

MOST_CENTS = 10_000_000  # no fee of a window is more than 100,000 yuan


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice."""

    key: str
    name: Text


class Topic(Entry, frozen=True, kw_only=True):
    """What a resident looks under."""

    icon: str


class Material(Entry, frozen=True, kw_only=True):
    """A paper that a matter asks for, and with what it is met without being brought."""

    hint: Text | None = None
    elements: list[str] = []  # met while the register knows all of these
    results: list[str] = []  # met by the result of one of these guides that still holds
    declared: Text | None = None  # met by declaring this
    upload: Literal["photo", "paper"] | None = "photo"  # how it is given online; none: only shown
    keeps_months: int = 0  # once accepted it may serve again for so long, with consent; 0 = never
    most: int = 2

    def faults(self) -> list[str]:
        return [f"there is no element `{one}`" for one in self.elements if one not in ELEMENTS]


class Needed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A material of one guide."""

    key: str
    copies: int = 1
    when: list[Condition] = []
    note: Text | None = None
    later: bool = False  # may be brought after applying


class Part(Entry, frozen=True, kw_only=True):
    """What one department does behind the window."""

    unit: str  # kind of unit (orgs/data/unit_kinds.yaml)
    limit: Limit


class Basis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Text
    number: str = ""  # 国务院令第663号 …
    article: str = ""


class Fee(Entry, frozen=True, kw_only=True):
    """What is to be paid before the window accepts, if these answers were given."""

    cents: int  # fen
    when: list[Condition] = []
    payee: str  # kind of unit that charges it
    returned: bool = False  # goes back when nothing came of it before the work began
    source: str
    confirmed: bool


class Result(Entry, frozen=True, kw_only=True):
    """What one gets."""

    months: int = 0  # how long it holds; 0 = without an end


class Who(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions that the register knows for certain; what it does not know, the window judges."""

    age_from: int = 0  # years completed
    residence: list[str] = []  # kinds of residence (registry/data/codes.yaml)


class Guide(Entry, frozen=True, kw_only=True, dict=True):
    """One matter that a resident can apply for, worked out in full."""

    topic: str
    icon: str
    words: list[str] = []  # by what else it is called
    lead: Text
    window: Literal["community", "street"]
    online: bool = True
    visit: bool = False  # is done at home for whoever cannot come
    agent: bool = True
    conditions: list[Text]
    who: Who = Who()
    materials: list[Needed]
    parts: list[Part] = []  # in the order given; all begin together
    steps: list[Text] = []  # in a resident's words; none: they follow from the parts
    limit: Limit  # what the rule allows
    promise: Limit  # what is promised
    fees: list[Fee] = []  # the first that fits is charged; none: free of charge
    fee_note: Text | None = None
    ask: list[str]  # keys of questions.yaml, in order
    questions: list[Question] = []  # its own
    exits: list[Exit] = []
    edition: int = 1
    result: Result
    writes: dict[str, str] = {}  # what is granted puts a person into these groups: tag → why
    basis: list[Basis]
    note: Text | None = None
    source: str
    confirmed: bool

    @property
    def fee_cents(self) -> int:
        """What everybody pays; what hangs on answers is in `fees`."""
        return next((one.cents for one in self.fees if not one.when), 0)

    @cached_property
    def form(self) -> FormSpec:
        """The questions, then one for each material that is given as a file."""
        return self.form_without(frozenset())

    def form_without(self, met: frozenset[str]) -> FormSpec:
        """The same without the materials that need not be brought."""
        own = {one.key: one for one in self.questions}
        asked = [own.get(key) or QUESTIONS[key].question for key in self.ask]
        files = [
            _upload(one)
            for one in self.materials
            if MATERIALS[one.key].upload and one.key not in met
        ]
        return FormSpec(key=self.key, name=self.name, edition=self.edition, questions=[*asked, *files], exits=self.exits)  # fmt: skip

    def faults(self) -> list[str]:
        own = [fault for one in self.questions for fault in _unbound(one)]
        return [*own, *_unknown(self), *(self.form.faults() if not [*_unknown(self)] else [])]


def _unknown(guide: Guide) -> Iterator[str]:
    own = {one.key for one in guide.questions}
    yield from (f"there is no question `{key}`" for key in guide.ask if key not in own and key not in QUESTIONS)  # fmt: skip
    yield from (f"there is no material `{one.key}`" for one in guide.materials if one.key not in MATERIALS)  # fmt: skip
    kinds = {one.key for one in QUESTIONS["residence"].options}
    yield from (f"there is no residence `{key}`" for key in guide.who.residence if key not in kinds)
    asked = {*guide.ask, *own}
    for fee in guide.fees:
        if not 0 < fee.cents <= MOST_CENTS:
            yield f"fee `{fee.key}` is no amount in fen"
        if fee.payee not in UNIT_KINDS:
            yield f"there is no kind of unit `{fee.payee}`"
        yield from (f"fee `{fee.key}` hangs on `{one.question}`, which is not asked" for one in fee.when if one.question not in asked)  # fmt: skip
    if guide.topic not in TOPICS:
        yield f"there is no topic `{guide.topic}`"


def _unbound(question: Question) -> Iterator[str]:
    """Each question is one of the register's elements, or like one of them or of this context."""
    if bool(question.element) == bool(question.like):
        yield f"`{question.key}` says which `element` it is, or which it is `like`: one of both"
    if question.element and question.element not in ELEMENTS:
        yield f"there is no element `{question.element}`"
    if question.like and question.like not in ELEMENTS and question.like not in OWN_ELEMENTS:
        yield f"there is no element `{question.like}`"


def _upload(needed: Needed) -> Question:
    known = MATERIALS[needed.key]
    kind: Literal["photo", "paper"] = known.upload or "photo"
    hint = needed.note or known.hint
    return Question(
        key=f"m_{needed.key}", name=known.name, kind=kind, hint=hint, required=False, most=known.most, when=needed.when,
    )  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A question that many guides share."""

    key: str
    name: Text
    kind: str
    hint: Text | None = None
    element: str = ""
    like: str = ""
    required: bool = True
    options: list[Entry] = []
    least: int | None = None
    most: int | None = None
    past: bool = False
    when: list[Condition] = []
    again: bool = False  # answered in an earlier matter it stands in the next, with the same consent as papers

    @cached_property
    def question(self) -> Question:
        told = msgspec.to_builtins(self)
        del told["again"]
        told["when"] = [{"question": one.question, "is": one.is_} for one in self.when]
        return msgspec.convert(told, Question, strict=False)

    def faults(self) -> list[str]:
        return list(_unbound(self.question))


class Channel(Entry, frozen=True, kw_only=True):
    """How an application came."""

    icon: str
    typed_by: Literal["self", "staff"]
    trip: bool = False  # somebody went somewhere for it


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers a city may want otherwise."""

    key: str
    amount: int
    note: Text


class Priority(Entry, frozen=True, kw_only=True):
    """Who is called first."""

    age_from: int = 0  # the register says so
    source: str
    confirmed: bool


class Aspect(Entry, frozen=True, kw_only=True):
    """What of a matter a question asks for."""

    words: list[str]


class Filler(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a language that do not say what a question is about."""

    key: str
    words: list[str]


class Rule(Entry, frozen=True, kw_only=True):
    """A fact of a national rule, with its article."""

    words: list[str] = []  # how it is asked
    text: Text
    source: str
    confirmed: bool


class Benefit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a matter may be due to, by what the register knows."""

    key: str
    guide: str
    reason: Text
    age_from: int = 0
    residence: list[str] = []
    groups: list[str] = []  # in one of them
    also: list[str] = []  # and in one of these
    without: list[str] = []  # in none of these: they have it
    source: str
    confirmed: bool

    def faults(self) -> list[str]:
        wrong = [f"there is no guide `{self.guide}`"] if self.guide not in GUIDES else []
        groups = (*self.groups, *self.also, *self.without)
        return [*wrong, *(f"there is no group `{key}`" for key in groups if key not in TAGS)]


TOPICS = catalogue("affairs", "topics", Topic)
MATERIALS = catalogue("affairs", "materials", Material, faults=Material.faults)
OWN_ELEMENTS = catalogue("affairs", "elements", Element, faults=Element.faults)
QUESTIONS = catalogue("affairs", "questions", Asked, faults=Asked.faults)
GUIDES = catalogue("affairs", "guides", Guide, faults=Guide.faults)
CHANNELS = catalogue("affairs", "channels", Channel)
SERVICES = catalogue("affairs", "services", Entry)
PRIORITIES = catalogue("affairs", "priorities", Priority)
ASPECTS = catalogue("affairs", "aspects", Aspect)
FILLERS = catalogue("affairs", "fillers", Filler)
RULES = catalogue("affairs", "rules", Rule)
BENEFITS = catalogue("affairs", "benefits", Benefit, faults=Benefit.faults)
POLICY = catalogue("affairs", "policy", Policy)
APPLICATION = flow("affairs", "application")
CALLBACK = flow("affairs", "callback")
HOME_VISIT = flow("affairs", "home_visit")


@offers("affairs")
def _forms() -> Iterator[FormSpec]:
    return (guide.form for guide in GUIDES)


def policy(key: str) -> int:
    """A policy number."""
    return POLICY[key].amount


class Notice(NamedTuple):
    """A notice that is public and in force: what it says, whom it is for, and what people call it."""

    key: str
    title: Text
    text: Text
    url: str
    words: Sequence[str]  # one of them stands whole in a question about it
    places: Sequence[str]  # the names of the buildings or places it is for
    communities: frozenset[str]
    buildings: frozenset[UUID] = frozenset()


Found = Callable[[Actor, datetime], Iterable[Notice]]
NOTICES: Final[dict[str, Found]] = {}


NOTICE_WORDS: Final[dict[str, Callable[[], Iterable[str]]]] = {}


def notices_from(key: str, found: Found, words: Callable[[], Iterable[str]]) -> None:
    """A context says where its notices are: those that anybody may read and that have not ended at that time; `words`: all they are asked by."""
    NOTICES[key], NOTICE_WORDS[key] = found, words
