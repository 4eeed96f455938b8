"""``python -m tests.bench``: every figure as a ratio to a yardstick, measured in turns."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench import GROUPS, report
from tests.bench.measuring import measure


def main() -> int:
    """Print and write the figures; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--rounds", type=int, default=30, help="turns of each contender")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="a folder")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    results = []
    for name in arguments.groups or GROUPS:
        results.append(measure(import_module(f"tests.bench.{name}").group(), arguments.rounds))
        print(report.table(results[-1]), flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for file, text in (
        ("figures.md", report.document(results)),
        ("figures.svg", report.plot(results)),
    ):
        path = arguments.output / file
        path.write_text(text, encoding="utf-8")
        print(f"written: {path}")
    return int(not all(m.kept(bound) for m in results for bound in m.group.bounds))


if __name__ == "__main__":
    sys.exit(main())
