"""Columns of text that fit a width: values are shortened in the middle, prose wraps at words."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import combining, east_asian_width

GAP: Final = 2
#: What goes on below a line, or belongs to it, begins so many columns to the right.
INDENT: Final = 6
#: Narrower than this no column gets, but by what stands in it.
_LEAST: Final = 6
#: A word, with the blanks before it: one that is not to be broken holds no-break spaces.
_WORD: Final = re.compile(r"[ \t]*[^ \t]+")


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, width: int) -> str:
    """A text of at most so many columns: its beginning and its end, "…" for what was between."""
    if cells(text) <= width:
        return text
    head, tail = _first(text, (width - 1) // 2), _first(text[::-1], width // 2)[::-1]
    return f"{head}…{tail}"


def _first(text: str, width: int) -> str:
    """As much of a text's beginning as so many columns hold."""
    while cells(text := text[:width]) > width:
        text = text[:-1]
    return text


def fit(natural: Sequence[int], width: int) -> list[int]:
    """The columns' widths, each as it would be, the widest cut until all have room in `width`.

    The first column has the names: it is cut only beyond two fifths of the width, and only where
    the others need the rest.
    """
    widths = list(natural[1:])
    gaps = GAP * len(widths)
    first = min(natural[0], max(width * 2 // 5, width - gaps - sum(widths)))
    room = width - gaps - first
    while widths and (over := sum(widths) - room) > 0:
        widest = max(widths)
        if widest <= _LEAST:
            break
        among = [at for at, each in enumerate(widths) if each == widest]
        second = max((each for each in widths if each < widest), default=_LEAST)
        step = max(1, min(widest - max(second, _LEAST), over // len(among)))
        for at in among[: max(1, min(len(among), over // step))]:
            widths[at] -= step
    return [first, *widths]


def natural_width(rows: Iterable[Sequence[str]]) -> int:
    """How wide rows are with nothing shortened."""
    columns = list(zip(*rows, strict=True))
    return sum(max(map(cells, column)) for column in columns) + GAP * (len(columns) - 1)


def layout(rows: Iterable[Sequence[str]], width: int, *, prose: int = -1) -> list[list[list[str]]]:
    """Rows as lines of padded cells, no line wider than `width`; the first row is the head.

    prose: the number of the column that wraps; where the others leave it less than a third, it
           stands below them, and its line has one cell; so does then, in full, what is shortened
    """
    rows = [list(row) for row in rows]
    natural = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    if prose < 0 or sum(natural) + GAP * (len(natural) - 1) <= width:
        widths = fit(natural, width)
        return [[_line(row, widths)] for row in rows]
    others = [each for at, each in enumerate(natural) if at != prose]
    room = width - sum(others) - GAP * len(others)
    if room >= width // 3:
        widths = [*natural[:prose], room, *natural[prose + 1 :]]
        return [_wrapped(row, widths, prose) for row in rows]
    widths = fit(others, width)
    names, *values = ([*row[:prose], *row[prose + 1 :]] for row in rows)
    laid = [[_line(names, widths)]]
    for row, shown in zip(rows[1:], values, strict=True):
        cut = [
            f"{name} {text}"
            for name, text, to in zip(names, shown, widths, strict=True)
            if cells(text) > to
        ]
        below = wrap_words("; ".join(filter(None, [*cut, row[prose]])), width - 4)
        laid.append([_line(shown, widths), *([f"    {line}"] for line in below if line)])
    return laid


def _line(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    short = (shorten(text, width) for text, width in zip(row, widths, strict=True))
    return [f"{text}{' ' * (to - cells(text))}" for text, to in zip(short, widths, strict=True)]


def _wrapped(row: Sequence[str], widths: Sequence[int], prose: int) -> list[list[str]]:
    first, *more = wrap_words(row[prose], widths[prose])
    blank = [""] * len(row)
    return [
        _line([*cut[:prose], text, *cut[prose + 1 :]], widths)
        for cut, text in [(row, first), *((blank, text) for text in more)]
    ]


def wrap_whole(text: str, width: int) -> list[str]:
    """A text in lines of whole words, none of them shortened; a short one as it is."""
    if cells(text) <= width:
        return [text]
    lines: list[str] = []
    for word in _WORD.findall(text):
        if lines and cells(lines[-1] + word) <= width:
            lines[-1] += word
        else:
            lines.append(word.lstrip() if lines else word)
    return lines


def wrap_below(text: str, width: int) -> str:
    """Lines that go on below themselves, indented; one with a caret under it stays as it is."""
    lines = text.split("\n")
    made = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        first, *more = wrap_whole(line, width - INDENT) or [line]
        if more and following.strip() != "^":
            made += [first, *(f"{' ' * INDENT}{each}" for each in more)]
        else:
            made.append(line)
    return "\n".join(made)


def together(text: str) -> str:
    """A text whose parts between dots, "HTTP 200 · code 0", stay on one line each."""
    return text.replace(" ", "\xa0").replace("\xa0·\xa0", " · ")


def wrap_words(text: str, width: int) -> list[str]:
    """A text in lines of whole words; a word that has no room is shortened in its middle."""
    short = " ".join(shorten(word, width) for word in text.split())
    return wrap_whole(short, width)
