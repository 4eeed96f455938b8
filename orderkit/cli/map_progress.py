"""How far a long run is, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from orderkit.cli.terminal import Terminal

#: Takes the position reached, of the size that there is, and how many events were done since.
Progress: TypeAlias = Callable[[float, int], object]


@contextmanager
def progress(size: int | None) -> Iterator[Progress]:
    """What shows events, events a second, share and time remaining on a terminal; else nothing.

    size: what the positions end at, in bytes say; None where it cannot be told
    """
    out = Terminal(err=True)
    if not out.is_terminal:
        yield lambda _position, _events: None
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.fields[events]:,} events, {task.fields[rate]:,.0f} a second"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=out, transient=True) as bar:
        task = bar.add_task("", total=size, events=0, rate=0.0)
        shown = bar.tasks[0]

        def told(position: float, events: int) -> None:
            done = shown.fields["events"] + events
            rate = done / (shown.elapsed or 1)
            bar.update(task, completed=position, events=done, rate=rate)

        yield told
