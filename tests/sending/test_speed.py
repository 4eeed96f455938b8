"""The speed of a run, and what is left of it."""

from orderkit.sending.speed import Speed, format_duration


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_skipped_does_not_count_into_the_speed() -> None:
    """A run that goes on where it was promises no more than the pace of what it sends."""
    clock = Clock()
    speed = Speed(clock)
    for _ in range(1000):
        speed.count("skipped")
    for _ in range(30):
        clock.now += 0.1
        speed.count("delivered")
    left = speed.left(2030)
    assert left is not None
    assert 90 < left < 110


def test_the_speed_is_that_of_late() -> None:
    """An endpoint that became slower shows in the remaining time."""
    clock = Clock()
    speed = Speed(clock)
    for _ in range(100):
        clock.now += 0.01
        speed.count("delivered")
    for _ in range(40):
        clock.now += 1
        speed.count("delivered")
    assert 0.9 < speed.rate < 1.2


def test_nothing_is_said_too_early() -> None:
    """Without an event, and without a total, there is no remaining time."""
    speed = Speed(Clock())
    assert speed.left(10) is None
    speed.count("delivered")
    assert speed.left(None) is None


def test_spans_are_written_as_clocks_do() -> None:
    """Hours, minutes and seconds."""
    assert format_duration(3_725.4) == "1:02:05"
    assert format_duration(None) == ""
