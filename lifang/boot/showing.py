"""What the start shows at its end: doors, accounts, what to try first; and the demo county's seeding."""

import time

from rich.panel import Panel
from rich.table import Table

from lifang.boot.engines.unfit import Unfit
from lifang.boot.launch import Launch

DOORS = (
    ("/", "公开首页 · 报事", "public, report a trouble"),
    ("/my", "居民", "residents"),
    ("/desk", "工作台", "staff"),
    ("/kiosk", "自助终端", "kiosk"),
    ("/screen", "大屏", "big screen"),
)

SIZES = {"county": (), "small": ("--people", "500", "--days", "14")}
FIRST = (
    (
        "不登录，在首页报一件事，用手机拍照",
        "without signing in, report a trouble from the first page",
    ),
    (
        "以街道派遣员登录 /desk，受理并派遣",
        "sign in as a street dispatcher, accept it and dispatch it",
    ),
    ("打开 /screen，看它在地图上亮起", "open /screen and see it light up on the map"),
)


def seed(launch: Launch, size: str) -> None:
    """Fill an empty database with the demo county; its command shows its own progress and does nothing twice."""
    begun = time.monotonic()
    done = launch.run("seed_demo", *SIZES[size], stdout=None, stderr=None)
    if done.wait():
        raise Unfit(
            "seed_failed",
            zh="演示数据未能生成，原因见上。",
            en="The demo county could not be made; see above.",
        )
    launch.steps.tell(
        f"[green]✓[/green] 演示数据 demo county  [dim]{time.monotonic() - begun:.1f} s[/dim]"
    )


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
        launch.run("demo_accounts", stdout=None).wait()
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
