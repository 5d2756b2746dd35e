"""What a maker does with its sandbox key: run the conformance tests, see how its application stands, draw the key of an admitted model."""

from collections.abc import Callable
from typing import Any

from django.db import close_old_connections

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.sensing import actions, selectors
from lifang.sensing.api.batches import Gate, Receive, Send, answer, whole
from lifang.sensing.catalogue import CHECKS
from lifang.sensing.models import Admission, Run
from lifang.sensing.terms import Owner

Told = tuple[int, dict[str, Any]]


async def conformance(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """`POST`: lines as the model sends them; what was checked, and what failed."""
    body = await whole(receive)
    if body is None:
        await answer(send, 413, {"reason": "too_large"})
        return
    lines = [line for line in body.splitlines() if line.strip()]

    def work(admission: Admission) -> Told:
        run = actions.run_conformance(actor=SYSTEM, admission=admission, lines=lines, at=gate.clock())  # fmt: skip
        return 200, {"passed": run.passed, "checks": said(run)}

    await _with_admission(gate, scope, send, work)


async def standing(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """`GET`: the state of one's application and its last run."""

    def work(admission: Admission) -> Told:
        run = selectors.runs(SYSTEM, admission).first()
        return 200, {
            "number": admission.number, "type": admission.type, "model": admission.model, "state": admission.state,
            "answer": admission.answer, "expires_at": admission.expires_at.isoformat() if admission.expires_at else None,
            "last_run": {"at": run.at.isoformat(), "passed": run.passed, "checks": said(run)} if run else None,
        }  # fmt: skip

    await _with_admission(gate, scope, send, work)


async def key(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """`POST`: the key for one's devices, once the model is admitted; shown this once."""

    def work(admission: Admission) -> Told:
        made = actions.draw_key(actor=SYSTEM, admission=admission, at=gate.clock())
        return 201, {"key": made.token, "expires_at": made.expires_at.isoformat(), "areas": made.areas}  # fmt: skip

    await _with_admission(gate, scope, send, work)


def said(run: Run) -> list[dict[str, Any]]:
    """Each check with its sentence in both languages."""
    return [
        {**one, "zh": CHECKS[one["check"]].name.zh, "en": CHECKS[one["check"]].name.en}
        for one in run.findings
    ]


async def _with_admission(
    gate: Gate, scope: dict[str, Any], send: Send, work: Callable[[Admission], Told]
) -> None:
    owner = await gate.owner(dict(scope["headers"]).get(b"authorization", b""))
    if owner is None:
        await answer(send, 401, {"reason": "key_not_valid"})
    elif not owner.sandbox or owner.admission is None:
        await answer(send, 403, {"reason": "sandbox_key_needed"})
    else:
        status, told = await gate.apart(_safely, owner, work)
        await answer(send, status, told)


def _safely(owner: Owner, work: Callable[[Admission], Told]) -> Told:
    close_old_connections()
    try:
        with behind(SYSTEM):
            return work(selectors.admission(SYSTEM, str(owner.admission)))
    except Refused as refused:
        return 409, {"reason": refused.refusal.reason, "message": str(refused.refusal)}
