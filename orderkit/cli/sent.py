"""What became of orders, in the terminal."""

from collections import Counter

from rich.console import Console
from rich.text import Text

from orderkit.cli.common import COLOURS, indented, print_problems
from orderkit.sending.delivery import OUTCOMES
from orderkit.sending.results import SendResult


def print_causes(out: Console, causes: Counter[str]) -> None:
    """What each cause means, and how it is solved."""
    for cause, number in causes.most_common():
        outcome = OUTCOMES[cause]
        out.print(Text(f"{number:,} × {cause}", style=COLOURS.get(outcome.verdict, "")))
        indented(out, outcome.meaning)
        indented(out, f"→ {outcome.next_step}", "bright_black")


def print_sent(out: Console, sent: SendResult) -> None:
    """One verdict, with what to do where there is something to do."""
    line = Text(f"{sent.index:>4}  ")
    line.append(f"{sent.verdict:<10}", style=COLOURS.get(sent.verdict, ""))
    line.append(f"  {sent.order_status or '–':<15} {sent.order_id:<16}")
    if delivery := sent.delivery:
        facts = [delivery.facts, f"{delivery.seconds:.2f} s"]
        facts += [f"log_id {delivery.log_id}"] if delivery.log_id else []
        line.append(" · ".join(facts), style="bright_black")
    out.print(line, soft_wrap=True)
    if sent.problems:
        print_problems(out, sent.problems)
    elif sent.message and not sent.done:
        indented(out, sent.message)
        indented(out, f"→ {sent.next_step}", "bright_black")
    elif sent.verdict in ("filtered", "skipped", "outdated"):
        indented(out, sent.message, "bright_black")
    if sent.request:
        indented(out, sent.request.as_text())
        out.print()
