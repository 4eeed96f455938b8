"""Values that a file proposed, and which of them somebody has confirmed or changed."""

from collections.abc import Collection

from orderkit.destination.fields import FieldMapping
from orderkit.widgets.mapper.draft import CONFIRMED, row_key
from orderkit.widgets.mapper.written import ROWS, WrittenSettings


class ConfirmedSettings(WrittenSettings):
    """Settings under work, with what is only proposed of them."""

    def confirm(self, name: str = "") -> int:
        """Say of a row's proposed value, or of all that give one, that it is right; gives how many
        there were.
        """
        row = self.row(name) if name else None
        keys = self.confirmable()
        if row:
            keys = [key for key in self.open_unconfirmed() if key in self._keys(row)]
        self.change({**self.draft, CONFIRMED: [*self.draft.get(CONFIRMED, []), *keys]})
        return len(keys)

    def open_unconfirmed(self) -> dict[str, str]:
        """Of `unconfirmed`, what nobody has changed or confirmed here either."""
        settled = {*self.undo_states.unsaved, *self.draft.get(CONFIRMED, [])}
        # An event that is mapped beside them settles nothing of the others.
        stand, saved = (
            {pair.get("event_name"): pair.get("order_status") for pair in state["event_mapping"]}
            for state in (self.draft, self.undo_states.saved)
        )
        changed = {name for name in saved if stand.get(name) != saved[name]}
        settled |= {f"event_mapping.{name}" for name in changed}
        return {key: why for key, why in self.unconfirmed.items() if key not in settled}

    def confirmable(self) -> list[str]:
        """The keys of proposed values that are right as far as events show: not of a row that gives
        nothing in all orders that ask for it.
        """
        counts = ((row, *self.states.counts(target)) for target, row in ROWS.items())
        empty = {key for row, ok, of in counts if of and not ok for key in self._keys(row)}
        return [key for key in self.open_unconfirmed() if key not in empty]

    def _keys(self, row: FieldMapping) -> Collection[str]:
        """The keys of a file that say what a row reads."""
        if row.type != "status":
            return (row_key(row, self.draft),)
        return [f"event_mapping.{pair.event_name}" for pair in self.settings.event_mapping]
