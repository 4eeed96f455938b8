"""What a command costs before it does anything."""

import resource
import subprocess
import sys

from tests.bench.measuring import Bound, Contender, Group

#: Third-party and standard modules without which no event is mapped.
_NEEDED = (
    "import csv, dataclasses, decimal, difflib, orjson, pydantic, re, tomllib, zoneinfo;"
    "pydantic.create_model('Settings', value=(int, 1))"
)
_FIELDS = "import sys; sys.argv[1:] = ['fields']; from orderkit.cli import main; main()"
_MAPPER = "from orderkit import Mapper, load_settings"


def group() -> Group:
    """Start-up times, each in a Python of its own."""
    bare, fields, needed = "bare python -c ''", "orderkit fields", "the imports that mapping needs"
    package, mapper = "import orderkit", "from orderkit import Mapper, load_settings"
    return Group(
        title="Start-up",
        item="start",
        contenders=[
            _python(bare, ""),
            _python(fields, _FIELDS),
            _python(needed, _NEEDED),
            _python(package, "import orderkit"),
            _python(mapper, _MAPPER),
        ],
        bounds=[Bound(fields, bare, 4), Bound(package, needed, 1.3)],
    )


def _python(name: str, code: str) -> Contender:
    def seconds() -> float:
        before = _processor_time()
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
        return _processor_time() - before

    return Contender(name, seconds)


def _processor_time() -> float:
    """The seconds that finished children of this process have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
