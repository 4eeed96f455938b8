"""Measurements, by ``python -m tests.bench``; nothing here runs in the ordinary tests' time.

Each module with a function ``group(small)`` measures one group of figures; `GROUPS` names them.
"""

#: Modules of this folder, in the order of the report.
GROUPS = ("mapping", "checking", "bulk", "memory", "startup", "pace", "sending", "forms")
