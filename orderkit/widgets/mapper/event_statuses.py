"""Which event stands for which order status: as it is written, as proposed, as a person says."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orderkit.events import paths
from orderkit.mapping.suggest.statuses import (
    EVENT_NAME,
    ProposedEvent,
    ProposedEvents,
    no_show_formula,
    propose_events,
)
from orderkit.widgets.mapper.confirmed import ConfirmedSettings
from orderkit.widgets.mapper.draft import row_key, with_source
from orderkit.widgets.mapper.offers import proposed_pairs


class EventStatuses(ConfirmedSettings):
    """Settings under work, with what is proposed for their event mapping."""

    @property
    def proposed_events(self) -> ProposedEvents:
        """The property that says what happened, and what its values stand for, as proposed."""
        by = self.settings.transformation
        return self.counted("proposed", by, lambda: propose_events(self.first_seen))

    @property
    def event_names(self) -> list[str]:
        """What the property that is read as event name has in each event, "" for nothing."""
        source = self.compiled.status.source

        def read() -> list[str]:
            found = (source.read(self.states.seen(at)).raw for at in range(len(self.names)))
            return ["" if paths.is_blank(name) else str(name) for name in found]

        return self.counted("names", (source.text, self.settings.transformation), read)

    def unmapped(self) -> list[tuple[ProposedEvent, int]]:
        """The names without an order status, with how many events have them, most first."""
        mapped = {str(pair.get("event_name", "")) for pair in self.draft["event_mapping"]}
        counted = Counter(name for name in self.event_names if name)
        others = ((name, n) for name, n in counted.most_common() if name not in mapped)
        return [(self.named_events.named(name), n) for name, n in others]

    def undecided(self) -> dict[str, str]:
        """The names without an order status that may be orders, with what is proposed for them."""
        names = (event for event, _ in self.unmapped())
        return {e.event_name: likely for e in names if (likely := e.order_status or e.perhaps)}

    def proposed_mapping(self) -> list[dict[str, str]]:
        """The event mapping that is proposed: while there is none, or none that names an event."""
        if self.draft.get("event_mapping") and not self.is_for_others:
            return []
        return proposed_pairs(self.proposed_events)

    @property
    def is_for_others(self) -> bool:
        """Whether the event mapping names none of the loaded events."""
        every = range(len(self.names))
        return bool(self.draft.get("event_mapping") and every) and not any(
            self.states.status(at) for at in every
        )

    def statuses(self) -> list[str]:
        """The order status of each event, to learn from: as mapped, or else what it may be.

        "" for what is no order, and for guests who never came: a stay that is over says more.
        """
        every = range(len(self.names))
        if self.is_for_others or not self.settings.event_mapping:
            return self.proposed_events.statuses(self.states.seen(at) for at in every)
        may_be, names = self.undecided(), self.event_names
        never_came = {name for name in {*names} if self.named_events.named(name).no_show}
        return [
            "" if names[at] in never_came else self.states.status(at) or may_be.get(names[at], "")
            for at in every
        ]

    def with_events(self, draft: Mapping[str, Any], pairs: list[dict[str, str]]) -> dict[str, Any]:
        """A draft with these pairs, and the property whose values they name."""
        by = self.proposed_events.event_property or EVENT_NAME
        return {**draft, "event_mapping": pairs, "event_property": by}

    def map_events(self, statuses: Mapping[str, str]) -> list[str]:
        """Let event names stand for order statuses, in one step.

        statuses: name → order status; "" leaves it to be chosen

        Gives the names that say from now on that a guest never came.
        """
        pairs = [{"order_status": s, "event_name": name} for name, s in statuses.items()]
        draft = {**self.draft, "event_mapping": [*self.draft["event_mapping"], *pairs]}
        row, never_came = self.row("no_show"), []
        if row_key(row, draft) not in draft:
            events = (self.named_events.named(name) for name in statuses)
            never_came = [
                e.event_name for e in events if e.no_show and statuses[e.event_name] == e.perhaps
            ]
        if never_came:
            formula = no_show_formula(draft["event_property"], never_came)
            draft = with_source(row, draft, {"formula": formula})
        self.change(draft)
        if all(statuses.values()):
            self.undo_states.end_step()  # else what is chosen next belongs to it
        return never_came
