"""The funnel: how many were loaded, mapped, sent and kept; HTML and CSS alone."""

from html import escape


def funnel_html(
    *,
    loaded: int,
    aside: int,
    ready: int,
    open_: int,
    sent: int,
    kept: int,
    words: tuple[str, str, str, str] = ("loaded", "mapped", "sent", "kept by TikTok"),
) -> str:
    """Four numbers with a bar each, on one scale.

    aside: of those loaded, how many are not for TikTok; open_: how many have problems
    words: what the four steps are called
    """
    refused = sent - kept
    steps = (
        (loaded, aside, "ok-scale-aside", f"{aside:,} not for TikTok" if aside else ""),
        (ready, open_, "ok-scale-warn", f"{open_:,} not ready" if open_ else ""),
        (sent, 0, "", "" if sent else "none yet"),
        (kept, refused, "ok-scale-bad", f"{refused:,} refused" if refused else ""),
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
