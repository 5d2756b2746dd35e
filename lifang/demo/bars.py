"""How far the make-believe is: a bar for each part."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lifang.demo.beside import Step

Bar = Callable[[str, int], AbstractContextManager[Step]]


@contextmanager
def bars() -> Iterator[Bar]:
    """`with bars() as bar, bar("Areas", 3) as step:` and `step(1)` for each that is done."""
    columns = (
        TextColumn("{task.description:24}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as shown:

        @contextmanager
        def bar(name: str, total: int) -> Iterator[Step]:
            task = shown.add_task(name, total=total)
            yield lambda done: shown.advance(task, done)
            shown.update(task, completed=total)

        yield bar
