"""What became of orders, in the terminal."""

from collections import Counter

from orderkit.cli.columns import together
from orderkit.cli.common import print_problems
from orderkit.cli.terminal import COLOURS, Line, Terminal
from orderkit.cli.writing import escape
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.results import SendResult


def print_causes(out: Terminal, causes: Counter[str]) -> None:
    """What each cause means, and how it is solved."""
    for cause, number in causes.most_common():
        outcome = OUTCOMES[cause]
        out.print(Line(f"{number:,} × {cause}", style=COLOURS.get(outcome.verdict, "")))
        out.paragraph(outcome.meaning)
        out.paragraph(f"→ {outcome.next_step}", "bright_black")


def print_sent(out: Terminal, sent: SendResult) -> None:
    """One verdict, with what to do where there is something to do."""
    line = Line(f"{sent.index:>4}  ")
    line.append(f"{sent.verdict:<10}", style=COLOURS.get(sent.verdict, ""))
    line.append(f"  {sent.order_status or '–':<15} {sent.order_id:<16}")
    if delivery := sent.delivery:
        facts = [delivery.facts, f"{delivery.seconds:.2f} s"]
        facts += [f"log_id {delivery.log_id}"] if delivery.log_id else []
        line.append(together(" · ".join(facts)), style="bright_black")
    out.print(line)
    if sent.problems:
        print_problems(out, sent.problems)
    elif sent.message and not sent.done:
        out.paragraph(escape(sent.message))
        out.paragraph(f"→ {sent.next_step}", "bright_black")
    elif sent.verdict in ("filtered", "skipped", "outdated"):
        out.paragraph(escape(sent.message), "bright_black")
    if sent.request:
        out.indented(sent.request.as_text())
        out.print()
