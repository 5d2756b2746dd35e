"""Rows 11 and 12 of reference/perf.md: a list of 20 rows as JSON and as a page, everything real on the path.

One worker process of the production server (granian, WSGI) with the real middleware; signed in by a session cookie, capabilities
and scope checked, row-level security on, from 100,000 cases.

python -m benchmarks web
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import psutil

from benchmarks import figures
from benchmarks.load import CONNECTIONS, client, load
from benchmarks.rows import GRID_ROWS, fill_cases

ROWS, ROUNDS, SECONDS = 100_000, 3, 4
LOGIN = "jd01"
ANEW = "the same, while others commit 50 times a second"
WHOLE = "the same, drawn whole for a browser without a token"
COMMITS = 50


def main(launch: Any) -> list[figures.Figure]:
    from lifang.demo.county import county  # noqa: PLC0415

    street = f"{county().code}001"
    grids = [f"{street}{c:03d}{g:03d}" for c in range(1, 5) for g in range(1, 6)]
    now = datetime.now(UTC)
    fill_cases(launch, GRID_ROWS, [f"{street}001099"], "g", now)
    fill_cases(launch, ROWS, grids, "m", now)
    cookie = sign_in(LOGIN)
    with web(launch) as base:
        ways = {
            "healthz (no sign-in)": f"{base}/healthz",
            "API, 20 newest of the street": f"{base}/api/v1/cases/?limit=20",
            "page of 20 rows, nobody commits": f"{base}/desk/cases?area={street}001099",
            ANEW: f"{base}/desk/cases?area={street}001099",
            WHOLE: f"{base}/desk/cases?area={street}001099",
            "page, the street's newest, others commit": f"{base}/desk/cases",
            "inbox page, others commit": f"{base}/desk/inbox",
        }
        return _measured(launch, ways, cookie)


def _measured(launch: Any, ways: dict[str, str], cookie: str) -> list[figures.Figure]:
    rates: dict[str, list[float]] = {name: [] for name in ways}
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    p50: dict[str, list[float]] = {name: [] for name in ways}
    p99: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    bad: dict[str, int] = dict.fromkeys(ways, 0)
    # For a browser without a token for forms nothing around the rows is kept: each time it is given another token.
    token = f"; csrftoken={'a' * 32}"
    headers = {name: {"Cookie": cookie + ("" if name == WHOLE else token)} for name in ways}
    for name, url in ways.items():
        load(url, headers[name], 1)
    for _ in range(ROUNDS):  # interleaved: other work on the machine hits all alike
        for name, url in ways.items():
            r = figures.reference()
            before = _cpu(launch)
            with committing(COMMITS if "commit " in f"{name} " else 0):
                seen = load(url, headers[name], SECONDS)
            spent = _cpu(launch) - before
            rates[name].append(seen.a_second)
            ratios[name].append(seen.a_second / r)
            p50[name].append(seen.p50_ms)
            p99[name].append(seen.p99_ms)
            cpu[name].append(spent / max(1, seen.a_second * SECONDS) * 1e6)
            bad[name] += seen.bad
    m = figures.median
    figures.table(
        f"web: one worker, {CONNECTIONS} connections, {client()}, medians of {ROUNDS} rounds of {SECONDS} s, {ROWS:,} cases",
        ("what", "req/s", "x R", "app us", "p50 ms", "p99 ms", "p99/p50", "bad"),
        [
            (n, m(rates[n]), m(ratios[n]), m(cpu[n]), m(p50[n]), m(p99[n]), m(p99[n]) / (m(p50[n]) or 1), bad[n])
            for n in ways
        ],
    )  # fmt: skip
    api, page = list(ways)[1], list(ways)[2]
    found = [
        figures.Figure("11", "list endpoint, 20 rows, signed in", m(ratios[api]), "R", 0.0042, 0.003),
        figures.Figure("11", "the same, p99 / p50", m(p99[api]) / (m(p50[api]) or 1), "x", 2.0, 2.0, least=False),
        figures.Figure("12", "page of 20 rows, others commit", m(ratios[ANEW]), "R", 0.0022, 0.0015),
        figures.Figure("12", "the same, drawn whole", m(ratios[WHOLE]), "R", 0.0022, 0.0015),
        figures.Figure("12", "the same page, unchanged", m(ratios[page]), "R", 0.01, 0.0015),
    ]  # fmt: skip
    print(figures.line("web", found, ratios=ratios, cpu_us=cpu, bad=bad))
    return found


@contextmanager
def committing(a_second: int) -> Iterator[None]:
    """Somebody's transactions beside the load: no page may be given from memory as if nothing had happened."""
    if not a_second:
        yield
        return
    from django.db import connection  # noqa: PLC0415

    ended = Event()

    def commit() -> None:
        try:
            while not ended.wait(1 / a_second):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_current_xact_id()")
        finally:
            connection.close()

    worker = Thread(target=commit)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()


def sign_in(login: str) -> str:
    """The cookie of a session of this account, as after its sign-in."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from lifang.core.accounts.models import Account  # noqa: PLC0415

    browser = Client()
    browser.force_login(Account.objects.get(login=login))
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={key}"


@contextmanager
def web(launch: Any) -> Iterator[str]:
    """The production web program with one worker, answering."""
    from lifang.boot.build import build  # noqa: PLC0415
    from lifang.boot.engines.nats import free  # noqa: PLC0415
    from lifang.boot.launch import answers  # noqa: PLC0415

    build(launch.steps, launch.home)
    program = launch.programs()[0]
    port = next(port for port in range(18000, 18400) if free("127.0.0.1", port))
    command = [str(part) for part in program.command]
    command[command.index("--port") + 1] = str(port)
    command[command.index("--workers") + 1] = "1"
    program.command = command
    launch.supervisor.add(program)
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 90
    while not answers(f"{base}/healthz"):
        launch.supervisor.tick(time.monotonic())
        if time.monotonic() > deadline:
            raise TimeoutError((launch.home.logs / "web.log").read_text()[-2000:])
        time.sleep(0.1)
    launch.web_pid = program.pid()
    try:
        yield base
    finally:
        program.stop()
        launch.supervisor.tiers.pop()


def _cpu(launch: Any) -> float:
    """Seconds of CPU of the web process and its worker, user and system."""
    leader = psutil.Process(launch.web_pid)
    spent = 0.0
    for process in (leader, *leader.children(recursive=True)):
        times = process.cpu_times()
        spent += times.user + times.system
    return spent
