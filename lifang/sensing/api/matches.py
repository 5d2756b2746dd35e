"""`POST /api/sensing/matches`: a lawful outside system tells of matches, one a line; by a key of its own and in five short words.

Nothing of a request is kept in memory, in quarantine or in a log: what is refused leaves its reason and a count.
"""

from typing import Any, Final

from django.db import close_old_connections

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions, selectors
from lifang.sensing.actions.matches import MOST_LINES
from lifang.sensing.api.batches import Gate, Receive, Send, answer, whole
from lifang.sensing.catalogue import MATCH_REFUSALS

MOST_BYTES: Final = 256 * 1024
Told = tuple[int, dict[str, Any]]


async def matches(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request. Its key is asked of the database each time: what is void is void at once."""
    kind, _, text = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").partition(" ")  # fmt: skip
    body = await whole(receive, MOST_BYTES)  # a picture is not even read to its end
    if kind.lower() != "bearer":
        await answer(send, 401, {"reason": "key_not_valid"})
    elif body is None:
        await answer(send, 413, {"reason": "too_large"})
    else:
        lines = [line for line in body.splitlines() if line.strip()]
        status, told = await gate.apart(_taken, gate, text.strip(), lines)
        await answer(send, status, told)


def _taken(gate: Gate, key: str, lines: list[bytes]) -> Told:
    close_old_connections()
    at = gate.clock()
    with behind(SYSTEM):
        file = selectors.reception_of_key(SYSTEM, key, at)
    if file is None:
        return 401, {"reason": "key_not_valid"}
    if not 0 < len(lines) <= MOST_LINES:
        return 422, {"reason": "no_lines" if not lines else "too_large"}
    receipt = actions.take_matches(actor=SYSTEM, reception=file, lines=lines, at=at)
    refused = [
        {"line": number, "reason": one.value, "zh": MATCH_REFUSALS[one].name.zh, "en": MATCH_REFUSALS[one].name.en}
        for number, one in receipt.refused.items()
    ]  # fmt: skip
    return 200, {"taken": receipt.taken, "refused": refused}
