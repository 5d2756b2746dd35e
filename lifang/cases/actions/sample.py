"""The random re-check: closed cases are drawn by a published seed, looked at once more, and the verdict is kept."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from lifang.cases import rules
from lifang.cases.models import Recheck, Sample
from lifang.cases.selectors.samples import closed_between, parts_and_checkers
from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action

MOST = 500


def drawn(numbers: Iterable[str], seed: str, size: int) -> list[str]:
    """The rule: sort the case numbers by SHA-256 of `seed:number` and take the first. Anybody can repeat it."""
    return sorted(numbers, key=lambda number: (_digest(f"{seed}:{number}"), number))[:size]


def list_digest(numbers: Iterable[str]) -> str:
    """The fingerprint of the list that was drawn from: the sorted numbers, one a line."""
    return _digest("\n".join(sorted(numbers)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@action("cases.draw_sample")
def draw_sample(
    *, actor: Actor, at: datetime, area: str, start: datetime, end: datetime, seed: str, size: int
) -> Sample:
    """Draw closed cases of an area and a period to be looked at once more."""
    seed = seed.strip()
    insist(
        None if actor.may("cases.draw_sample", area) else Refusal("not_allowed"),
        None if 4 <= len(seed) <= 40 else Refusal("seed_length"),
        None if 1 <= size <= MOST else Refusal("sample_size", {"most": MOST}),
        None if start < end <= at else Refusal("period_not_over"),
    )
    by_number: dict[str, UUID] = dict(
        closed_between(actor, area, start, end).values_list("number", "pk")
    )
    insist(None if by_number else Refusal("nothing_closed"))
    if Sample.objects.filter(area=area, start=start, end=end, seed=seed).exists():
        raise Refused("seed_used")
    sample = Sample.objects.create(
        area=area, seed=seed, start=start, end=end, population=len(by_number), drawn_at=at,
        digest=list_digest(by_number), size=min(size, len(by_number)), drawn_by_id=actor.id,
    )  # fmt: skip
    chosen = drawn(by_number, seed, sample.size)
    Recheck.objects.bulk_create(
        Recheck(sample=sample, case_id=by_number[number], rank=rank)
        for rank, number in enumerate(chosen, 1)
    )
    return sample


@action("cases.recheck")
def recheck(
    *, actor: Actor, sample: Sample, rank: int, at: datetime, agrees: bool, note: str = ""
) -> Any:
    """Say whether a second look agrees that the case was rightly closed. Nobody looks again at the own work."""
    held = Sample.objects.hold(sample.pk)
    row = Recheck.objects.filter(sample=held, rank=rank).select_related("case").first()
    if row is None:
        raise Refused("not_found")
    insist(
        None if actor.may("cases.recheck", held.area) else Refusal("not_allowed"),
        None if row.agrees is None else Refusal("rechecked_already"),
        None if agrees or note.strip() else Refusal("words_missing"),
        rules.may_recheck(actor, *parts_and_checkers(actor, row.case)),
    )
    row.agrees, row.note, row.at, row.by_id = agrees, note.strip(), at, actor.id
    row.save(update_fields=["agrees", "note", "at", "by"])
    return row
