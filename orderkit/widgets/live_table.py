"""The table of events as they arrive; a row that is open stays where it is."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderkit.destination.fields import field_mappings
from orderkit.events.jsontext import show
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import TraceEntry
from orderkit.reports.views import short

_FOLDER = Path(__file__).parent
_MANDATORY = frozenset(row.target for row in field_mappings() if row.mandatory)
#: A page with more rows is nothing to look at.
MOST_ROWS = 200


class LiveTable(anywidget.AnyWidget):
    """Rows in the browser, newest first; a click opens what the row's event was mapped to.

    The browser holds what a click needs: it opens while the kernel computes. Rows that arrive while
    one is open wait above the table, until they are asked for.

    rows:     what is shown, newest first, for a page that is drawn anew
    on_open:  given the number of the event that is to be opened in the mapper
    on_press: given the name of a button that a key stands for: ``pause`` or ``keep``
    """

    _esm = _FOLDER / "live.js"
    _css = _FOLDER / "live.css"
    rows: Any = traitlets.List().tag(sync=True)

    def __init__(self, on_open: Callable[[int], None], on_press: Callable[[str], None]) -> None:
        super().__init__()

        def take(_widget: object, content: dict[str, Any], _buffers: object) -> None:
            if "press" in content:
                on_press(str(content["press"]))
            else:
                on_open(int(content["open"]))

        self.on_msg(take)

    def __repr__(self) -> str:
        return f"LiveTable({len(self.rows)} rows)"

    def put(self, rows: Iterable[dict[str, Any]]) -> None:
        """Show rows above those that are there, the newest of them first."""
        self.rows = [*rows, *self.rows][:MOST_ROWS]


def describe_row(
    number: int, arrived: datetime, event: dict[str, Any], mapper: Mapper
) -> dict[str, Any]:
    """A row for an event that arrived: what it is, how far its mandatory fields are there, and why.

    number: counted from 1
    """
    mapped = mapper.explain(event)
    entries = [entry for entry in mapped.trace if entry.matters or _is_asked_for(entry)]
    asked = [entry for entry in mapped.trace if _is_asked_for(entry)]
    states = [entry.state for entry in asked]
    wrong = {state: states.count(state) for state in ("missing", "invalid")}
    later = {state: states.count(state) for state in ("not yet", "not needed")}
    info = (mapped.payload or {}).get("order_info", {})
    return {
        "number": number,
        "time": f"{arrived:%H:%M:%S}",
        "event": _text(event.get("event_name", "no name")),
        "order": _text(info.get("order_id", "–")),
        "status": mapped.order_status or "–",
        "outcome": mapped.outcome,
        "reason": mapped.reason,
        "wrong": _counted(wrong),
        "later": _counted(later),
        "there": states.count("ok"),
        "asked": len(asked),
        "states": states,
        "rows": [
            {
                "target": short(entry.target),
                "reads": entry.reads or entry.source,
                "value": _value(entry),
                "state": entry.state,
            }
            for entry in entries
        ],
        "problems": [f"{problem.message}; {problem.fix}" for problem in mapped.problems],
    }


def _is_asked_for(entry: TraceEntry) -> bool:
    """Whether the row is mandatory, for this order status or another one."""
    return entry.target in _MANDATORY


def _value(entry: TraceEntry) -> str:
    """What is sent; of a row that is not sent as it is, what was found."""
    found = entry.value if entry.state == "ok" else entry.raw
    return "nothing" if found is None else show(found, 80)


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number)


def _text(value: Any) -> str:
    shown = show(value, 60)
    return shown[1:-1] if isinstance(value, str) and len(shown) < 60 else shown
