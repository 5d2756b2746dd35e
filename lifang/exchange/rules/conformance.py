"""What a system must show in the sandbox: judged by its calls alone, pure, so that its operator hears the same each time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lifang.exchange.terms import AWAY_SECONDS, LATER_SECONDS, PAGE, RECORDS, REPORTS, Seen

NAMED = 3  # of a fault, so many examples
WAITS = {429: LATER_SECONDS, 503: AWAY_SECONDS}
SLACK_SECONDS = 0.3  # what a network may shorten a wait by


class Finding(NamedTuple):
    """One check, whether it was passed (None: not tried yet, or it cannot be seen here), and what says so."""

    check: str
    passed: bool | None
    facts: dict[str, Any]
    tried: bool = True


def conform(seen: Sequence[Seen], *, tls: bool, libraries: Iterable[str]) -> list[Finding]:
    """All checks on the calls of a run, in order. `tls`: is this site itself reached over TLS?"""
    libraries = tuple(libraries)
    open_ = [one.path for one in seen if not one.secure]
    nameless = [one.agent or "—" for one in seen if not _named(one.agent, libraries)]
    elsewhere = [one.source for one in seen if one.reason == "key_network_other"]
    beyond = [f"{one.method} {one.path}" for one in seen if one.reason == "key_way_other"]
    return [
        _of_all(seen, "tls", open_) if tls else Finding("tls", None, {}),
        _of_all(seen, "agent", nameless),
        _of_all(seen, "networks", elsewhere),
        _of_all(seen, "within", beyond),
        _pages(seen),
        _waits(seen),
        _once(seen),
    ]


def passed(findings: Iterable[Finding]) -> bool:
    """What cannot be seen here does not count against anybody; what was not tried does."""
    return all(one.tried and one.passed is not False for one in findings)


def _of_all(seen: Sequence[Seen], check: str, wrong: Sequence[str]) -> Finding:
    """What every call has to be."""
    return Finding(check, not wrong, _some(wrong)) if seen else _untried(check)


def _untried(check: str) -> Finding:
    return Finding(check, None, {}, tried=False)


def _some(found: Iterable[str]) -> dict[str, Any]:
    first = list(dict.fromkeys(found))[:NAMED]
    return {"examples": first} if first else {}


def _named(agent: str, libraries: tuple[str, ...]) -> bool:
    """`name/version` of its own, not what a library says when nobody gave it a name."""
    name, _, version = agent.partition("/")
    own = not agent.lower().startswith(libraries)
    return own and len(name.strip()) > 1 and version[:1].isdigit()


def _pages(seen: Sequence[Seen]) -> Finding:
    """All pages were read, each once `next` had named it."""
    wanted = ["records", *(f"records?after={n}" for n in range(PAGE, RECORDS, PAGE))]
    asked = [one for one in seen if one.method == "GET" and _page(one.path).startswith("records")]
    if not asked:
        return _untried("pages")
    read = [_page(one.path) for one in asked if one.status == 200]
    order = iter(read)
    lacking = [page for page in wanted if page not in order]
    return Finding("pages", not lacking, _some(lacking))


def _page(path: str) -> str:
    """The address of a page without what else stands in it."""
    head, _, query = path.partition("?")
    after = next((part for part in query.split("&") if part.startswith("after=")), "")
    return f"{head}?{after}" if after and after != "after=" else head


def _waits(seen: Sequence[Seen]) -> Finding:
    """Whoever is told to wait waits, and then comes again."""
    told, hasty, gone = 0, [], []
    if not any(one.status in WAITS for one in seen):
        return _untried("waits")
    for place, one in enumerate(seen):
        seconds = WAITS.get(one.status)
        if seconds is None:
            continue
        told += one.status == 429
        again = next((next_ for next_ in seen[place + 1 :] if _same(one, next_)), None)
        if again is None:
            gone.append(f"{one.method} {one.path}")
        elif (again.at - one.at).total_seconds() < seconds - SLACK_SECONDS:
            hasty.append(f"{(again.at - one.at).total_seconds():.1f} s < {seconds} s")
    return Finding("waits", bool(told) and not hasty and not gone, _some([*hasty, *gone]))


def _same(one: Seen, other: Seen) -> bool:
    return (one.method, one.path, one.body) == (other.method, other.path, other.body)


def _once(seen: Sequence[Seen]) -> Finding:
    """Each report has a key of its own and keeps it when it is sent again."""
    keys: dict[bytes, set[bytes]] = defaultdict(set)
    bodies: dict[bytes, set[bytes]] = defaultdict(set)
    made, keyless = set(), 0
    sent = [one for one in seen if one.method == "POST" and one.path == "reports"]
    if not sent:
        return _untried("once")
    for one in sent:
        if one.once is None or one.body is None:
            keyless += 1
            continue
        keys[one.body].add(one.once)
        bodies[one.once].add(one.body)
        if one.status == 201:
            made.add(one.body)
    twice = sum(len(each) > 1 for each in keys.values())
    mixed = sum(len(each) > 1 for each in bodies.values())
    fine = len(made) >= REPORTS and not (twice or mixed or keyless)
    facts = {"made": len(made), "wanted": REPORTS, "twice": twice, "mixed": mixed, "keyless": keyless}  # fmt: skip
    return Finding("once", fine, facts)
