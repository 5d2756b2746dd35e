"""The log as JSON lines, for a checker that does not trust us (`verifier.py`)."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from lifang.core.audit.log import line_of
from lifang.core.audit.models import Anchor, Entry, Head


def lines() -> Iterator[str]:
    """Every line in order, then the head, then our anchors."""
    head = Head.objects.get(id=1)
    for entry in Entry.objects.filter(seq__lte=head.seq).order_by("seq").iterator(2000):
        facts: dict[str, Any] = {"seq": entry.seq, **line_of(entry)._asdict()}
        facts["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
        facts["algorithm"] = entry.algorithm
        facts["previous"], facts["digest"] = bytes(entry.previous).hex(), bytes(entry.digest).hex()
        yield _line(facts)
    yield _line({"head": {"seq": head.seq, "digest": bytes(head.digest).hex()}})
    for anchor in Anchor.objects.filter(seq__lte=head.seq).order_by("id"):
        yield _line({"anchor": {"seq": anchor.seq, "digest": bytes(anchor.digest).hex()}})


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False) + "\n"
