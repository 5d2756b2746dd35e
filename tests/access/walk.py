"""Who may open what: read from each context's `tests/access.yaml`, walked url by url, person by person, row by row.

```yaml
cases:case:                     # as `reverse` takes it; `$name` entries are anchors for YAML and skipped
  method: GET                   # or POST, PUT …
  args: make_case               # of the context's tests/make.py or tests/access.py, called with area=…; or a list
  of: area                      # "account": the function is called with account=… instead
  within: scope                 # "posts": the row is inside where a post of the person is, whatever they see there
  data: {outcome: done}         # what a POST carries
  expected: {staff: ok, resident: refused, anonymous: signin}
  outside: {rest: hidden}       # rows that do not exist for the person; this is the default
```

A list of such entries tries the url in several ways (GET and POST). `expected` by member of the cast, or `staff`, or `rest`, the nearest wins: `ok` (also: a rule or the form says no), `hidden`,
`refused`, `signin`. Where a row outside is `hidden`, the answer must be exactly the answer to a row that does not exist.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.util import find_spec
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import yaml
from django.conf import settings
from django.db import connection, models
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from psycopg.pq import ExecStatus

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.api.rates import BUCKETS
from lifang.core.audit.models import Entry as Line
from lifang.core.ids import new_id
from lifang.core.testing.cast import CAST, Member
from lifang.core.testing.places import RELATIONS
from tests.architecture.checks.tree import ROOT

VERDICTS = {"ok", "hidden", "refused", "signin"}
NOT_STAFF = {"resident", "anonymous"}
NOBODY = new_id()
Expected = dict[str, str]


class Entry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What one access.yaml says of one url."""

    expected: Expected
    method: str = "GET"
    args: str | list[Any] = []
    of: str = "area"
    within: str = "scope"
    data: dict[str, Any] = {}
    outside: Expected = {}  # then: hidden
    home: str = ""

    def faults(self, name: str) -> Iterator[str]:
        for said in (self.expected, self.outside):
            unknown = said.keys() - CAST.keys() - {"staff", "rest"}
            yield from (f"{name}: nobody is called {who}" for who in sorted(unknown))
            yield from (
                f"{name}: {who} → {what}?" for who, what in said.items() if what not in VERDICTS
            )
        if self.of not in ("area", "account") or self.within not in ("scope", "posts"):
            yield f"{name}: of {self.of}, within {self.within}?"
        yield from (
            f"{name}: {who} is not in `expected`" for who in CAST if not said_of(self.expected, who)
        )


def said_of(said: Expected, who: str) -> str:
    """By name, else as staff, else as anybody."""
    group = said.get("staff", "") if who not in NOT_STAFF else ""
    return said.get(who) or group or said.get("rest", "")


def entries() -> dict[str, list[Entry]]:
    """All of them, by url name."""
    found: dict[str, list[Entry]] = {}
    for path in sorted((ROOT / "lifang").rglob("tests/access.yaml")):
        home = ".".join(path.parent.relative_to(ROOT).parts)
        for name, said in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            if name.startswith("$"):
                continue
            if name in found:
                raise ValueError(f"{path}: {name} is said twice")
            each = msgspec.convert(said if isinstance(said, list) else [said], list[Entry])
            found[name] = [msgspec.structs.replace(entry, home=home) for entry in each]
    return found


def url_names() -> list[str]:
    """Every url the site answers, with its namespaces."""
    return sorted(_names(get_resolver(), ""))


def _names(resolver: URLResolver, prefix: str) -> set[str]:
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found |= _names(
                pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            )
        elif isinstance(pattern, URLPattern):
            found.add(f"{prefix}{pattern.name}" if pattern.name else f"unnamed {pattern.pattern}")
    return found


def missing_urls(names: Iterable[str], said: dict[str, Any]) -> list[str]:
    """Urls nobody decided on, and decisions about urls that are gone."""
    names = set(names)
    return [
        *(f"{name}: no access.yaml says who may" for name in sorted(names - said.keys())),
        *(
            f"{name}: access.yaml names a url that is not there"
            for name in sorted(said.keys() - names)
        ),
    ]


@dataclass(frozen=True)
class Row:
    """What a url is about: its arguments, and where it lies."""

    args: tuple[Any, ...]
    relation: str = ""
    area: str = ""
    holders: frozenset[str] = frozenset()

    def inside(self, actor: Actor, within: str) -> bool:
        """Does it exist for this person?"""
        if not self.relation or self.holders & actor.scope.holders:
            return True
        if within == "posts":
            return any(self.area.startswith(grant.area) for grant in actor.grants)
        return bool(self.area) and actor.scope.covers(self.area)

    def absent(self) -> tuple[Any, ...] | None:
        """The same arguments with an id that does not exist."""
        if not any(isinstance(arg, UUID) for arg in self.args):
            return None
        return tuple(NOBODY if isinstance(arg, UUID) else arg for arg in self.args)


