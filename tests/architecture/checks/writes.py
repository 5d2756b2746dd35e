"""Only actions write."""

import ast
import re
from pathlib import Path

from tests.architecture.checks.tree import ROOT, Exempt, Source, exempt, sources, stale

_BARE = {
    "save",
    "create",
    "delete",
}  # writes unless called with positional arguments (files, forms, pictures)
_ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "abulk_create",
    "acreate",
    "asave",
    "adelete",
    "aupdate",
}
_SQL = re.compile(
    r"\s*(?:WITH\s+\w+\s+AS\s+\(\s*)?(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE|MERGE\s+INTO|COPY\s+\w+.*FROM)\b",
    re.IGNORECASE | re.DOTALL,
)

FREE = ("/actions.py", "/actions/", "/migrations/", "/tests/")
# Mechanisms below actions, and the few edges whose writes are no acts of anybody.
EXEMPT: Exempt = {
    "lifang/core/access/rows.py": "many rows at once, called inside actions",
    "lifang/core/accounts/middleware.py": "the sign of life of a session",
    "lifang/core/accounts/sessions.py": "Django's session store: a browser, not an act",
    "lifang/core/accounts/jobs.py": "sweeps sessions, codes and tries whose time is over",
    "lifang/core/accounts/lockout.py": "counts bad tries, which must outlive the refusal",
    "lifang/core/api/once.py": "kept answers, in the transaction of the act they repeat",
    "lifang/core/api/signing.py": "when a key was last used",
    "lifang/core/api/watch.py": "calls of a key that is tried and counts of refusals: they stay whatever becomes of the request",
    "lifang/core/audit/log.py": "appends the line of every act",
    "lifang/core/crypto/fields.py": "seals again under a new key; nothing changes but the envelope",
    "lifang/core/events/outbox.py": "writes the events of every act",
    "lifang/core/files/store.py": "keeps pictures, called inside actions",
    "lifang/core/flow/clocks.py": "the flow engine, called inside actions",
    "lifang/core/flow/engine.py": "the flow engine, called inside actions",
    "lifang/core/access/pen.py": "the flow engine, called inside actions",
    "lifang/core/notify/carrying.py": "what became of a message on its way",
    "lifang/core/notify/sending.py": "queues messages, called inside actions and listeners",
    "lifang/core/notify/webhooks.py": "queues deliveries and notes what became of them",
    "lifang/core/offline/keeping.py": "photos in pieces, and records in the transaction of the act they ask for",
    "lifang/core/*/retention.py": "what a batch of a retention run erases, inside its action",
    "lifang/core/relay/hearing.py": "receipts of listeners",
    "lifang/core/relay/stream.py": "marks what the stream acknowledged",
    "lifang/core/jobs/stalled.py": "gives back what a killed worker had begun",
    "lifang/core/jobs/testing.py": "runs the queue in tests",
    "lifang/core/testing/*": "the cast",
    "lifang/demo/city.py": "rows of a make-believe city in bulk, in a database that is empty before",
    "lifang/demo/crowd.py": "its people, likewise",
}


def writes_outside_actions(root: Path = ROOT, exemptions: Exempt | None = None) -> list[str]:
    """Calls that write, and SQL that writes, in places that are not actions."""
    exemptions = EXEMPT if exemptions is None else exemptions
    found: list[tuple[str, str]] = []
    for source in sources(root):
        if not any(part in f"/{source.name}" for part in FREE):
            found += [(source.name, f"{source.at(node)} {what}") for node, what in _writes(source)]
    faults = [fault for name, fault in found if not exempt(name, exemptions)]
    return faults + stale([name for name, _ in found], exemptions)


def _writes(source: Source) -> list[tuple[ast.AST, str]]:
    found: list[tuple[ast.AST, str]] = []
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _is_write(node, node.func.attr)
        ):
            found.append((node, f".{node.func.attr}("))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _SQL.match(node.value)
        ):
            found.append((node, node.value.strip()[:40]))
    return found


def _is_write(call: ast.Call, name: str) -> bool:
    if name in _ALWAYS:
        return True
    if call.args or _on_super(call):
        return False
    if name == "update":
        return bool(call.keywords) and not _is_dict(call)
    return name in _BARE


def _is_dict(call: ast.Call) -> bool:
    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(on, ast.Name) and on.id in {
        "kwargs",
        "context",
        "headers",
        "attrs",
        "facts",
        "values",
    }


def _on_super(call: ast.Call) -> bool:
    """`super().save()` inside a model is the write that somebody else began."""
    on = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(on, ast.Call) and isinstance(on.func, ast.Name) and on.func.id == "super"
