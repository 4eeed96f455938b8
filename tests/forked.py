"""Commands in processes of their own that begin with the package loaded.

Loading is most of what a short command takes. A server process loads it once, before it has any
thread, and each command is forked from it: with an environment, a folder, files and an exit code
of its own, as if it had been started. What a start itself does is tried by
``tests/cli/test_startup.py`` and by all that start ``tests.cli.test_commands.ORDERKIT``.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TextIO

#: What the server loads: all that several commands need.
_LOADED: Final = (
    "orderkit.cli.group",
    "orderkit.cli.common",
    "orderkit.cli.sending_run",
    "orderkit.bulk",
    "orderkit.mapping.suggest",
    "orderkit.reports.handover",
    "orderkit.sandbox",
)
# Where nothing can be forked, each loads for itself.
_forking = "forkserver" in get_all_start_methods()
_context = get_context("forkserver") if _forking else get_context("spawn")
_context.set_forkserver_preload(list(_LOADED))


#: What is run in the forked process.
MAIN: Final = "from orderkit.cli import main; main()"


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: str = "",
    out: str = "",
    folder: Path | None = None,
    code: str = MAIN,
) -> subprocess.CompletedProcess[str]:
    """Run ``orderkit`` to its end, in a folder; its output can go to a file of one's own.

    Raises TimeoutExpired if that takes more than a minute.
    """
    with TemporaryDirectory() as made:
        files = [str(Path(made) / name) for name in ("in", "out", "err")]
        Path(files[0]).write_text(stdin, encoding="utf-8")
        given = (code, list(arguments), dict(environment), str(folder or Path.cwd()))
        process = _context.Process(target=_main, args=(*given, files[0], out or files[1], files[2]))
        process.start()
        process.join(60)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, 60)
        printed = ["" if out else _read(files[1]), _read(files[2])]
        done = subprocess.CompletedProcess(list(arguments), process.exitcode, *printed)
        process.close()
    return done


def _read(file: str) -> str:
    return Path(file).read_bytes().decode()


def _main(
    code: str, arguments: list[str], environment: dict[str, str], folder: str, *files: str
) -> None:
    """What the forked process does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.stdin, sys.stdout, sys.stderr = map(_opened, range(3), files)
    sys.argv = ["orderkit", *arguments]
    warnings.simplefilter("error")
    exec(code, {"__name__": "forked"})  # noqa: S102 - the tests' own


def _opened(number: int, file: str) -> TextIO:
    """A file as this process's standard input, output or error output."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY, 0o600)
    os.dup2(opened, number)
    os.close(opened)
    return open(number, "w" if number else "r", encoding="utf-8", closefd=False)
