"""The few pieces of HTML that tables, forms and pages are made of.

Everything that comes from an event or a person is escaped here, and nowhere else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Final, Literal, TypeAlias

Tone: TypeAlias = Literal["good", "bad", "warn", "later", "mute"]

#: The script of tables, a module whose `render` a widget runs too.
TABLES_MODULE: Final = Path(__file__).with_name("tables.js")

_STYLES: Final = ("style.css", "tables.css", "readiness.css")
_QUOTED: Final = re.compile("`([^`]+)`")
#: Where a name or a formula may go on in the next line.
_BREAKS: Final = re.compile(r"(?<=\w\()|(?<=[._,])(?=\w)")
#: A line of a formula, and below it a line with nothing but a caret.
_POINTED: Final = re.compile(r"\n?^( *)([^\n]+)\n( *)\^(?:\n|\Z)", re.MULTILINE)

#: What stands in a table where nobody has said anything yet.
OPEN: Final = '<span class="ok-hint">open</span>'

#: How each status word looks, wherever it stands.
TONES: Final[dict[str, Tone]] = {
    "ok": "good",
    "mapped": "good",
    "delivered": "good",
    "missing": "bad",
    "rejected": "bad",
    "failed": "bad",
    "unreadable": "bad",
    "error": "bad",
    "invalid": "warn",
    "inconsistent": "warn",
    "left_out": "warn",
    "unusual": "warn",
    "platform": "warn",
    "unknown": "warn",
    "warning": "warn",
    "mandatory": "mute",
    "not needed": "mute",
    "not yet": "later",
    "kept": "good",
    "ready": "good",
    "refused": "bad",
    "not ready": "warn",
    "with problems": "warn",
    "not for TikTok": "mute",
    "filtered": "mute",
    "skipped": "mute",
    "outdated": "mute",
    "dry-run": "mute",
}


@cache
def style_sheet() -> str:
    """The one style sheet, on JupyterLab's colour variables, as a ``<style>`` element."""
    return f"<style>{''.join(map(_file, _STYLES))}</style>"


@cache
def page_style() -> str:
    """The style sheet of pages that are handed over: on screen, and printed."""
    return f"{style_sheet()}<style>{_file('document.css')}</style>"


@cache
def table_script() -> str:
    """What makes tables sort, search and copy, as a ``<script>`` for a page of its own."""
    return f'<script type="module">{TABLES_MODULE.read_text(encoding="utf-8")}\nstart();</script>'


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def badge(word: str) -> str:
    """A status word with its tone; an empty word gives nothing."""
    return (
        f'<span class="ok-badge ok-{TONES.get(word, "mute")}">{escape(word)}</span>' if word else ""
    )


def code(text: str) -> str:
    """Text as it is written in events, settings and payloads; it may wrap after punctuation."""
    return f"<code>{_BREAKS.sub('<wbr>', escape(text))}</code>" if text else ""


def prose(text: str) -> str:
    """A message, with what stands in `backticks` as code, and carets under their place."""
    pieces, end = [], 0
    for match in _POINTED.finditer(text):
        pieces += [_quoted(text[end : match.start()]), _pointed(*match.groups())]
        end = match.end()
    return "".join([*pieces, _quoted(text[end:])])


def _quoted(text: str) -> str:
    return _QUOTED.sub(lambda match: code(unescape(match[1])), escape(text))


def _pointed(indent: str, line: str, before: str) -> str:
    """A line of code whose caret stays under its place, wherever the line wraps."""
    at = max(len(before) - len(indent), 0)
    here = escape(line[at : at + 1].strip()) or "&nbsp;"
    return (
        f'<code class="ok-pointed">{escape(line[:at])}<span class="ok-place">{here}</span>'
        f"{escape(line[at + 1 :])}</code>"
    )


def details(summary: str, parts: Iterable[tuple[str, str]]) -> str:
    """A line of HTML, and on a click the parts below it: each a name and HTML, if there is any."""
    inside = "".join(f"<dt>{escape(name)}</dt><dd>{part}</dd>" for name, part in parts if part)
    if not inside:
        return summary
    return f'<details class="ok-more"><summary>{summary}</summary><dl>{inside}</dl></details>'


def notice(text: str, tone: Tone = "mute") -> str:
    """A message: announced at once when bad, and at the next pause otherwise."""
    role = "alert" if tone == "bad" else "status"
    return f'<div class="ok-notice ok-{tone}" role="{role}">{prose(text)}</div>' if text else ""


def html_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    marked: Iterable[int] = (),
    classes: Mapping[str, str] | None = None,
    heads: Mapping[int, str] | None = None,
) -> str:
    """A table; cells are HTML, the first of each row is its header; `marked` rows stand out.

    A column in which nothing stands is left out: it is nothing to look at. `heads` are lines of
    HTML above the rows with these numbers, for what these and the following have in common.
    """
    heads = heads or {}
    classes = classes or {}
    cells = [list(row) for row in rows]
    if any(len(row) != len(columns) for row in cells):
        raise ValueError("a row has more or fewer cells than the table has columns")
    kept = [at for at in range(len(columns)) if not cells or any(row[at] for row in cells)]
    columns = [columns[at] for at in kept]
    rows = [[row[at] for at in kept] for row in cells]
    marked = frozenset(marked)
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = []
    for number, (first, *others) in enumerate(rows):
        if number in heads:
            head_cell = f'<th scope="rowgroup" colspan="{len(columns)}">{heads[number]}</th>'
            body.append(f'</tbody><tbody><tr class="ok-head">{head_cell}</tr>')
        # The label lets a narrow screen show each row as a list of "column: cell".
        tds = "".join(
            f'<td data-label="{escape(column)}"{_class(classes.get(column, ""))}>{cell}</td>'
            for column, cell in zip(columns[1:], others, strict=True)
        )
        mark = ' class="ok-changed"' if number in marked else ""
        body.append(f'<tr{mark}><th scope="row">{first}</th>{tds}</tr>')
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="ok-scroll"><table class="ok-table">{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
