"""Selectors ask who asks; actions take keywords, an actor and a time; modules stay short; clocks stay at the edge."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.checks.tree import ROOT, Exempt, Source, exempt, sources, stale

LONGEST = 400
CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
_NOW_IF_BARE = {"localdate", "localtime"}  # of an instant they only change its zone
# The edges that read the clock, and why no argument can bring the time.
CLOCK_EDGES: Exempt = {
    "lifang/boot/*": "processes and commands begin here",
    "lifang/core/accounts/middleware.py": "`request.at`",
    "lifang/core/accounts/sessions.py": "a session store used outside a request",
    "lifang/core/calendar/checks.py": "a system check: how many years ahead the calendar knows",
    "lifang/core/jobs/declare.py": "a worker's turn",
    "*/management/commands/*": "a command begins here",
}
# Selectors without an actor: questions whose answer is the same for everybody.
OPEN_SELECTORS: Exempt = {
    "lifang.cases.selectors.counts.month_before": "where thirty days begin",
    "lifang.cases.selectors.figures.month_after": "a date after a date",
    "lifang.cases.selectors.figures.ranked": "orders counts already made",
    "lifang.cases.selectors.figures.stretches": "cuts a period; no row is read",
    "lifang.cases.selectors.patterns.proposals": "judges counts already made",
    "lifang.cases.selectors.inbox.why": "of rows already asked for; asks nothing more",
    "lifang.cases.selectors.propose.danger": "words against a catalogue; no row is read",
    "lifang.cases.selectors.public.waits_for_reporter": "narrows rows already asked for",
    "lifang.core.accounts.selectors.samples": "what the sign-in page of a demonstration offers to everybody",
    "lifang.core.accounts.selectors.sample_telephones": "the same, for residents",
    "lifang.core.accounts.selectors.still_to_do": "between password and desk there is no actor yet",
    "lifang.core.accounts.selectors.with_factor": "adds to rows already asked for",
    "lifang.core.notify.selectors.stands_in": "of a row already asked for",
    "lifang.orgs.selectors.duties.answerers": "who answers for what is public",
    "lifang.orgs.selectors.names.*": "names of areas are public",
    "lifang.orgs.selectors.people.grid_workers": "whom work is sent to; shows nothing to anybody",
    "lifang.orgs.selectors.people.people_at": "whom work is sent to; shows nothing to anybody",
    "lifang.orgs.selectors.places.locate*": "the map of areas is public",
    "lifang.orgs.selectors.places.stands_in": "the map of areas is public",
    "lifang.orgs.selectors.units.*": "units, their names and hours are public",
}


def _functions(source: Source) -> Iterator[ast.FunctionDef]:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node


def selectors_without_actor(root: Path = ROOT, exemptions: Exempt | None = None) -> list[str]:
    """Public functions of `selectors` whose first parameter is not `actor` (or `system`, for jobs)."""
    exemptions = OPEN_SELECTORS if exemptions is None else exemptions
    found = []
    for source in sources(root):
        if source.testing or not (
            source.path.name == "selectors.py" or "/selectors/" in source.path.as_posix()
        ):
            continue
        for function in _functions(source):
            first = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)[:1]
            if not function.name.startswith("_") and (
                not first or first[0].arg not in ("actor", "system")
            ):
                found.append((f"{source.module}.{function.name}", source.at(function)))
    faults = [f"{where} {name}: who asks?" for name, where in found if not exempt(name, exemptions)]
    return faults + stale([name for name, _ in found], exemptions)


def loose_actions(root: Path = ROOT) -> list[str]:
    """`@action` functions that take positional arguments, or no `actor`, or no `at`."""
    faults = []
    for source in sources(root):
        for function in ast.walk(source.tree):
            if (
                isinstance(function, ast.FunctionDef)
                and _is_action(function)
                and not source.testing
            ):
                names = {argument.arg for argument in function.args.kwonlyargs}
                loose = function.args.posonlyargs or function.args.args or function.args.vararg
                if loose or not {"actor", "at"} <= names:
                    faults.append(
                        f"{source.at(function)} {function.name}: keywords only, with actor and at"
                    )
    return faults


def _is_action(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "action"
        for mark in function.decorator_list
    )


def long_modules(root: Path = ROOT) -> list[str]:
    """Python files over 400 lines; tests are lists of sentences and may be longer."""
    read = [source for source in sources(root) if "/migrations/" not in source.name]
    lengths = [(one.name, len(one.text.splitlines())) for one in read if not one.testing]
    return [f"{name}: {lines} lines" for name, lines in lengths if lines > LONGEST]


def clock_reads(root: Path = ROOT, exemptions: Exempt | None = None) -> list[str]:
    """Reads of the clock outside the edges."""
    exemptions = CLOCK_EDGES if exemptions is None else exemptions
    found = []
    for source in sources(root):
        if source.testing:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and (_last(node.value), node.attr) in CLOCKS:
                found.append((source.name, f"{source.at(node)} {_last(node.value)}.{node.attr}"))
            elif isinstance(node, ast.Call) and not node.args and _last(node.func) in _NOW_IF_BARE:
                found.append((source.name, f"{source.at(node)} {_last(node.func)}()"))
    faults = [fault for name, fault in found if not exempt(name, exemptions)]
    return faults + stale([name for name, _ in found], exemptions)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
