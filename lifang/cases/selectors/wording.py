"""What past reports said and what they turned out to be."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.timezone import localtime

from lifang.cases.models import Case, Reporter
from lifang.cases.rules.wording import Report, Shipped
from lifang.cases.selectors.propose import MANY, by_words
from lifang.cases.terms import State
from lifang.core.access import Actor
from lifang.core.flow.models import Step

MOST = 4000


def told(actor: Actor, most: int = MOST) -> list[Report]:
    """Past reports with words, in the order they came: first choice from the timeline, the last word from the case."""
    rows = Case.objects.visible_to(actor).exclude(text="")
    rows = rows.exclude(state__in=(State.VOID, State.REFUSED, State.AWAITING_ACCEPTANCE))
    found = list(rows.order_by("-opened_at", "-pk").values_list("pk", "text", "matter", "opened_at")[:most])[::-1]  # fmt: skip
    cases = [pk for pk, _, _, _ in found]
    chosen, who = _first_choices(actor, cases), _reporters(cases)
    return [
        Report(text, chosen.get(pk, matter), matter, who.get(pk, ""), f"{localtime(at):%Y-%m-%d}")
        for pk, text, matter, at in found
    ]


def _reporters(cases: list[UUID]) -> dict[UUID, str]:
    """A mark of whoever reported first: the same for the same account or telephone, and nothing to read."""
    rows = Reporter.objects.filter(case__in=cases, first=True)
    found = rows.values_list("case_id", "account_id", "phone_index")
    return {
        case: str(account or (bytes(phone).hex() if phone else ""))
        for case, account, phone in found
    }


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
            known[text] = {one.matter.key: one.score for one in by_words(actor, text, MANY)}
        answers.append(known[text])
    return answers
