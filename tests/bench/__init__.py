"""Measurements: ``python -m tests.bench``. No test judges them; see `tests.bench.__main__`."""
