"""Events and payloads for the groups that measure many of them."""

import sys
from pathlib import Path
from typing import Final

import orjson

from orderkit import Mapper, load_settings
from orderkit.events import samples
from orderkit.events.jsontext import dumps

#: The command line, in the Python of the benchmark.
ORDERKIT: Final = (sys.executable, "-m", "orderkit")


def write_events(path: Path, number: int) -> Path:
    """Write NDJSON of the samples over and over, each event with an id of its own."""
    lines = samples.EVENTS.read_bytes().splitlines()
    ids = [orjson.loads(line)["id"].encode() for line in lines]
    with path.open("wb") as file:
        for index in range(number):
            line = lines[index % len(lines)]
            file.write(line.replace(ids[index % len(lines)], b"B-%d" % index, 1) + b"\n")
    return path


def payloads(number: int) -> list[bytes]:
    """The payload of one of the samples so many times, each with an id of its own."""
    mapper = Mapper(load_settings(samples.SETTINGS))
    event = next(iter(samples.sample_events().values()))
    return [dumps(mapper.map(event | {"id": f"B-{n}"}).payload) for n in range(number)]
