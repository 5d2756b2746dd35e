"""What past reports said and what they turned out to be."""

from collections.abc import Iterable
from uuid import UUID

from lifang.cases.models import Case
from lifang.cases.rules.wording import Report, Shipped
from lifang.cases.selectors.propose import propose
from lifang.cases.terms import State
from lifang.core.access import Actor
from lifang.core.flow.models import Step

MOST = 4000
MANY = 20  # proposals of the catalogue's words that count


def told(actor: Actor, most: int = MOST) -> list[Report]:
    """Past reports with words, in the order they came: first choice from the timeline, the last word from the case."""
    rows = Case.objects.visible_to(actor).exclude(text="")
    rows = rows.exclude(state__in=(State.VOID, State.REFUSED, State.AWAITING_ACCEPTANCE))
    found = list(rows.order_by("-opened_at", "-pk").values_list("pk", "text", "matter")[:most])[::-1]  # fmt: skip
    chosen = _first_choices(actor, [pk for pk, _, _ in found])
    return [Report(text, chosen.get(pk, matter), matter) for pk, text, matter in found]


def _first_choices(actor: Actor, cases: list[UUID]) -> dict[UUID, str]:
    """Of corrected cases: the matter before the first correction that changed it."""
    steps = Step.objects.visible_to(actor).filter(flow="case", move="correct", subject__in=cases)
    first: dict[UUID, str] = {}
    for subject, facts in steps.order_by("seq").values_list("subject", "facts"):
        was = (facts or {}).get("was") or {}
        if was.get("matter"):
            first.setdefault(subject, was["matter"])
    return first


def shipped_scores(actor: Actor, texts: Iterable[str]) -> list[Shipped]:
    """What the catalogue's words propose for each text; the same text is asked once."""
    known: dict[str, Shipped] = {}
    answers = []
    for text in texts:
        if text not in known:
            known[text] = {one.matter.key: one.score for one in propose(actor, text, MANY)}
        answers.append(known[text])
    return answers
