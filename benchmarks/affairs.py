"""The one window under load: a guide, the search, the assistant's page and a form's page against a view that does nothing, all in one run; and the search
of 1,000 matters against one indexed question to the database.

One worker process of the production server with the real middleware, as in `web`; the form's page is a draft of a resident.

python -m benchmarks affairs
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any
from urllib.parse import quote

from benchmarks import figures
from benchmarks.house import actor_of
from benchmarks.load import CONNECTIONS, client, load
from benchmarks.web import sign_in, web

ROUNDS, SECONDS = 3, 3
MATTERS, ASKED = 1_000, 2_000
PAGES = 120
EMPTY = "empty view (healthz)"
WORDS = ("老年证", "lnz", "低保", "residence permit", "居住证", "残疾证", "医保", "生育", "laonianzheng", "老年優待", "elderly", "证", "办理", "核反应堆")  # fmt: skip


def main(launch: Any) -> list[figures.Figure]:
    login, path = _draft()
    searched = _searched()
    with web(launch) as base:
        ways = {
            EMPTY: (f"{base}/healthz", ""),
            "a guide": (f"{base}/affairs/elderly-card", ""),
            "catalogue search": (f"{base}/affairs?q={quote('老年证')}", ""),
            "page of the assistant, nothing asked": (f"{base}/ask", ""),
            "page of a form, signed in": (f"{base}{path}", login),
        }
        loaded = _loaded(ways)
    return [*searched, *_processed(login, path), *loaded]


QUESTIONS = ("老年证要带什么材料", "居住证多久能办好", "怎么给新生儿登记", "低保怎么申请", "Elderly card: which papers?", "How long does a residence permit take?")  # fmt: skip


def _processed(login: str, path: str) -> list[figures.Figure]:
    """Processor time of one page, without a server around: a question is posted, and each address may ask only so often."""
    from django.test import Client  # noqa: PLC0415

    from lifang.core.accounts.models import Account  # noqa: PLC0415

    nobody, own = Client(HTTP_HOST="127.0.0.1"), Client(HTTP_HOST="127.0.0.1")
    own.force_login(Account.objects.get(login=login))
    words, turn = cycle(QUESTIONS), count(1)

    def question() -> Any:
        n = next(turn)
        address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        return nobody.post("/ask", {"q": next(words)}, REMOTE_ADDR=address)

    ways: dict[str, Callable[[], Any]] = {
        EMPTY: lambda: nobody.get("/healthz"),
        "page of the assistant, nothing asked": lambda: nobody.get("/ask"),
        "the same, with a question": question,
        "page of a form, signed in": lambda: own.get(path),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(PAGES):  # in turn: other work on the machine hits all alike
        for name, way in ways.items():
            begun = time.process_time()
            answer = way()
            if n:  # the first of each fills what is kept
                took[name].append((time.process_time() - begun) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
    m = figures.median
    shares = {name: m(took[EMPTY]) / m(found) for name, found in took.items()}
    figures.table(
        f"affairs: processor time of one page, {PAGES} of each in turn, ms",
        ("what", "median", "p95", "an empty view of it"),
        [(name, m(found), figures.at_share(found, 0.95), shares[name]) for name, found in took.items()],
    )  # fmt: skip
    print(figures.line("affairs_pages", [], shares=shares))
    return []


def _draft() -> tuple[str, str]:
    """A resident whose record is linked, and the page of a form they began."""
    from django.urls import reverse  # noqa: PLC0415

    from lifang.affairs import actions  # noqa: PLC0415
    from lifang.affairs.catalogue import GUIDES  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.accounts.models import Account  # noqa: PLC0415
    from lifang.registry import selectors as registry  # noqa: PLC0415

    for login in Account.objects.filter(login__startswith="r0").values_list("login", flat=True):
        who = actor_of(login)
        with behind(who):
            if registry.me(who) is None:
                continue
            guide = GUIDES["job-seeking"]
            draft = actions.begin(actor=who, guide=guide, at=datetime.now(UTC))
            return login, reverse("affairs:apply_step", args=[draft.pk, "all"])
    raise LookupError("no resident of the county is on record")


def _searched() -> list[figures.Figure]:
    """Straight, without a server around: what the index itself takes."""
    import msgspec  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from lifang.affairs.catalogue import GUIDES  # noqa: PLC0415
    from lifang.affairs.selectors.guides import Index  # noqa: PLC0415
    from lifang.core.accounts.models import Account  # noqa: PLC0415

    many = GUIDES.all()
    made = [msgspec.structs.replace(many[n % len(many)], key=f"{many[n % len(many)].key}-{n}") for n in range(MATTERS)]  # fmt: skip
    index, words = Index(made), cycle(WORDS)
    logins = cycle(Account.objects.values_list("login", flat=True)[:50])
    sql = f"SELECT id FROM {Account._meta.db_table} WHERE login = %s"

    def query() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [next(logins)])
            cursor.fetchall()

    ways: dict[str, Callable[[], Any]] = {
        "one indexed question": query,
        f"search of {MATTERS:,} matters": lambda: index.find(next(words)),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ASKED):  # in turn: other work on the machine hits both alike
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            took[name].append((time.perf_counter() - begun) * 1000)
    bare, search = (figures.at_share(found, 0.95) for found in took.values())
    figures.table(
        f"affairs: {ASKED:,} questions of {len(WORDS)} kinds each, ms",
        ("what", "median", "p95", "p99", "longest"),
        [(name, figures.median(found), figures.at_share(found, 0.95), figures.at_share(found, 0.99), max(found)) for name, found in took.items()],
    )  # fmt: skip
    found = [
        figures.Figure("affairs", f"search of {MATTERS:,} matters, p95", search, "ms", 10, 50, least=False),
        figures.Figure("affairs", "the same, p95 of a bare indexed question", search / bare, "x", 10, 50, least=False),
    ]  # fmt: skip
    print(figures.line("affairs_search", found))
    return found


def _loaded(ways: dict[str, tuple[str, str]]) -> list[figures.Figure]:
    headers = {name: {"Cookie": sign_in(login)} if login else {} for name, (_, login) in ways.items()}  # fmt: skip
    rates: dict[str, list[float]] = {name: [] for name in ways}
    middle: dict[str, list[float]] = {name: [] for name in ways}
    late: dict[str, list[float]] = {name: [] for name in ways}
    bad: dict[str, int] = dict.fromkeys(ways, 0)
    for name, (url, _) in ways.items():
        load(url, headers[name], 1)
    for _ in range(ROUNDS):
        for name, (url, _) in ways.items():
            seen = load(url, headers[name], SECONDS)
            rates[name].append(seen.a_second)
            middle[name].append(seen.p50_ms)
            late[name].append(seen.p99_ms)
            bad[name] += seen.bad
    m = figures.median
    shares = {name: m([one / empty for one, empty in zip(rates[name], rates[EMPTY], strict=True)]) for name in ways}  # fmt: skip
    figures.table(
        f"affairs: one worker, {CONNECTIONS} connections, {client()}, medians of {ROUNDS} rounds of {SECONDS} s",
        ("what", "req/s", "of an empty view", "p50 ms", "p99 ms", "bad"),
        [(name, m(rates[name]), shares[name], m(middle[name]), m(late[name]), bad[name]) for name in ways],
    )  # fmt: skip
    print(figures.line("affairs", [], shares=shares, bad=bad))
    assert not any(bad.values()), bad
    return []
