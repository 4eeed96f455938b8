"""``python -m tests.bench``: every figure as a ratio to a yardstick, measured in turns."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench import GROUPS, report
from tests.bench.measuring import measure
from tests.write_readme import put


def main() -> int:
    """Print and write the figures; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all by default"
    )
    parser.add_argument("--rounds", type=int, default=30, help="turns of each contender, at most")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="a folder")
    parser.add_argument(
        "--readme", action="store_true", help="put the tables into tests/bench/README.md too"
    )
    parser.add_argument(
        "--small", action="store_true", help="few items, to try the benchmark: no figure counts"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    if arguments.readme and (arguments.groups or arguments.small):
        parser.error("the README has the figures of all groups, in full")
    results = []
    for name in arguments.groups or GROUPS:
        with import_module(f"tests.bench.{name}").group(small=arguments.small) as group:
            results.append(measure(group, arguments.rounds))
        print(report.table(results[-1]), flush=True)
    figures = report.document(results)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for file, text in (("figures.md", figures), ("figures.svg", report.plot(results))):
        path = arguments.output / file
        path.write_text(text, encoding="utf-8")
        print(f"written: {path}")
    if arguments.readme:
        report.README.write_text(
            put(report.README.read_text(encoding="utf-8"), "figures", figures.rstrip()), "utf-8"
        )
    return int(not all(m.kept(bound) for m in results for bound in m.group.bounds))


if __name__ == "__main__":
    sys.exit(main())
