"""What goes out: codes, times, and words in both languages."""

from typing import Any

from ninja import Schema

from lifang.affairs.catalogue import MATERIALS, TOPICS, Guide, Material, Needed
from lifang.core.calendar.terms import Limit
from lifang.core.i18n import Text


class Words(Schema):
    zh: str
    en: str


class LimitOut(Schema):
    """`amount` of `unit`: `work_day`, `day`, `work_hour` …"""

    amount: str
    unit: str
    name: Words


class GuideOut(Schema):
    """One matter, in short. `confirmed` is false where nobody has confirmed it for this place yet."""

    key: str
    name: Words
    topic: str
    topic_name: Words
    window: str
    online: bool
    visit: bool
    agent: bool
    promise: LimitOut
    limit: LimitOut
    fee_cents: int
    edition: int
    confirmed: bool


class MaterialOut(Schema):
    """A paper, and what may take its place: `elements` of the register, `results` of other matters, a declaration."""

    key: str
    name: Words
    copies: int
    later: bool
    sometimes: bool
    elements: list[str]
    results: list[str]
    declared: Words | None
    upload: str | None


class FeeOut(Schema):
    """What is to be paid when all of `when` was answered so; the first that fits is charged."""

    key: str
    name: Words
    cents: int
    returned: bool
    confirmed: bool
    when: list[dict[str, Any]]


class PartOut(Schema):
    key: str
    name: Words
    unit: str
    limit: LimitOut


class QuestionOut(Schema):
    """A question of the form; `when` names the earlier answers it hangs on."""

    key: str
    name: Words
    kind: str
    element: str
    required: bool
    options: list[dict[str, Any]]
    when: list[dict[str, Any]]


class BasisOut(Schema):
    name: Words
    number: str
    article: str


class GuideWhole(GuideOut):
    """With all that is needed to prepare for it."""

    lead: Words
    words: list[str]
    conditions: list[Words]
    materials: list[MaterialOut]
    parts: list[PartOut]
    steps: list[Words]
    questions: list[QuestionOut]
    result: Words
    result_months: int
    basis: list[BasisOut]
    fees: list[FeeOut]
    fee_note: Words | None
    source: str


def both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def limit(told: Limit) -> dict[str, Any]:
    return {"amount": str(told.amount), "unit": str(told.unit), "name": both(told.name)}


def short(guide: Guide) -> dict[str, Any]:
    plain = ("key", "topic", "window", "online", "visit", "agent", "fee_cents", "edition", "confirmed")  # fmt: skip
    return {
        **{name: getattr(guide, name) for name in plain}, "name": both(guide.name), "topic_name": both(TOPICS[guide.topic].name),
        "promise": limit(guide.promise), "limit": limit(guide.limit),
    }  # fmt: skip


def whole(guide: Guide) -> dict[str, Any]:
    return {
        **short(guide), "lead": both(guide.lead), "words": guide.words, "conditions": [both(one) for one in guide.conditions],
        "materials": [_material(one, MATERIALS[one.key]) for one in guide.materials],
        "parts": [{"key": one.key, "name": both(one.name), "unit": one.unit, "limit": limit(one.limit)} for one in guide.parts],
        "steps": [both(one) for one in guide.steps], "questions": _questions(guide), "result": both(guide.result.name), "result_months": guide.result.months,
        "basis": [{"name": both(one.name), "number": one.number, "article": one.article} for one in guide.basis],
        "fees": [{"key": one.key, "name": both(one.name), "cents": one.cents, "returned": one.returned, "confirmed": one.confirmed, "when": [{"question": rule.question, "is": rule.is_} for rule in one.when]} for one in guide.fees],
        "fee_note": both(guide.fee_note) if guide.fee_note else None, "source": guide.source,
    }  # fmt: skip


def _material(needed: Needed, known: Material) -> dict[str, Any]:
    return {
        "key": needed.key, "name": both(known.name), "copies": needed.copies, "later": needed.later, "sometimes": bool(needed.when),
        "elements": known.elements, "results": known.results, "declared": both(known.declared) if known.declared else None, "upload": known.upload,
    }  # fmt: skip


def _questions(guide: Guide) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key, "name": both(one.name), "kind": one.kind, "element": one.element, "required": one.required,
            "options": [{"key": option.key, "name": both(option.name)} for option in one.options],
            "when": [{"question": rule.question, "is": rule.is_} for rule in one.when],
        }
        for one in guide.form.questions
    ]  # fmt: skip
