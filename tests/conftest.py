"""What all tests share: property tests that run other examples each time, and can be repeated."""

import random
import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests import SCREENSHOTS

# Begun in the background of a script, or by nohup, these are ignored, and whatever is started from
# here would ignore them too.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

# No clock and no example database in a home folder. A failure shows what repeats it.
settings.register_profile(
    "orderkit",
    deadline=None,
    database=None,
    print_blob=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("orderkit")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One seed for all property tests of a run: the one that was asked for, or a new one."""
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(random.randrange(2**32))  # noqa: S311 - of tests


class ByFile(LoadScopeScheduling):
    """A file's tests stay together, as they share servers and kernels; so do all browser tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder == "tests/browser" else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Which process runs which tests."""
    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say, at the end of each run, how to run the same examples again."""
    seed = terminalreporter.config.getoption("--hypothesis-seed")
    if (SCREENSHOTS / "index.html").exists():
        terminalreporter.write_line(f"screenshots: {SCREENSHOTS / 'index.html'}")
    terminalreporter.write_line(f"property tests: the same examples with --hypothesis-seed={seed}")
