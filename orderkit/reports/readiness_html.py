"""The readiness as HTML: lights that differ in shape, who does what, what TikTok asks for."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

from orderkit.reports.client_words import capital, count_in_words, topics
from orderkit.reports.readiness import (
    Answer,
    KindReadiness,
    Light,
    Readiness,
    good_news,
    kept_news,
    summarise_kind,
)
from orderkit.reports.tasks import Task, describe_gap, most_frequent

_SHAPES: Final[dict[Light, tuple[str, str]]] = {
    "ready": (
        "Ready",
        '<circle cx="20" cy="20" r="18"/><path d="m12 20.5 5.5 5.5L28 15" class="ok-lamp-sign"/>',
    ),
    "almost": (
        "Almost ready",
        '<path d="M20 3.5 38 35.5H2Z" stroke-linejoin="round" stroke-width="3"/>'
        '<path d="M20 14v10M20 28.5v2.5" class="ok-lamp-sign"/>',
    ),
    "closed": (
        "Not ready",
        '<path d="M13 2h14l11 11v14L27 38H13L2 27V13Z"/><path d="M12 20h16" class="ok-lamp-sign"/>',
    ),
    "unseen": (
        "No example yet",
        '<circle cx="20" cy="20" r="17"/><path d="M20 11v10l6 4" class="ok-lamp-sign"/>',
    ),
}
_TONES: Final[dict[Answer, str]] = {
    "there": "good",
    "missing": "bad",
    "unclear": "warn",
    "later": "later",
    "not asked": "none",
    "no example": "none",
}
_LIGHT_TONES: Final[dict[Light, str]] = {
    "ready": "good",
    "almost": "warn",
    "closed": "bad",
    "unseen": "later",
}
_PICTURES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
#: A larger logo is no logo, and would lie in every page.
_LARGEST_LOGO: Final = 2**20


def lamp(light: Light) -> str:
    """A light: a circle, a triangle, an octagon, so that colour is not all that tells them."""
    name, shape = _SHAPES[light]
    return (
        f'<svg class="ok-lamp ok-lamp-{light}" viewBox="0 0 40 40" role="img" '
        f'aria-label="{name}">{shape}</svg>'
    )


def line_of_news(tone: str, text: str) -> str:
    """A line that begins with the sign of its tone."""
    return f'<li class="ok-sign ok-{tone}"><span>{text}</span></li>'


def logo_html(name: str, logo: str, colour: str) -> str:
    """The client's picture; without one that can be read, the name's first letter."""
    path = Path(logo) if logo else None
    kind = _PICTURES.get(path.suffix.lower()) if path else None
    if path and kind and path.is_file() and path.stat().st_size <= _LARGEST_LOGO:
        data = b64encode(path.read_bytes()).decode()
        return f'<img class="ok-logo" src="data:{kind};base64,{data}" alt="">'
    style = f' style="background:{escape(colour)}; color:{_on(colour)}"' if colour else ""
    letter = escape(name.strip()[:1].upper() or "?")
    return f'<span class="ok-logo" aria-hidden="true"{style}>{letter}</span>'


def _on(colour: str) -> str:
    """Black or white, whichever is read better on a colour (WCAG's relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    bright = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if bright > 0.179 else "#fff"


def readiness_html(found: Readiness, *, with_asked: bool = True) -> str:
    """The whole page: sentence, lights, strip, who does what, what TikTok asks for."""
    today = date.today()  # noqa: DTZ011 - the reader's day
    day = f"{today:%A} {today.day} {today:%B}"
    seen = count_in_words(found.seen, "booking", "bookings")
    lead = f"Checked with {seen} from your site, on {day}."
    pieces = [
        f'<h2 class="ok-sentence">{escape(found.sentence())}</h2>',
        f'<p class="ok-lead">{escape(lead)}</p>',
        lights_html(found),
        strip_html(found),
        "<h3>Who does what</h3>",
        tasks_html(found.tasks),
    ]
    if with_asked and found.kinds:
        pieces += ["<h3>What TikTok asks for</h3>", asked_html(found)]
    pieces += [f'<p class="ok-foot">{escape(text)}</p>' for text in _others(found)]
    return f'<div class="ok-ready">{"".join(pieces)}</div>'


def _others(found: Readiness) -> list[str]:
    lines = []
    if found.others:
        verb = "is" if found.others == 1 else "are"
        words = count_in_words(found.others, "more message", "more messages")
        pronoun = "It stays" if found.others == 1 else "They stay"
        lines.append(f"{capital(words)} from your site {verb} not for TikTok. {pronoun} with you.")
    if found.unsaid:
        words = count_in_words(found.unsaid, "more message", "more messages")
        meaning = "what it means" if found.unsaid == 1 else "what they mean"
        lines.append(
            f"Of {words} from your site, {meaning} is still open: we go through this together."
        )
    if found.unread:
        words = count_in_words(found.unread, "line", "lines")
        lines.append(f"{capital(words)} of the file could not be read.")
    return lines


def lights_html(found: Readiness, heading: str = "h3") -> str:
    """A card for each kind of booking."""
    numbers = {gap: at for at, task in enumerate(found.tasks, start=1) for gap in task.gaps}
    cards = []
    for kind in found.kinds:
        news = [line_of_news("good", escape(text)) for text in (good_news(kind),) if text]
        for gap, number in most_frequent(kind.gaps):
            at = f" ({numbers[gap]})" if gap in numbers else ""
            tone = "bad" if gap.missing else "warn"
            news.append(line_of_news(tone, escape(describe_gap(gap, number, kind.kind)) + at))
        news += [line_of_news("good", escape(text)) for text in (kept_news(kind),) if text]
        cards.append(_card(kind, "".join(news), heading))
    return f'<div class="ok-lights">{"".join(cards)}</div>'


def _card(kind: KindReadiness, news: str, heading: str) -> str:
    tone = _LIGHT_TONES[kind.light]
    foot = f"{kind.ready} of {kind.total} {kind.kind.many} ready" if kind.total else "none so far"
    return (
        f'<section class="ok-light"><header>{lamp(kind.light)}<div>'
        f"<{heading}>{escape(kind.kind.title)}</{heading}>"
        f'<p class="ok-level ok-{tone}">{escape(summarise_kind(kind))}</p></div></header>'
        f"<ul>{news}</ul><footer>{escape(foot)}</footer></section>"
    )


def strip_html(found: Readiness) -> str:
    """The strip that says whether real bookings are sent."""
    if found.open_address:
        number = next((at for at, t in enumerate(found.tasks, 1) if "address" in t.what), 0)
        at = f" ({number})" if number else ": it stands in your TikTok partner pages"
        more = f"TikTok’s address for your orders is open{at}; then we switch on together."
    else:
        more = "TikTok’s address for your orders is there; we switch on together."
    return (
        f'<div class="ok-strip">{lamp("closed")}<p><strong>Real bookings are not sent yet.</strong>'
        f" {more}</p></div>"
    )


def tasks_html(tasks: Sequence[Task]) -> str:
    """Who does what until when; what the workspace does not say is left out."""
    columns = [("Who", "who"), ("Until", "until"), ("Then", "then")]
    shown = [(name, key) for name, key in columns if any(getattr(task, key) for task in tasks)]
    heads = "".join(f'<th scope="col">{name}</th>' for name, _ in shown)
    rows = []
    for number, task in enumerate(tasks, start=1):
        more = f"<span>{escape(task.more)}</span>" if task.more else ""
        cells = "".join(
            f'<td class="ok-task-{key}">{escape(getattr(task, key))}</td>' for _, key in shown
        )
        rows.append(
            f'<tr><td class="ok-nth"><span>{number}</span></td>'
            f'<th scope="row"><strong>{escape(task.what)}</strong>{more}</th>{cells}</tr>'
        )
    return (
        '<table class="ok-tasks"><thead><tr><td></td><th scope="col">What</th>'
        f"{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def asked_html(found: Readiness) -> str:
    """What TikTok asks for, by kind of booking."""
    kinds = found.kinds
    heads = "".join(f'<th scope="col">{escape(kind.kind.title)}</th>' for kind in kinds)
    rows = []
    for topic in topics():
        answers = [kind.answers[topic] for kind in kinds]
        if all(answer in ("not asked", "later") for answer, _ in answers):
            continue
        cells = "".join(_answer_cell(answer, number) for answer, number in answers)
        rows.append(f'<tr><th scope="row">{escape(topic)}</th>{cells}</tr>')
    key = "".join(
        f'<span class="ok-sign ok-{tone}">{answer}</span>'
        for answer, tone in _TONES.items()
        if answer != "no example"
    )
    return (
        f'<table class="ok-asked"><thead><tr><td></td>{heads}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table><p class="ok-legend" aria-hidden="true">{key}</p>'
    )


def _answer_cell(answer: Answer, number: int) -> str:
    words = f"{answer} in {number}" if answer in ("missing", "unclear") else answer
    return f'<td><span class="ok-sign ok-{_TONES[answer]}"><span>{words}</span></span></td>'
