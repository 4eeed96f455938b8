"""Lines on standard output and standard error: what commands print goes through here.

Nothing that an event, an answer or a file name holds can act on the terminal: control characters
and marks that turn the direction of writing are shown escaped. What a stream cannot carry is
replaced, and a reader that has gone (``| head``) ends a command quietly, or not at all.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from orderkit.events.acting import escape_acting, escape_in_json

#: What there is in a file or a pipe, where there is no terminal to fit: of tables, all.
WIDTH_WITHOUT_TERMINAL: Final = 220
WHOLE: Final = 1_000_000
_NARROWEST: Final = 20

_goes_on = False


def prepare_streams() -> None:
    """Let what a stream's encoding lacks be written escaped: no command ends for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed: what is printed goes nowhere
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def escape(text: str) -> str:
    """A text as one line in which nothing acts on the terminal: ESC becomes ``\\x1b``."""
    return escape_lines(text).replace("\n", r"\n").replace("\t", r"\t")


def escape_lines(text: str) -> str:
    """The same for a text of several lines; names from the command line stay on one."""
    for name in sys.argv[1:]:
        value = name.partition("=")[2]
        for part in (name, value, str(Path(name).parent), str(Path(value).parent)):
            if "\n" in part:
                text = text.replace(part, part.replace("\n", r"\n"))
    return escape_acting(text)


def echo(text: str = "", *, err: bool = False) -> None:
    """Print lines."""
    stream = sys.stderr if err else sys.stdout
    with reader_may_go(stream):
        stream.write(f"{escape_lines(text)}\n")
        stream.flush()


def write_bytes(data: bytes, *, flush: bool = False) -> None:
    """Write JSON lines; on a terminal, what would act there as JSON escapes it: the same value."""
    with reader_may_go(sys.stdout):
        sys.stdout.buffer.write(escape_json(data) if sys.stdout.isatty() else data)
        if flush:
            sys.stdout.flush()


def escape_json(data: bytes) -> bytes:
    """JSON lines in which nothing acts on a terminal."""
    if data.isascii() and b"\x7f" not in data:
        return data  # JSON itself escapes the other control characters
    return escape_in_json(data.decode()).encode()


def output_width(stream: TextIO) -> int:
    """How many columns there are: the terminal's, or a wide page's."""
    if stream.isatty():
        # A narrower terminal wraps what is written for this width.
        return max(shutil.get_terminal_size().columns, _NARROWEST)
    return WIDTH_WITHOUT_TERMINAL


@contextmanager
def going_on() -> Iterator[None]:
    """Within it, output that nobody takes any more is dropped, and the work goes on."""
    global _goes_on
    _goes_on = True
    try:
        yield
    finally:
        _goes_on = False


@contextmanager
def reader_may_go(stream: TextIO) -> Iterator[None]:
    """Let a stream fail: standard error is given up; standard output ends the command with 0."""
    try:
        yield
    except OSError as error:
        give_up(stream)
        if not (isinstance(error, BrokenPipeError) or _goes_on or stream is sys.stderr):
            raise
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            echo(f"standard output: {error.strerror}; what is printed is lost", err=True)
        if stream is sys.stdout and not _goes_on:
            raise SystemExit(0) from None


def give_up(stream: TextIO) -> None:
    """From now on, let what is written to a stream go nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def flushed(run: Callable[[], Any]) -> Any:
    """What `run` gives, once all that it printed is written."""
    try:
        return run()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with reader_may_go(stream):
                stream.flush()
