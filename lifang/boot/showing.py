"""What the start shows at its end: doors, accounts, what to try first; and the demo county's seeding."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.panel import Panel
from rich.table import Table

from lifang.boot import databases
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import write_private
from lifang.boot.launch import Launch

DOORS = (
    ("/", "公开首页 · 报事", "public, report a trouble"),
    ("/my", "居民", "residents"),
    ("/desk", "工作台", "staff"),
    ("/kiosk", "自助终端", "kiosk"),
    ("/screen", "大屏", "big screen"),
)

SMALL = ("--people", "500", "--days", "14")
SIZES = {"county": (), "small": SMALL, "city": (*SMALL, "--city")}
FIRST = (
    (
        "不登录，在首页报一件事，用手机拍照",
        "without signing in, report a trouble from the first page",
    ),
    (
        "以街道受理员登录 /desk，受理并派遣",
        "sign in as a street dispatcher, accept it and dispatch it",
    ),
    ("打开 /screen，看它在地图上亮起", "open /screen and see it light up on the map"),
)


def seed(launch: Launch, size: str, more: Sequence[str] = ()) -> None:
    """Fill an empty database with the demo county; a county left half-made by a kill is made anew."""
    half_made = launch.home.run / "seeding"
    if half_made.exists():
        launch.start_over()
    if not launch.untouched():
        return
    half_made.touch()
    _accounts_file(launch).unlink(missing_ok=True)
    begun = time.monotonic()
    owner = {"LIFANG_OWNER_URL": databases.urls(launch.config)[1]}  # rows in bulk are the owner's
    done = launch.run(
        "seed_demo", "--skip-checks", *SIZES[size], *more, env=owner, stdout=None, stderr=None
    )
    if done.wait():
        raise Unfit(
            "seed_failed",
            zh="演示数据未能生成，原因见上。",
            en="The demo county could not be made; see above.",
        )
    half_made.unlink(missing_ok=True)
    spent = time.monotonic() - begun
    launch.steps.tell(f"[green]✓[/green] 演示数据 demo county  [dim]{spent:.1f} s[/dim]")


def _accounts_file(launch: Launch) -> Path:
    return launch.home.run / "demo-accounts"


def _accounts(launch: Launch) -> str:
    """Asked for once and kept: a second start should not load everything just to list them again."""
    kept = _accounts_file(launch)
    if not kept.exists():
        with launch.run("demo_accounts") as asking:
            said = asking.stdout.read().decode() if asking.stdout else ""
        if asking.returncode:
            return ""
        write_private(kept, said)
    return kept.read_text().rstrip()


def table(launch: Launch, *, demo: bool) -> None:
    """Doors, and in a demo the accounts and what to try first."""
    spent = time.monotonic() - launch.steps.begun
    doors = Table(
        title="里坊 lifang", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0)
    )
    for path, zh, en in DOORS:
        doors.add_row(f"[bold]{launch.config.origin}{path}[/bold]", zh, f"[dim]{en}[/dim]")
    launch.steps.console.print(doors)
    if demo:
        launch.steps.console.print(_accounts(launch), markup=False)
        tries = Table(
            title="先试试 try first",
            title_justify="left",
            show_header=False,
            box=None,
            padding=(0, 2, 0, 0),
        )
        for number, (zh, en) in enumerate(FIRST, 1):
            tries.add_row(f"{number}", zh, f"[dim]{en}[/dim]")
        launch.steps.console.print(tries)
    hint = "Ctrl-C 停止 stops everything · lifang status · lifang doctor · docs/guide/operate.md"
    launch.steps.console.print(Panel(f"{spent:.1f} s · {hint}", expand=False))
