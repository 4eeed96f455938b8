"""The funnel: how many were loaded, mapped, sent and kept; HTML and CSS alone."""

from collections.abc import Mapping
from html import escape
from typing import Final


def funnel_html(
    *,
    loaded: int,
    aside: int,
    ready: int,
    open_: int,
    sent: int,
    kept: int,
    unsent: int = 0,
    unknown: int = 0,
    before: int = 0,
    words: tuple[str, str, str, str] = ("loaded", "mapped", "sent", "kept by TikTok"),
    open_word: str = "with problems",
    aside_word: str = "not for TikTok",
) -> str:
    """Four numbers with a bar each, on one scale.

    aside: of those loaded, how many are not for TikTok; open_: how many have problems
    unsent: of those mapped, how many could not be sent
    unknown: of those sent, how many may or may not have arrived
    before: of those sent and kept, how many had been delivered before
    words: what the four steps are called; open_word: what those with problems are called,
           and aside_word those that are not for TikTok
    """
    refused = sent - kept - unknown
    lost = [f"{refused:,} refused"] if refused else []
    lost += [f"{unknown:,} not known"] if unknown else []
    none_yet = "" if sent else "none yet"
    earlier = f"{before:,} delivered already" if before else ""
    steps = (
        (loaded, aside, "ok-scale-aside", f"{aside:,} {aside_word}" if aside else ""),
        (ready, open_, "ok-scale-warn", f"{open_:,} {open_word}" if open_ else ""),
        (sent, unsent, "ok-scale-bad", f"{unsent:,} not sent" if unsent else none_yet or earlier),
        (kept, refused + unknown, "ok-scale-bad", ", ".join(lost)),
    )
    pieces = []
    for word, (number, more, name, note) in zip(words, steps, strict=True):
        whole = loaded or 1
        full = number - more if name == "ok-scale-aside" else number
        bars = f'<i style="width:{full / whole:.1%}"></i>'
        bars += f'<i class="{name}" style="width:{more / whole:.1%}"></i>' if more else ""
        tone = {"ok-scale-warn": "warn", "ok-scale-bad": "bad"}.get(name if more else "", "none")
        said = f'<p class="ok-note-{tone}">{escape(note)}</p>' if note else ""
        pieces.append(
            f"<li><p><strong>{number:,}</strong> {escape(word)}</p>"
            f'<span class="ok-scale">{bars}</span>{said}</li>'
        )
    return f'<ol class="ok-funnel">{"".join(pieces)}</ol>'


def run_funnel_html(counts: Mapping[str, int]) -> str:
    """The funnel of a run, from its verdicts: what was delivered before was sent and kept, too."""
    count = {name: counts.get(name, 0) for name in (*_SENT, *_MAPPED, "filtered", "invalid")}
    sent = sum(count[name] for name in _SENT)
    return funnel_html(
        loaded=sum(count.values()),
        aside=count["filtered"],
        ready=sent + sum(count[name] for name in _MAPPED),
        open_=count["invalid"],
        sent=sent,
        kept=count["delivered"] + count["skipped"],
        unsent=count["failed"],
        unknown=count["unknown"],
        before=count["skipped"],
    )


#: Verdicts of orders that were sent, now or before, and of those that were mapped and not sent.
_SENT: Final = ("delivered", "skipped", "rejected", "unknown")
_MAPPED: Final = ("dry-run", "outdated", "failed")
