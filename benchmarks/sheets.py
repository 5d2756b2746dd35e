"""People by spreadsheet, end to end, against a bare COPY of the same rows on the same server.

python -m benchmarks sheets [--people N]
"""

import io
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks import figures

BARE = "CREATE TABLE IF NOT EXISTS bench_people (name text, identity text, telephone text, sex text, ethnicity text, residence text, grid text)"
HEAD = ("姓名", "身份证号", "手机", "性别", "民族", "人口类别", "网格编码")
PATIENCE_SECONDS = 420
CPU: list[float] = []


def people(count: int, grids: list[str], salt: int) -> list[tuple[str, ...]]:
    """Rows of nobody: division 990101, telephones of an unassigned prefix."""
    from lifang.core.crypto.numbers import identity_check  # noqa: PLC0415 -- Django is set up by now

    dice = random.Random(salt)
    family, given = (
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰",
    )
    made = []
    for n in range(count):
        day = f"{dice.randint(1940, 2015)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
        first = f"99{salt:02}{n // 20_000:02}{day}{n % 1000:03}"
        made.append(
            (
                dice.choice(family) + "".join(dice.choices(given, k=dice.randint(1, 2))),
                first + identity_check(first),
                f"100{n:08}",
                dice.choice("男女"),
                "汉族",
                "户籍人口" if dice.random() < 0.8 else "流动人口",
                grids[n % len(grids)],
            )
        )
    return list({row[1]: row for row in made}.values())


def workbook(rows: list[tuple[str, ...]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True, "in_memory": True}) as book:
        page = book.add_worksheet()
        for line, row in enumerate((HEAD, *rows)):
            for at, cell in enumerate(row):
                page.write_string(line, at, cell)
    return made.getvalue()


class Desk:
    """Who uploads, and the job run here."""

    def __init__(self) -> None:
        from lifang.core.access.grants import actor_of  # noqa: PLC0415
        from lifang.core.access.models import GrantRow  # noqa: PLC0415
        from lifang.core.sheets.declare import SHEETS  # noqa: PLC0415

        post = GrantRow.objects.filter(post="county_dispatcher", valid_to__isnull=True).first()
        assert post is not None
        self.actor = actor_of(post.account_id, datetime.now(UTC))
        self.sheet = SHEETS["registry.persons"]

    def upload(self, data: bytes) -> Any:
        from lifang.core.sheets import actions  # noqa: PLC0415

        return actions.take_in(
            actor=self.actor, sheet=self.sheet, data=data, name="people.xlsx", language="zh-hans", at=datetime.now(UTC)
        )  # fmt: skip

    def order(self, it: Any) -> Any:
        from lifang.core.sheets import actions  # noqa: PLC0415

        return actions.write(actor=self.actor, of=it, whole=False, at=datetime.now(UTC))

    def work(self, it: Any) -> Any:
        from lifang.core.jobs import JOBS  # noqa: PLC0415

        JOBS["core.sheets.jobs.work"].run(datetime.now(UTC), of=str(it.pk))
        return fresh(it)


def fresh(it: Any) -> Any:
    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    with behind(SYSTEM):
        it.refresh_from_db()
    return it


def persons() -> int:
    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.registry.models import Person  # noqa: PLC0415

    with behind(SYSTEM):
        return Person.objects.count()


def doubled() -> int:
    from django.db import connection  # noqa: PLC0415

    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM registry_person WHERE identity_key IS NOT NULL AND valid_to IS NULL GROUP BY identity_key HAVING count(*) > 1) x")  # fmt: skip
        return int(cursor.fetchone()[0])


def timed(act: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Seconds on the wall, and what came out; `CPU` gathers what this process itself computed meanwhile."""
    begun, computed = time.perf_counter(), time.process_time()
    result = act(*given)
    CPU.append(time.process_time() - computed)
    return time.perf_counter() - begun, result


def bare(launch: Any, rows: list[tuple[str, ...]]) -> float:
    import psycopg  # noqa: PLC0415

    from lifang.boot import databases  # noqa: PLC0415

    _as_app, as_owner = databases.urls(launch.config)
    with psycopg.connect(as_owner, autocommit=True) as owner:
        owner.execute(BARE)
        begun = time.perf_counter()
        with owner.transaction(), owner.cursor().copy("COPY bench_people FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - begun


def main(launch: Any, count: int) -> list[figures.Figure]:
    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.orgs.models import Division  # noqa: PLC0415

    desk = Desk()
    with behind(SYSTEM):
        grids = [
            code for code in Division.objects.values_list("code", flat=True) if len(code) == 15
        ]
    rows = people(count, grids, 1)
    data = workbook(rows)
    bare_seconds = bare(launch, rows)
    before = persons()
    taken, it = timed(desk.upload, data)
    checked, it = timed(desk.work, it)
    assert it.state == "checked", (it.state, it.fault)
    desk.order(it)
    written, it = timed(desk.work, it)
    added = persons() - before
    whole = taken + checked + written
    again, second = timed(lambda: desk.work(desk.upload(data)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    figures.table(
        f"sheets: {len(rows):,} people, {len(data) / 1e6:.1f} MB, one worker, fsync on",
        ("step", "s", "rows/s", "x bare COPY", "CPU s of the worker"),
        [
            ("bare COPY", bare_seconds, len(rows) / bare_seconds, 1.0, ""),
            ("upload, sealed", taken, len(rows) / taken, taken / bare_seconds, CPU[0]),
            ("check", checked, len(rows) / checked, checked / bare_seconds, CPU[1]),
            ("write", written, len(rows) / written, written / bare_seconds, CPU[2]),
            ("end to end", whole, len(rows) / whole, whole / bare_seconds, sum(CPU[:3])),
            ("the same file again", again, len(rows) / again, again / bare_seconds, CPU[3]),
        ],
    )
    print(f"  rows: {it.counts}, written {it.written:,}, people added {added:,}")
    print(f"  second run: {second.counts}; rows changed {second.good}")
    print(f"  peak memory: this process {peak:,.0f} MB, the reader's process {child:,.0f} MB")
    killed(desk, grids, count, bare_seconds / len(rows))
    return []


def killed(desk: Desk, grids: list[str], count: int, bare_row_seconds: float) -> None:
    """A real worker is killed with -9 in the middle of the writing of a whole file; another one ends it."""
    rows = people(count, grids, 2)
    it = desk.work(desk.upload(workbook(rows)))
    before = persons()
    worker = _worker()
    started = time.monotonic()
    desk.order(it)
    _until(lambda: fresh(it).done >= count // 2)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    at_kill, moment = fresh(it).done, time.monotonic()
    other = _worker()
    _until(lambda: fresh(it).done > at_kill or it.state != "writing")
    back = time.monotonic() - moment
    _until(lambda: fresh(it).state != "writing")
    seconds = time.monotonic() - started
    other.terminate()
    other.wait()
    added = persons() - before
    print(
        f"  kill -9 of the worker at {at_kill:,} of {len(rows):,} rows; {it.state}: rows in {added:,}, doubled {doubled():,}, "
        f"lost {len(rows) - added:,}; {seconds:.0f} s with the kill ({back:.1f} s until the next row), "
        f"{len(rows) / seconds:,.0f} rows/s, bare COPY {1 / bare_row_seconds:,.0f} rows/s"
    )


def _until(happened: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > PATIENCE_SECONDS:
            raise TimeoutError("the writing does not come to its end")
        time.sleep(0.05)


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lifang", "jobs"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