@dataclass
class World:
    """The cast, and the rows made so far: what a request does is undone, so all may share them."""

    cast: dict[str, Member]
    relations: tuple[str, ...] = tuple(RELATIONS)
    made: dict[tuple[str, str, str], list[Row]] = field(default_factory=dict)
    _newest: int | None = None

    def rows(self, entry: Entry, member: Member) -> list[Row]:
        """One row a relation, made by the context's own maker."""
        if isinstance(entry.args, list):
            return [Row(tuple(entry.args))]
        key = entry.home, entry.args, member.key if entry.of == "account" else ""
        if key not in self.made:
            with behind(SYSTEM):
                self.made[key] = list(self._new(entry, maker(entry.home, entry.args), member))
            self._newest = None
        return self.made[key]

    @property
    def newest(self) -> int:
        """The last line of the log: what a request adds is undone, only new rows add more."""
        if self._newest is None:
            self._newest = Line.objects.aggregate(Max("seq"))["seq__max"] or 0
        return self._newest

    def _new(self, entry: Entry, make: Callable[..., Any], member: Member) -> Iterator[Row]:
        if entry.of == "area":
            for relation in self.relations:
                area = RELATIONS[relation]
                yield _row(make(area=area), relation, "", area)
            return
        other = self.cast["checker" if member.key == "grid_worker" else "grid_worker"]
        for relation, owner in (("own", member), ("another's", other)):
            if owner.account:
                yield _row(make(account=owner.account), relation, owner.holder)


def maker(home: str, name: str) -> Callable[..., Any]:
    """From `tests/make.py`, or from `tests/access.py` where a maker serves only the walk."""
    for module in (f"{home}.make", f"{home}.access"):
        if find_spec(module) and (found := getattr(importlib.import_module(module), name, None)):
            return found
    raise LookupError(f"{home} makes no {name}")


def _row(made: Any, relation: str, holder: str, area: str = "") -> Row:
    if isinstance(made, models.Model):
        holders = frozenset(getattr(made, "holders", ())) | ({holder} if holder else frozenset())
        return Row((made.pk,), relation, str(getattr(made, "area", area)), holders)
    args = tuple(made) if isinstance(made, tuple | list) else (made,)
    return Row(args, relation, area, frozenset({holder} if holder else ()))


class Answer(NamedTuple):
    """What came back, and what the log says was refused meanwhile."""

    response: HttpResponse
    refused: str

    def verdict(self, method: str, whole: bool) -> str:
        """Which of the four it is; the status itself where it is none."""
        status = self.response.status_code
        sign_in = resolve_url(settings.LOGIN_URL)
        if status == 401 or (status == 302 and self.response["Location"].startswith(sign_in)):
            return "signin"
        if status in (403, 404):
            return {403: "refused", 404: "hidden"}[status]
        if self.refused == "not_allowed":  # a form may say it in words, with 200
            return "refused"
        # An act that names what it needs must get as far as the rules; an empty one is told what is missing.
        passed = status < 400 or (
            method != "GET" and status in ((409,) if whole else (400, 409, 422))
        )
        return "ok" if passed else f"status {status}"


_SAID_BY_STATUS = {401, 403, 404}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is undone. Said to libpq itself in two messages: it is said fifty thousand times."""
    raw, hooks = connection.connection.pgconn, list(connection.run_on_commit)
    assert raw.exec_(b"SAVEPOINT walked").status == ExecStatus.COMMAND_OK
    try:
        yield
    finally:
        back = raw.exec_(b"ROLLBACK TO walked; RELEASE walked")
        assert back.status == ExecStatus.COMMAND_OK
        connection.run_on_commit, connection.needs_rollback = hooks, False


def ask(member: Member, name: str, entry: Entry, newest: int, args: tuple[Any, ...]) -> Answer:
    """One request, its effects undone."""
    path = reverse(name, args=args)
    call = getattr(member.client, entry.method.lower())
    json = (
        {"content_type": "application/json"}
        if name.startswith("api:") and entry.method != "GET"
        else {}
    )
    cookies = deepcopy(member.client.cookies)
    BUCKETS.clear()
    with undone():
        response = call(path, entry.data, **json)
        if response.streaming:
            b"".join(response.streaming_content)
        lines = Line.objects.filter(seq__gt=newest, outcome="refused").order_by("-seq")
        said = response.status_code in _SAID_BY_STATUS  # nobody has to look into the log
        refused = "" if said else lines.values_list("reason", flat=True).first() or ""
    member.client.cookies = cookies  # signing out is undone too
    return Answer(response, refused)


def same(first: Answer, second: Answer) -> bool:
    """The same answer to a stranger's eye: status and body, without ids and one-time tokens."""
    one, other = first.response, second.response
    return one.status_code == other.status_code and _plain(one) == _plain(other)


_MASKED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|\b[A-Za-z0-9]{64}\b"  # one-time tokens against forged requests
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+"  # the time of the answer
)


def _plain(response: HttpResponse) -> str:
    body = b"" if response.streaming else response.content
    return _MASKED.sub("·", body.decode("utf-8", "replace"))


def walk(name: str, entry: Entry, world: World) -> tuple[int, list[str]]:
    """How many answers were looked at, and which were wrong."""
    looked, wrong = 0, []
    for key, member in world.cast.items():
        wanted, rows, actor = said_of(entry.expected, key), world.rows(entry, member), member.actor
        nothing = cache(partial(ask, member, name, entry, world.newest))
        for row in rows:
            looked += 1
            answer = ask(member, name, entry, world.newest, row.args)
            got = answer.verdict(entry.method, whole=bool(entry.data))
            where = f"{name} {entry.method} by {key}{f' ({row.relation})' if row.relation else ''}"
            if row.inside(actor, entry.within):
                if got != wanted:
                    wrong.append(f"{where}: {got}, expected {wanted}")
                continue
            beyond = said_of(entry.outside, key) or "hidden"
            if got != beyond and not (
                beyond == "hidden" and got == wanted in ("refused", "signin")
            ):
                wrong.append(f"{where}: {got}, expected {beyond}: it is not theirs")
            elif (
                beyond == "hidden"
                and (absent := row.absent())
                and not same(answer, nothing(absent))
            ):
                wrong.append(f"{where}: tells a stranger's row from none")
    return looked, wrong
