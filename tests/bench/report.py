"""The figures as a Markdown table and as a plot."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from math import log10
from pathlib import Path

from orderkit.events.paths import count
from tests.bench.measuring import Measured

#: Where ``--readme`` puts the figures.
README = Path(__file__).with_name("README.md")

_ROW, _LEFT, _RIGHT, _WIDTH = 22, 420, 90, 1000


def machine() -> str:
    """Processor, cores, Python and date, in one line."""
    try:
        model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        model = None
    processor = model[1] if model else platform.processor() or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{processor}, {os.cpu_count()} cores, {python}, {datetime.now(UTC):%Y-%m-%d}"


def table(measured: Measured) -> str:
    """One group as Markdown: time, ratio to the yardstick with its quartiles, and the promises."""
    group = measured.group
    yardstick = group.contenders[0].name
    lines = [
        f"### {group.title}",
        "",
        f"| | {group.measure} | ratio | quartiles |",
        "| --- | ---: | ---: | ---: |",
    ]
    for contender in group.contenders:
        middle, low, high = measured.ratio(contender.name, yardstick)
        spread = f"{low:.2f} to {high:.2f}"
        figure = group.shown(measured.typical(contender.name))
        lines.append(f"| {contender.name} | {figure} | {middle:.2f} | {spread} |")
    rounds = len(measured.rounds[yardstick])
    lines += ["", f"- {count(rounds, 'round')}"]
    for bound in group.bounds:
        ratio = measured.ratio(bound.name, bound.against)[0]
        kept = "kept" if measured.kept(bound) else "NOT kept"
        promise = f"{bound.name} is at most {bound.most:.3g} × {bound.against}"
        lines.append(f"- {promise}: {ratio:.2f}, {kept}")
    lines += [f"- not measured: {absent}" for absent in group.absent]
    return "\n".join(lines) + "\n"


def document(results: Sequence[Measured]) -> str:
    """All groups as Markdown, with machine and date."""
    head = f"Measured on {machine()}; medians of rounds in turns."
    return "\n".join([head, "", *map(table, results)])


def plot(results: Sequence[Measured]) -> str:
    """All groups as SVG: a bar a contender, its ratio to the yardstick on a logarithmic scale."""
    parts: list[str] = []
    top = 0
    for measured in results:
        parts += _bars(measured, top)
        top += _ROW * (len(measured.group.contenders) + 2)
    style = "text { font: 13px sans-serif; fill: #222 } .title { font-weight: bold }"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img">',
            "<title>Time as a ratio to the yardstick, on a logarithmic scale</title>",
            f"<style>{style}</style>",
            f'<rect width="{_WIDTH}" height="{top}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _bars(measured: Measured, top: int) -> list[str]:
    group = measured.group
    yardstick = group.contenders[0].name
    ratios = {c.name: measured.ratio(c.name, yardstick)[0] for c in group.contenders}
    low, high = log10(min(ratios.values())) - 0.1, log10(max(ratios.values()))
    parts = [f'<text class="title" x="10" y="{top + 16}">{escape(group.title)}</text>']
    for number, (name, ratio) in enumerate(ratios.items(), start=1):
        y = top + number * _ROW
        width = (_WIDTH - _LEFT - _RIGHT) * (log10(ratio) - low) / (high - low)
        colour = "#888" if name == yardstick else "#2a6fb0"
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y + 4}" width="{width:.1f}" height="15" fill="{colour}"/>',
            f'<text x="{_LEFT + width + 6:.1f}" y="{y + 16}">{ratio:.2f} ×</text>',
        ]
    return parts
