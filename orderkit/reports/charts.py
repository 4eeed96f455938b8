"""Pictures: bars over time, as SVG that follows the style sheet's colours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from orderkit.reports import html

#: From the bottom of a bar to its top.
VERDICTS: Final = (
    *(
        "delivered",
        "dry-run",
        "skipped",
        "outdated",
        "filtered",
        "unknown",
        "invalid",
        "rejected",
        "failed",
    ),
)

#: Seconds that one bar may stand for.
_STEPS: Final = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400, 28 * 86400)
_MOST_BARS: Final = 48

_WIDTH, _HEIGHT, _LEFT, _BASE = 720, 170, 44, 140


def step_for(first: float, last: float) -> int:
    """Seconds for each bar, so that a picture has not too many; moments are Unix seconds."""
    return next((step for step in _STEPS if (last - first) / step < _MOST_BARS), _STEPS[-1])


def clock(moment: float, step: float) -> str:
    """A moment in local time, as exactly as a step of so many seconds is worth."""
    local = datetime.fromtimestamp(moment).astimezone()
    return local.strftime("%Y-%m-%d" if step >= 86400 else "%H:%M" if step >= 60 else "%H:%M:%S")


def told(counts: Mapping[str, int]) -> str:
    """ "12 delivered, 1 failed", in the order of the bars."""
    return ", ".join(f"{counts[name]:,} {name}" for name in VERDICTS if counts.get(name))


def over_time(counts: Mapping[float, Counter[str]], step: float) -> str:
    """Stacked bars, one a step from the first moment to the last, with a legend."""
    if not counts:
        return ""
    first, last = min(counts), max(counts)
    number = int((last - first) // step) + 1
    highest = max(counter.total() for counter in counts.values())
    width = (_WIDTH - _LEFT) / max(number, 12)
    bars = []
    for moment, counter in counts.items():
        left = _LEFT + (moment - first) / step * width
        bars.append(_bar(left, width * 0.8, counter, highest, f"{clock(moment, step)}"))
    total = sum(counts.values(), Counter[str]())
    legend = "".join(
        f'<span class="ok-key"><i class="ok-v-{name}"></i>{total[name]:,} {escape(name)}</span>'
        for name in VERDICTS
        if total[name]
    )
    span = f"{clock(first, step)} to {clock(last + step, step)}"
    return (
        f'<figure class="ok-chart"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="From {span}: {told(total)}">'
        f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{_BASE}" y2="{_BASE}"/>'
        f'<text x="{_LEFT - 8}" y="22" text-anchor="end">{highest:,}</text>'
        f'<text x="{_LEFT - 8}" y="{_BASE}" text-anchor="end">0</text>'
        f"{''.join(bars)}{_marks(first, step, number, width)}</svg>"
        f"<figcaption>{legend}</figcaption></figure>"
    )


def _bar(left: float, width: float, counter: Counter[str], highest: int, label: str) -> str:
    top = float(_BASE)
    pieces = []
    for name in VERDICTS:
        if counter[name]:
            # One failure among thousands is still to be seen.
            height = max(2, counter[name] / highest * (_BASE - 20))
            top -= height
            pieces.append(
                f'<rect class="ok-v-{name}" x="{left:.1f}" y="{top:.1f}" '
                f'width="{max(width, 1):.1f}" height="{height:.1f}"/>'
            )
    return f"<g><title>{escape(label)}: {escape(told(counter))}</title>{''.join(pieces)}</g>"


def _marks(first: float, step: float, number: int, width: float) -> str:
    places: Sequence[int] = sorted({0, number // 2, number - 1}) if number > 2 else [0]
    marks = []
    for at in places:
        x, anchor = _LEFT + at * width + width * 0.4, "middle"
        if x > _WIDTH - _LEFT:
            # In the middle, the text would end outside the picture.
            x, anchor = _WIDTH, "end"
        words = clock(first + at * step, step)
        marks.append(f'<text x="{x:.1f}" y="{_BASE + 18}" text-anchor="{anchor}">{words}</text>')
    return "".join(marks)


def legend_of(counts: Mapping[str, int]) -> str:
    """Verdicts with their numbers, as badges."""
    return " ".join(f"{html.badge(name)} {counts[name]:,}" for name in VERDICTS if counts.get(name))
