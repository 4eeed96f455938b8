"""What is written in the mapper, and what it makes of the chosen event and of all."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.destination.labels import field_labels
from orderkit.destination.loading import drafted, validated
from orderkit.destination.settings import Settings
from orderkit.errors import OrderkitError, SettingsError, SettingsFault
from orderkit.events import paths
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.suggest.properties import Seen, look_at
from orderkit.mapping.suggest.statuses import ProposedEvents, read_statuses
from orderkit.widgets.mapper.draft import (
    PARTS,
    draft_of,
    file_data,
    part_name,
    row_key,
    with_source,
)
from orderkit.widgets.mapper.known import KnownPaths
from orderkit.widgets.mapper.loaded import LoadedEvents
from orderkit.widgets.mapper.sources import WrittenSource, read_source, show_source
from orderkit.widgets.mapper.unsent import as_if_sent, is_aside
from orderkit.widgets.undo import Undo

T = TypeVar("T")
#: The rows as a screen has them: by group, each by its target.
ROWS: Final[dict[str, FieldMapping]] = {
    target: {row.target: row for row in field_mappings()}[target] for target in field_labels()
}
#: Target → what a row may be called for short; of rows that end alike, the first is meant.
_NAMES: Final = {t: (t.removeprefix("order_info."), t.rsplit(".", 1)[-1]) for t in ROWS}


class WrittenSettings(LoadedEvents):
    """Settings under work beside loaded events.

    draft:    what is written, see `draft`; `settings` are what can be used of it, `faults` the rest
    mapped:   what becomes of the chosen event; `saved_mapped`: by the settings as they were saved
    aside:    whether the chosen event is not sent, and nothing says that it may be an order
    unconfirmed: dotted key → why the file's value was proposed, where nobody has confirmed it yet
    focus:    target of the row that is worked on, or ""
    """

    settings: Settings

    def __init__(
        self,
        settings: Settings,
        events: Mapping[str, Any],
        envelope: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.focus, self.typing = "", ""
        self._typed = ""
        self.unconfirmed: dict[str, str] = {}
        self.agreed = settings.agreed
        self.draft = draft_of(settings)
        self.undo_states = Undo(self.draft)
        self.saved = Mapper(settings)
        super().__init__(events, envelope)

    def show_events(self, events: Mapping[str, Any], envelope: Mapping[str, Any]) -> None:
        """Work with these events from now on, the first of them first."""
        super().show_events(events, envelope)
        self.typing = ""
        self._known_after: object = None
        self._counted: dict[str, tuple[Any, Any]] = {}
        self._compute()

    def problem_target(self) -> str:
        """The row whose problem is looked at: the focused one's, or the first."""
        bad = [e.target for e in self.mapped.trace if e.state in ("missing", "invalid")]
        bad = [target for target in ROWS if target in bad]
        return self.focus if self.focus in bad else next(iter(bad), "")

    # -- rows

    def row(self, name: str) -> FieldMapping:
        """The row of that target, of the target without its beginning, or of that setting."""
        for target, row in ROWS.items():
            if name in (target, *_NAMES[target], row.setting, row.source):
                return row
        raise OrderkitError(f"{name}: there is no such row")

    def source(self, row: FieldMapping) -> WrittenSource:
        """What stands in a row's field."""
        if row.target == self.typing:
            read = read_source(self._typed, self.known, setting=self._in_settings(row))
            return WrittenSource(read.kind, self._typed, read.value)
        if row.type == "status":
            return WrittenSource("path", self.draft["event_property"], self.draft["event_property"])
        key = row_key(row, self.draft)
        if key not in self.draft and not row.setting:
            return WrittenSource("path", row.source, row.source)
        return show_source(self.draft.get(key), self.known, setting=self._in_settings(row))

    def focus_text(self) -> str:
        """What stands in the focused row's field; "" where no row has the focus."""
        return self.source(self.row(self.focus)).text if self.focus else ""

    def _in_settings(self, row: FieldMapping) -> bool:
        return row_key(row, self.draft).startswith("settings.")

    def write(self, name: str, text: str) -> None:
        """Let a row read what is typed: a path, a text or a formula."""
        row = self.row(name)
        read = read_source(text, self.known, setting=self._in_settings(row))
        self.typing = ""
        self._use(row, read.value)
        self.undo_states.end_step()

    def fill(self, path: str) -> None:
        """Let the focused row read a property; of the order status' row, the event mapping does."""
        if not self.focus:
            raise OrderkitError("choose a row first: click on it, or go there with the arrow keys")
        if self.row(self.focus).type == "status":
            self.change_part("event_property", path)
            self.undo_states.end_step()
        else:
            # Where the vendor reads every item, the first one is clicked for all of them.
            every = ".X." in self.row(self.focus).source
            self.write(self.focus, path.replace(".0.", ".X.", 1) if every else path)

    def type(self, name: str, text: str) -> None:
        """As `write`, while more may follow: the text stays as it is typed."""
        row = self.row(name)
        self.typing, self._typed = row.target, text
        self._use(row, read_source(text, self.known, setting=self._in_settings(row)).value)

    def end_typing(self) -> None:
        """What was typed is what was meant: it is shown as it is read, and gets offers."""
        self.undo_states.end_step()
        if self.typing:
            self.typing = ""
            self._look()

    def _use(self, row: FieldMapping, value: Any) -> None:
        stands = self.draft.get(row_key(row, self.draft), ...)
        # A number stays one as long as nothing else is typed.
        same = isinstance(stands, int | float) and str(stands) == value
        self.change(with_source(row, self.draft, stands if same else value))

    def change_part(self, part: str, value: Any) -> None:
        """Let one of the parts stand so: event mapping, transformation, filter, connection …"""
        if part != "settings.credentials" and part not in PARTS:
            raise OrderkitError(f"{part}: there is no such part")
        before = self.draft.get(part)
        if part == "transformation":
            value = [self._with_read_value(step) for step in value]
        self.change(
            {**self.draft, part: (value or None) if part.endswith("credentials") else value}
        )
        # A line more or less is a step of its own; what is typed into one is one step.
        if isinstance(value, list) and isinstance(before, list) and len(value) != len(before):
            self.undo_states.end_step()

    def _with_read_value(self, step: dict[str, Any]) -> dict[str, Any]:
        """A step whose value was typed, with the value that this is read as."""
        value = step.get("value")
        if not isinstance(value, dict) or "typed" not in value:
            return step
        read = read_source(value["typed"], self.known, setting=True)
        return {**step, "value": "" if read.value is None else read.value}

    def change(self, draft: dict[str, Any]) -> None:
        """Let all of this stand; it can be taken back in one step."""
        self.undo_states.record(draft)
        self.draft = draft
        self._compute()

    def undo(self) -> bool:
        """Take the last change back; whether there was one."""
        return self._show_state(self.undo_states.back())

    def redo(self) -> bool:
        """Do again what was taken back last; whether there was anything."""
        return self._show_state(self.undo_states.again())

    def _show_state(self, draft: dict[str, Any] | None) -> bool:
        if draft is not None:
            self.draft, self.typing = dict(draft), ""
            self._compute()
        return draft is not None

    def show_settings(self, settings: Settings) -> None:
        """Let the settings of a file stand; later changes are compared with them."""
        self.end_typing()
        self.change(draft_of(settings))
        self.keep(agreed=settings.agreed)

    def keep(self, *, agreed: bool) -> None:
        """What stands now is saved; as a file has it, it is agreed on or only proposed."""
        self.agreed = agreed
        self.settings = self.settings.as_agreed(agreed)
        self.undo_states.keep()
        self.saved = Mapper(self.settings)
        self._look()

    def validated(self) -> Settings:
        """The settings, if all that stands there can be used. Raises SettingsError."""
        try:
            return validated(file_data(self.draft), "not saved")
        except SettingsError as error:
            named = [replace(fault, key=part_name(fault.key)) for fault in error.faults]
            raise SettingsError(error.place, named) from error

    # -- what comes of it

    def _compute(self) -> None:
        usable, self.faults = drafted(file_data(self.draft))
        self.settings = usable.as_agreed(self.agreed)
        self.mapper = Mapper(self.settings)
        self.compiled = self.mapper.compiled
        self.states.update(self.compiled)
        if self._known_after != (changes := self.settings.transformation):
            self._known_after = changes
            self.known = KnownPaths(self.states.seen(at) for at in range(len(self.names)))
        self._look()

    def _look(self) -> None:
        """Look at the chosen event."""
        self.mapped = self.mapper.explain(self.event)
        self.saved_mapped = self.saved.explain(self.event)
        self.rows, self.aside = self.mapped, False
        if not self.mapped.trace:  # it is not sent
            name = self.compiled.status.source.read(self.seen).raw
            proposed = self.named_events
            self.rows = as_if_sent(self.settings, self.event, name, proposed)
            self.aside = bool(self.names) and is_aside(self.settings, name, proposed)

    def fault(self, key: str) -> SettingsFault | None:
        """What is wrong with what stands under a key."""
        return next((f for f in self.faults if f.key == key), None)

    @property
    def first_seen(self) -> Seen:
        """What the first events hold, as rows see it."""
        every = range(len(self.names))
        by = self.settings.transformation
        return self.counted("looked at", by, lambda: look_at(map(self.states.seen, every)))

    @property
    def named_events(self) -> ProposedEvents:
        """What the values of the property that is read as event name may stand for."""
        read, by = self.settings.event_property, self.settings.transformation
        return self.counted("named", (read, by), lambda: read_statuses(self.first_seen, read))

    def counted(self, name: str, by: Any, count: Callable[[], T]) -> T:
        """What was counted over all events, anew only where what it is counted `by` has changed."""
        if name not in self._counted or self._counted[name][0] != by:
            self._counted[name] = by, count()
        return cast("T", self._counted[name][1])

    def first_orders(self, target: str, most: int) -> list[Any]:
        """What a row gets in the first orders, as events have it; blank values are left out."""
        source, states = self.field(target).source, self.states
        orders = (at for at in range(len(self.names)) if states.outcome(at) != "not for TikTok")
        found = (source.read(states.seen(at)).raw for at in islice(orders, most))
        return [value for value in found if not paths.is_blank(value)]

    def field(self, target: str) -> CompiledField:
        """A row, compiled for the settings."""
        return self.compiled.by_target[target]
