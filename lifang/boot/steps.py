"""What a person sees while the platform starts: one line a step, a spinner or a bar while it runs."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Step:
    """One running step: `say` what it does now, `advance` its bar, tell the outcome with `done`."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress, self._title = progress, title
        self._task = progress.add_task(title, total=None, doing="")
        self.outcome = ""

    def say(self, doing: str) -> None:
        self._progress.update(self._task, doing=doing[:60])

    def advance(self, done: int, total: int, doing: str = "") -> None:
        self._progress.update(self._task, completed=done, total=total, doing=doing[:60])

    def done(self, outcome: str) -> None:
        self.outcome = outcome


class Steps:
    """The console of one command."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stdout, highlight=False)
        self.begun = time.monotonic()

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[Step]:
        """A line that stays: what it was, how it ended, how long it took."""
        begun, title = time.monotonic(), f"{zh} {en}"
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[doing]}"),
        )
        with Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        ) as progress:
            step = Step(progress, title)
            try:
                yield step
            except BaseException:
                progress.stop()
                self.console.print(f"[red]✗[/red] {title}")
                raise
        spent = time.monotonic() - begun
        self.console.print(f"[green]✓[/green] {title}  [dim]{step.outcome}  {spent:.1f} s[/dim]")

    def tell(self, text: str) -> None:
        self.console.print(text)
