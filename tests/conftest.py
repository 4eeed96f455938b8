"""What all tests share: property tests that run the same examples everywhere."""

import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background of a script, where whatever is started from here would ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No chance, no clock and no example database in a home folder.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
