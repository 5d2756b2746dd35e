"""Learning from how reports ended: merged, closed as a duplicate, or neither."""

from datetime import datetime

import numpy as np

from lifang.cases.catalogue import policy
from lifang.cases.models import Fit, Lexicon
from lifang.cases.rules.lessons import judge
from lifang.cases.rules.likeness import FEATURES
from lifang.cases.rules.wording import judged, once, tuned
from lifang.cases.selectors.lessons import taught
from lifang.cases.selectors.likeness import weighing
from lifang.cases.selectors.wording import shipped_scores, told
from lifang.core.access import Actor
from lifang.core.action import action


@action("cases.learn")
def learn(*, actor: Actor, at: datetime) -> Fit | None:
    """Learn what makes two reports one. What does no better on reports held out is kept on record and not used."""
    found = taught(actor)
    if found is None:
        return None
    lessons, now = found.lessons, weighing(actor)
    verdict = judge(lessons, now, np.ones(len(found.opened), bool))
    if verdict is None:
        return None
    if verdict.better:
        Fit.objects.filter(in_use=True).update(in_use=False)
    last = Fit.objects.order_by("-version").values_list("version", flat=True).first()
    return Fit.objects.create(
        version=(last or 0) + 1, at=at, reports=len(found.opened), duplicates=int(lessons.duplicate.sum()),
        f1=verdict.new.f1, f1_before=verdict.old.f1, better=verdict.better, in_use=verdict.better,
        weights={
            matter: dict(zip(FEATURES, map(float, weights), strict=True))
            for matter, weights in verdict.learnt.weights.items()
        },
        lines=dict(verdict.learnt.lines), senses=found.senses.packed(),
    )  # fmt: skip


@action("cases.learn_matters")
def learn_matters(*, actor: Actor, at: datetime) -> Lexicon | None:
    """Learn from what reports turned out to be which words mean which matter. What does no better on reports held out is kept on record and not used."""
    if not policy("learns_matters"):
        return None
    reports = once(told(actor))
    scores = shipped_scores(actor, [one.text for one in reports])
    verdict = judged(reports, scores)
    if verdict is None:
        return None
    wording = tuned(reports, scores)
    # A version is used as long as it beats the catalogue's own words; a newer one that does not ends that.
    Lexicon.objects.filter(in_use=True).update(in_use=False)
    last = Lexicon.objects.order_by("-version").values_list("version", flat=True).first()
    return Lexicon.objects.create(
        version=(last or 0) + 1, at=at, reports=len(reports), held_out=verdict.held_out,
        first=verdict.new, first_before=verdict.old, better=verdict.better, in_use=verdict.better,
        trust=wording.trust, moved=wording.moved,
        matters={matter: [wording.reports[matter], words] for matter, words in wording.said.items()},
    )  # fmt: skip
