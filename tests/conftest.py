"""What all tests share: property tests that run the same examples everywhere."""

from hypothesis import HealthCheck, settings

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
