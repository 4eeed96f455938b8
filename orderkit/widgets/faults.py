"""Letting the sandbox fail: which faults the coming order calls meet, and which they met."""

from typing import Any

import ipywidgets as w

from orderkit.errors import OrderkitError
from orderkit.events.paths import count
from orderkit.reports import views
from orderkit.sandbox import FAULTS, Sandbox
from orderkit.sandbox.faults import OK, parse_script
from orderkit.widgets import parts

_IN_ORDER = "one after the other, one entry a call"
_AT_RANDOM = "at random, for a share of all calls"
_KNOWN = {**FAULTS, OK.name: OK}


class FaultPanel(parts.Form):
    """Says what the sandbox's coming order calls meet, and shows what is pending and what was met.

    sandbox: the one that is to fail, running or not
    script:  the entries, as in ``orderkit sandbox --faults``; they can be typed as well as added
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.fault = parts.choice(
            "Fault", [(f"{fault.name}: {fault.meaning}", fault.name) for fault in _KNOWN.values()]
        )
        self.value = parts.text_input("Its value")
        self.times = parts.text_input("How often", "1", "For so many calls, one after the other")
        self.add_button = parts.button("Add", self.add, self)
        self.script = parts.text_input(
            "Entries", hint="In the order of the calls, separated by commas", placeholder="none"
        )
        self.order = parts.choice("Met", [_IN_ORDER, _AT_RANDOM])
        self.share = parts.text_input("Share of calls", "0.3", "From 0 to 1")
        self.seed = parts.text_input("Seed", "1", "The same number chooses the same again")
        self.chance = parts.row(self.share, self.seed)
        self.set_button = parts.button("Let it fail", self.set, self, "primary")
        self.clear_button = parts.button("Clear", self.clear, self)
        self.look_button = parts.button("Look again", self.look, self)
        self.coming_view, self.met_view = w.HTML(), w.HTML()
        super().__init__(
            parts.title(
                "Faults of the sandbox",
                "What the coming order calls meet at TikTok's side. After the last entry all is "
                "well again; at random without entries, any fault but rate_limit is met.",
            ),
            self.fault,
            parts.row(self.value, self.times, self.add_button),
            self.script,
            self.order,
            self.chance,
            parts.row(self.set_button, self.clear_button, self.look_button),
            below=[self.coming_view, self.met_view],
        )
        self.fault.observe(lambda _change: self._ask_for_value(), names="value")
        self.order.observe(lambda _change: self._ask_for_chance(), names="value")
        self._ask_for_value()
        self._ask_for_chance()
        self.look()

    @property
    def coming(self) -> views.Table:
        """What the coming calls will meet, in their order."""
        rows = ((entry, _meaning(entry)) for entry in self.sandbox.pending)
        return views.make_table(rows, ("entry", "meaning"), "What the coming order calls meet")

    @property
    def met(self) -> views.Table:
        """How many calls met which fault."""
        met = self.sandbox.met
        rows = ((name, met[name], fault.meaning) for name, fault in _KNOWN.items() if name in met)
        columns = ("fault", "calls", "meaning")
        return views.make_table(rows, columns, "What order calls met so far", badges=["fault"])

    def add(self) -> None:
        """Add the chosen fault to the entries."""
        value, times = self.value.value.strip(), self.times.value.strip()
        entry = self.fault.value + (f"({value})" if value else "")
        entry += f"*{times}" if times not in ("", "1") else ""
        parse_script(entry)
        before = self.script.value.strip().rstrip(",")
        self.script.value = f"{before}, {entry}" if before else entry
        self.show_message("")

    def set(self) -> None:
        """Let the coming calls meet the entries, instead of what was pending."""
        script = self.script.value
        if self.order.value == _AT_RANDOM:
            share = _number("the share of calls", self.share.value, float, "0.3")
            seed = _number("the seed", self.seed.value, int, "1")
            self.sandbox.random_faults(seed, share, [script] if script.strip() else None)
            self.show_message(f"of the coming calls, a share of {share:g} meets a fault")
        else:
            steps = parse_script(script)
            if not steps:
                raise OrderkitError("there are no entries: choose a fault and press Add")
            self.sandbox.script(script)
            self.show_message(f"said what the coming {count(len(steps), 'call')} will meet")
        self.look()

    def clear(self) -> None:
        """Let all be well again; what was met is still told."""
        self.sandbox.script("")
        self.script.value = ""
        self.show_message("no fault is pending")
        self.look()

    def look(self) -> None:
        """Show what is pending and what was met by now."""
        for view, table in ((self.coming_view, self.coming), (self.met_view, self.met)):
            view.value = table.to_html() if table.rows else ""

    def _ask_for_value(self) -> None:
        fault = _KNOWN[self.fault.value]
        self.value.value = ""
        self.value.disabled = not fault.parameter
        self.value.placeholder = (
            f"{fault.parameter}; {fault.default:.12g} if empty" if fault.parameter else "none"
        )

    def _ask_for_chance(self) -> None:
        self.chance.layout.display = "" if self.order.value == _AT_RANDOM else "none"


def _meaning(entry: str) -> str:
    """What an entry of `Sandbox.pending` means."""
    name = entry.partition("(")[0].partition("*")[0]
    return _KNOWN[name].meaning if name in _KNOWN else "chosen anew for each call"


def _number(name: str, text: str, kind: Any, example: str) -> Any:
    try:
        return kind(text.strip())
    except ValueError:
        raise OrderkitError(f"{name}: found {text!r}; write a number like {example}") from None
