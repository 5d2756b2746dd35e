"""The words that were learnt from how reports ended: which version helps now, and what there was."""

from collections import Counter
from functools import lru_cache
from uuid import UUID

from lifang.cases.catalogue import policy
from lifang.cases.models import Lexicon
from lifang.cases.rules.wording import Wording
from lifang.core.access import Actor


def lexicon(actor: Actor) -> Wording | None:
    """What helps to propose a matter now; nothing where it is switched off, or nothing did better than the catalogue's words."""
    if not policy("learns_matters"):
        return None
    pk = Lexicon.objects.filter(in_use=True).values_list("pk", flat=True).first()
    return _read(pk) if pk else None


@lru_cache(maxsize=2)
def _read(pk: UUID) -> Wording | None:
    row = Lexicon.objects.filter(pk=pk).first()  # never written again but for whether it is used
    if row is None:
        return None
    said = {matter: Counter(words) for matter, (_reports, words) in row.matters.items()}
    return Wording(
        said, {matter: words.total() for matter, words in said.items()},
        {matter: reports for matter, (reports, _words) in row.matters.items()},
        len({pair for words in said.values() for pair in words}) or 1, row.trust, row.moved,
    )  # fmt: skip


def lexicons(actor: Actor, most: int = 30) -> list[Lexicon]:
    """Every learning, the latest first, without its words."""
    return list(Lexicon.objects.order_by("-version").defer("matters", "moved")[:most])
