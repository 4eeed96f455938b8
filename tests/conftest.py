"""What all tests share: property tests that run other examples each time, and can be repeated."""

import random
import signal

import pytest
from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background of a script, where whatever is started from here would ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

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


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say, at the end of each run, how to run the same examples again."""
    seed = terminalreporter.config.getoption("--hypothesis-seed")
    terminalreporter.write_line(f"property tests: the same examples with --hypothesis-seed={seed}")
