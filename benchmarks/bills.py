"""A month of bills in one run, beside a bare COPY of the same rows; then again while its worker is killed and people pay.

python -m benchmarks bills [--bills N] [--kills N]
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks import figures
from benchmarks.payers import HANDS

PATIENCE_SECONDS = 420
HOMES = 120  # whose people have accounts and pay online
FIRST, SECOND = "2031-01", "2031-02"  # months nobody billed yet
PRICES = (("property_fee", "area", 18_537), ("waste_fee", "door", 60_000))
BARE = """CREATE TABLE IF NOT EXISTS bench_bill (id uuid, number text, area text, month text, amount bigint);
CREATE TABLE IF NOT EXISTS bench_line (id uuid, bill uuid, item text, amount bigint)"""


class Estate:
    """A company with so many dwellings, each of another size, and its manager."""

    def __init__(self, count: int) -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415 -- Django is set up by now
        from lifang.living import actions  # noqa: PLC0415
        from lifang.living.models import Tariff  # noqa: PLC0415
        from lifang.orgs import actions as posts  # noqa: PLC0415
        from lifang.orgs import selectors as orgs  # noqa: PLC0415

        now, self.dice = datetime.now(UTC), random.Random(7)
        taken = {one.area for one in _rows(Tariff)}
        county = min(taken)[:6]
        self.area = next(code for code in orgs.codes_inside(county, 12) if code not in taken)
        self.unit = posts.add_unit(actor=SYSTEM, name_zh="万户物业", name_en="Ten Thousand Doors", kind="property_company", area=self.area, at=now)  # fmt: skip
        self.manager = _account("万户经理", "bench-manager", "staff", self.area, now)
        posts.post(actor=SYSTEM, account=self.manager, post="property_manager", at=now, area=self.area, unit=self.unit)  # fmt: skip
        for item, basis, price in PRICES:
            actions.set_tariff(actor=SYSTEM, unit=self.unit, area=self.area, item=item, basis=basis, price=price, since="2031-01", at=now)  # fmt: skip
        self._build(count, now)

    def _build(self, count: int, at: datetime) -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415
        from lifang.orgs import selectors as orgs  # noqa: PLC0415
        from lifang.registry import actions, selectors  # noqa: PLC0415
        from lifang.registry.actions import Member, Newcomer, NewPlace  # noqa: PLC0415

        grid = next(iter(orgs.codes_inside(self.area, 15)))
        missing = count - selectors.count_doors(SYSTEM, self.area)
        made: list[Any] = []
        for building in range(0, missing, 1000):
            rows = [NewPlace("estate", "万户小区", grid), NewPlace("building", f"{building // 1000 + 1}号楼", grid, 0), NewPlace("stair", "1单元", grid, 1)]  # fmt: skip
            rows += [
                NewPlace("dwelling", f"{n + 1}", grid, 2, floor=1, number=f"{n + 1}", address=f"万户小区{n + 1}", area_m2=Decimal(self.dice.randint(3000, 20000)) / 100)
                for n in range(building, min(building + 1000, missing))
            ]  # fmt: skip
            made += actions.add_places(actor=SYSTEM, rows=rows, at=at)[3:]
        for n, home in enumerate(self.dice.sample(made, min(HOMES, len(made)))):
            account = _account(f"住户{n}", f"bench-home-{n}", "resident", self.area, at)
            resident = actions.enrol_resident(actor=SYSTEM, account=account, name=f"住户{n}", area=grid, at=at)  # fmt: skip
            person = actions.register(actor=SYSTEM, newcomer=Newcomer(f"住户{n}"), area=grid, at=at)
            actions.link_account(actor=SYSTEM, person=person, resident=resident, at=at)
            actions.found_household(actor=SYSTEM, dwelling=home, members=[Member(person)], at=at)

    def start(self, month: str) -> Any:
        from lifang.core.access.grants import actor_of  # noqa: PLC0415
        from lifang.living import actions  # noqa: PLC0415

        now = datetime.now(UTC)
        return actions.start_run(actor=actor_of(self.manager.pk, now), unit=self.unit, month=month, area=self.area, at=now)  # fmt: skip

    def asked(self) -> dict[UUID, int]:
        """What each dwelling should owe, counted here and not by the product: half a fen up."""
        from lifang.registry.models import Place  # noqa: PLC0415

        area, door = PRICES[0][2], PRICES[1][2]
        with _all():
            rows = Place.objects.filter(kind="dwelling", area__startswith=self.area, valid_to=None)
            return {
                pk: int((Decimal(area) * (m2 or 0) / 100 + Decimal("0.5")) // 1)
                + int((Decimal(door) / 100 + Decimal("0.5")) // 1)
                for pk, m2 in rows.values_list("pk", "area_m2")
            }


def _account(name: str, login: str, kind: str, area: str, at: datetime) -> Any:
    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.accounts import actions  # noqa: PLC0415

    return actions.open_account(actor=SYSTEM, login=login, name=name, kind=kind, area=area, password="quay-lantern-52" if kind == "staff" else "", at=at)  # fmt: skip


@contextlib.contextmanager
def _all() -> Iterator[None]:
    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    with behind(SYSTEM):
        yield


def _rows(model: Any, **where: Any) -> list[Any]:
    with _all():
        return list(model.objects.filter(**where))


def _fresh(it: Any) -> Any:
    with _all():
        it.refresh_from_db()
    return it


class Bar:
    """A line that grows: shown anew on a terminal, now and then in a file."""

    def __init__(self, run: Any) -> None:
        self.run, self.last, self.back = run, 0, 0

    def look(self) -> Any:
        run = _fresh(self.run)
        self.back += run.gone < self.last
        if run.gone != self.last and (sys.stdout.isatty() or run.gone * 10 // run.doors != self.last * 10 // run.doors):  # fmt: skip
            share = run.gone / run.doors
            end = "\r" if sys.stdout.isatty() and share < 1 else "\n"
            print(f"  {run.month} {'#' * int(share * 40):<40} {run.gone:>7,} of {run.doors:,}", end=end, flush=True)  # fmt: skip
        self.last = max(self.last, run.gone)
        return run


def _until(happened: Callable[[], Any], what: str, every: float = 0.05) -> None:
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > PATIENCE_SECONDS:
            raise TimeoutError(what)
        time.sleep(every)


def _start(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def main(launch: Any, count: int, kills: int) -> list[figures.Figure]:
    estate = Estate(count)
    asked = estate.asked()
    alone = quiet(estate, len(asked))
    bare = _bare(launch, FIRST)
    figures.table(
        f"bills: {len(asked):,} dwellings, one worker, fsync on",
        ("step", "s", "bills/s", "x bare COPY"),
        [
            ("bare COPY of bills and lines", bare, len(asked) / bare, 1.0),
            ("a run, nobody else there", alone, len(asked) / alone, alone / bare),
        ],
    )
    wrong = killed(estate, asked, kills)
    for sentence in wrong:
        print(f"  WRONG {sentence}")
    print("bills:", "FAILED" if wrong else "well")
    if wrong:
        raise SystemExit(1)
    return []


def quiet(estate: Estate, count: int) -> float:
    worker = _start("lifang", "jobs")
    time.sleep(6)  # it has begun: what is measured is the run
    begun, bar = time.monotonic(), Bar(estate.start(FIRST))
    _until(lambda: bar.look().state == "done", "the first run does not end")
    seconds = time.monotonic() - begun
    worker.terminate()
    worker.wait()
    assert bar.run.bills == count, (bar.run.bills, count)
    return seconds


def _bare(launch: Any, month: str) -> float:
    import psycopg  # noqa: PLC0415

    from lifang.boot import databases  # noqa: PLC0415
    from lifang.living.models import Bill, BillLine  # noqa: PLC0415

    with _all():
        bills = list(Bill.objects.filter(month=month, source="run").values_list("pk", "number", "area", "month", "amount"))  # fmt: skip
        lines = list(BillLine.objects.filter(bill__month=month, bill__source="run").values_list("pk", "bill", "item", "amount"))  # fmt: skip
    _as_app, as_owner = databases.urls(launch.config)
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute(BARE)
        begun = time.perf_counter()
        for table, rows in (("bench_bill", bills), ("bench_line", lines)):
            with owner.transaction(), owner.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        return time.perf_counter() - begun


def killed(estate: Estate, asked: dict[UUID, int], kills: int) -> list[str]:
    """`kill -9` of the worker at random moments of its work, of the payers too; both come back. What is wrong then."""
    dice, at_kill = estate.dice, []
    folder = Path(tempfile.mkdtemp(prefix="lifang-bench-payers-"))
    told, run, salt = folder / "told", estate.start(SECOND), 0
    bar, begun, payer_kills, lives = Bar(run), time.monotonic(), 0, 0
    worker = payers = None
    try:
        while bar.look().state != "done":
            salt += 1
            if payers is None:
                payers, lives = _start("benchmarks.payers", str(run.pk), str(estate.manager.pk), str(told), str(salt)), lives + 1  # fmt: skip
            worker, at = _start("lifang", "jobs"), bar.last
            _until(
                lambda at=at: bar.look().gone > at or bar.run.state == "done", "no worker goes on"
            )  # type: ignore[misc]
            if len(at_kill) >= kills or bar.run.state == "done":
                _until(lambda: bar.look().state == "done" or _ask_for_money(), "the run does not end", 0.2)  # fmt: skip
                break
            _ask_for_money()
            time.sleep(dice.uniform(0, 0.8))
            if payers.poll() is None and dice.random() < 0.5:
                _kill(payers)
                payers, payer_kills = None, payer_kills + 1
            _kill(worker)
            at_kill.append(bar.look().gone)
        seconds = time.monotonic() - begun
        broke_off = payers is not None and payers.poll() is not None
        time.sleep(3)
        if payers is not None and payers.poll() is None:
            _kill(payers)
            payer_kills += 1
        kills_of_money = settle(estate.unit.holder, dice, worker)
    finally:
        for process in (worker, payers):
            if process is not None and process.poll() is None:
                _kill(process)
    said = [line.split() for line in told.read_text().splitlines()]
    print(f"  kill -9 of the worker {len(at_kill)} times at {', '.join(f'{n:,}' for n in at_kill)} and {kills_of_money} times while money went; of the payers {payer_kills} times")  # fmt: skip
    print(f"  {seconds:.0f} s with the kills, {len(asked) / seconds:,.0f} bills/s")
    wrong = ["the payers broke off"] if broke_off else []
    wrong += ["the bar ran backwards"] if bar.back else []
    return wrong + judge(_fresh(run), asked, said, HANDS * lives)


def _ask_for_money() -> bool:
    """What the worker does each minute, asked for now: look for payments nobody told of, carry refunds."""
    from procrastinate.contrib.django import app  # noqa: PLC0415
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

    for name in ("core.pay.jobs.sweep", "core.pay.jobs.give_refunds"):
        with contextlib.suppress(AlreadyEnqueued):
            app.configure_task(name, queueing_lock=name, priority=5).defer(timestamp=int(time.time()))  # fmt: skip
    return False


def settle(owner: str, dice: random.Random, worker: Any) -> int:
    """Until no payment is unknown and no refund waits; the worker is killed now and then all the same."""
    from lifang.core.pay.models import Charge, PayOrder, Refund  # noqa: PLC0415

    kills = 0
    until = time.monotonic() + PATIENCE_SECONDS

    def open_() -> bool:
        with _all():
            charged = Charge.objects.filter(of="").values("number")
            own = PayOrder.objects.filter(book__owner=owner)
            waiting = Refund.objects.filter(state="asked", order__book__owner=owner)
            return waiting.exists() or own.filter(number__in=charged).exclude(state="paid").exists()

    while open_():
        if time.monotonic() > until:
            raise TimeoutError("money is still on its way")
        if worker is None or worker.poll() is not None:
            worker = _start("lifang", "jobs")
        _ask_for_money()
        time.sleep(dice.uniform(4, 9) if kills < 4 else 1)
        if kills < 4:
            _kill(worker)
            kills += 1
    if worker is not None and worker.poll() is None:
        worker.terminate()
        worker.wait()
    return kills


def judge(run: Any, asked: dict[UUID, int], said: list[list[str]], hands: int) -> list[str]:
    """Bills, money and ledger, each counted from rows of its own; prints it and says what is wrong."""
    from benchmarks.ledger import Found  # noqa: PLC0415

    with _all():
        found = Found(run)
    words = Counter(word for word, _number, _fen in said)
    lost = [f"{w} {n} {f}" for w, n, f in said if not found.has(w, n, int(f))]
    acked = sum(words.values()) - words["refused"]
    print(f"  bills asked {len(asked):,}, present {len(found.bills):,}, doubled {found.doubled}, of another amount {found.otherwise(asked)}")  # fmt: skip
    print(f"  acknowledged {acked:,} ({', '.join(f'{w} {n:,}' for w, n in sorted(words.items()))}), lost {len(lost)}, present beyond that {found.beyond(said)}")  # fmt: skip
    print(f"  fen that came {found.came:,}, went back {found.went:,}, stand as paid {found.paid:,}; cents lost {found.cents_lost}")  # fmt: skip
    print(f"  vouchers {found.vouchers:,}, unbalanced {found.unbalanced}, ledger {found.off or 'balanced'}")  # fmt: skip
    checks = {
        "bills are missing or too many": set(asked) == set(found.bills),
        "bills are doubled": not found.doubled,
        "bills are of another amount than was asked": not found.otherwise(asked),
        "the run counts otherwise": (run.bills, run.gone, run.amount) == (len(asked), len(asked), sum(asked.values())),
        "the end was not told once": found.ended == 1,
        f"messages {found.messages} of {found.concerned}": found.messages == found.concerned > 0,
        f"acknowledged and lost: {lost[:5]}": not lost,
        "more is there than was being done when the payers were killed": found.beyond(said) <= hands,
        "vouchers do not balance": not found.unbalanced,
        f"the books are off: {found.off}": not found.off,
        "cents are lost": found.cents_lost == 0 == found.came - found.went - found.paid,
        "nobody paid": min(words["cash"], words["online"], words["refund"], words["credit"]) > 0,
    }  # fmt: skip
    return [sentence for sentence, holds in checks.items() if not holds]
