"""The mapper as a widget: the browser sends intents, and gets back what changed on the screen."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from orderkit.destination.loading import load_settings, parse_settings, read_text, read_toml
from orderkit.destination.saving import proposed_in, save_settings
from orderkit.destination.settings import Settings
from orderkit.errors import OrderkitError
from orderkit.events import samples
from orderkit.events.paths import count
from orderkit.mapping.results import Mapped
from orderkit.mapping.suggest.zones import named_zone
from orderkit.masking import mask
from orderkit.reports import html, views
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.following import Following
from orderkit.widgets.mapper.actions import MapperActions
from orderkit.widgets.mapper.draft import CONFIRMED, draft_of
from orderkit.widgets.mapper.drawers import fixed_choices
from orderkit.widgets.mapper.file import SettingsFile
from orderkit.widgets.mapper.screen import difference, screen
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.tables import proposals_table, rows_table, screen_html
from orderkit.widgets.mapper.view import INTENTS, MapperView
from orderkit.widgets.mapper.written import ROWS
from orderkit.widgets.workspace import read_settings, settings_path, settings_target

#: What is done on the way, after which what was said still stands.
_PASSING: Final = frozenset({"type", "leave", "draw", "list_events"})


#: What is not of the events, and so stays when settings are begun anew.
_KEPT: Final = ("connection", "settings.credentials")


class SettingsForm(MapperActions):
    """All settings on one screen, beside what they make of the chosen event and of all.

    session: the state, which every method here works on
    view:    what the browser draws
    path:    names the settings file; `picker` loads events
    """

    def __init__(
        self,
        path: str | Path | None = None,
        picker: EventPicker | None = None,
        text: str | None = None,
    ) -> None:
        """As `path` has it, or, as long as no file is named, as `text` has it."""
        self.picker = picker or EventPicker()
        self.picker.choose.layout.display = "none"  # the screen has its own
        self._events = self.picker.events
        self._listeners: list[Callable[[], Any]] = []
        self._shown: dict[str, Any] = {}
        self._following = Following()
        self._made_from = text or ""
        self.file = SettingsFile(
            path or ("" if text is not None else settings_target()), self, self.load
        )
        self.path = self.file.path
        if text is None:
            settings, wrong = read_settings(path or settings_path())
            unconfirmed = self.file.note(path or settings_path())
        else:
            settings, wrong = parse_settings(text, draft=True), ""
            unconfirmed = proposed_in(text)
        self.session = MapperSession(settings, self._events, self.picker.envelope)
        self.session.unconfirmed = unconfirmed
        self._pick_chosen()
        self._begin_with_an_order()
        self.view = MapperView(parts.guarded(self, self.take))
        super().__init__(self.picker, self.view, self.file)
        self.message.layout.display = "none"  # the screen shows it
        self.picker.when_chosen(parts.guarded(self, self._follow_picker))
        self.show_message(wrong, "bad")

    # -- what there is

    @property
    def settings(self) -> Settings:
        """What can be used of what is written."""
        return self.session.settings

    @property
    def mapped(self) -> Mapped:
        """What becomes of the chosen event."""
        return self.session.mapped

    @property
    def screen(self) -> dict[str, Any]:
        """All that is shown, as plain data; see `screen.screen`."""
        return screen(self.session)

    def row(self, name: str) -> dict[str, Any]:
        """What is shown of one row: its target, with or without its beginning, or its setting."""
        found: dict[str, Any] = self.screen["rows"][self.session.row(name).target]
        return found

    @property
    def live_table(self) -> views.Table:
        """Each row that has a value or will; what a cell shows of it follows the form."""
        return self._following.table("rows", lambda: rows_table(self.screen))

    @property
    def problems(self) -> views.Table:
        """What is missing or wrong for the chosen event; it follows as well."""
        return self._following.table("problems", lambda: views.problems_table(self.mapped.problems))

    @property
    def proposals(self) -> views.Table:
        """What is proposed for rows that lack a value."""
        return proposals_table(self.screen)

    def state_html(self) -> str:
        return screen_html(self.screen)

    # -- what a person does

    def take(self, content: dict[str, Any]) -> None:
        """Do what a message of the browser says, and answer with what changed on the screen."""
        intent = str(content.get("do"))
        if intent not in INTENTS:
            raise OrderkitError(f"{intent}: there is no such action")
        said = self._message
        try:
            getattr(self, intent)(**{key: content[key] for key in INTENTS[intent]})
        finally:
            self._send_changes(cause=intent, number=content.get("number"))
        stands = self._message is said and said["message"]["html"]
        if stands and intent not in _PASSING:
            self.show_message("")  # it was said of what was done before
        if intent != "type":
            for listener in self._listeners:
                listener()

    def when_changed(self, listener: Callable[[], Any]) -> None:
        """Call `listener` whenever something was done, though not at each key."""
        self._listeners.append(listener)

    def resume(self, draft: dict[str, Any], path: str) -> None:
        """Go on with what was written before a page was loaded again."""
        self.path.value = path
        self.session.change(draft)
        self._send_changes()

    def draw(self) -> None:
        """Let the whole screen be sent: a page has just opened."""
        self._shown = {}
        self.view.send({"choices": fixed_choices()})
        self.view.send(self._message)

    def save(self) -> None:
        """Write everything to the settings file, if all of it can be read."""
        settings = self.session.validated()
        path = self.file.named
        if changed := self.file.explain_changes():
            self.show_message(changed, "warn")
            return
        confirmed = self.session.draft.get(CONFIRMED, ())
        save_settings(settings, path, confirmed=confirmed, made_from=self._made_from)
        self.session.unconfirmed = self.file.note(path)
        self.session.keep(agreed=load_settings(path, draft=True).agreed)
        self._send_changes()
        outcomes = self.session.states.outcomes()
        said = ", ".join(f"{n:,} {name}" for name, n in outcomes.items() if self.session.names)
        if said and (tests := self.session.tests()):
            said += f". {count(len(tests.tests), 'event')} marked as a test: see Filter"
        waiting = len(self.session.confirmable())
        more = f". {count(waiting, 'proposed value')} not confirmed yet" if waiting else ""
        self.show_message(f"Saved to {path}{f': {said}' if said else ''}{more}", "good")

    def load(self) -> None:
        """Show the file that is named; what stood there can be got back by undo."""
        path = self.file.stored
        read_toml(read_text(path), str(path))  # before anything is replaced
        settings, wrong = read_settings(path)
        self.session.show_settings(settings)
        self.session.unconfirmed = self.file.note(path)
        self._send_changes()
        self.show_message(wrong or f"Loaded {path}", "bad" if wrong else "good")

    def start_anew(self) -> None:
        """Leave settings that were made for other events: nothing stands in the rows but what is
        proposed. The connection stays.
        """
        kept = {key: value for key, value in self.session.draft.items() if key in _KEPT}
        zone, _where = named_zone(self.session.events.values(), self.session.envelope)
        self.session.change(draft_of(Settings(timezone=zone or "UTC")) | kept)
        self.session.undo_states.end_step()
        self._begin_with_an_order()
        self.show_message(
            "Begun anew: what these events speak of is proposed, and Accept all takes what is "
            "likely; Undo brings back what stood there"
        )

    def load_samples(self) -> None:
        """Show the samples, in this notebook only."""
        self.picker.show(samples.sample_events())

    def open_loading(self) -> None:
        """Unfold what loads events."""
        self.picker.loading.head.value = True

    def show_message(self, text: str, tone: html.Tone = "mute") -> None:
        super().show_message(text, tone)
        self._message = {"message": {"html": html.prose(mask(text)), "tone": tone}}
        self.view.send(self._message)

    # -- one picker, two places

    def _follow_picker(self) -> None:
        if self.picker.events is not self._events:
            self._events = self.picker.events
            self.session.show_events(self._events, self.picker.envelope)
        self._pick_chosen()
        self._send_changes()

    def _pick_chosen(self) -> None:
        if (name := self.picker.choose.value) in self.session.events:
            self.session.pick(self.session.names.index(name))

    def _begin_with_an_order(self) -> None:
        """Look at an event that is an order, or may be one: the first of those that lack least."""
        states, statuses = self.session.states, self.session.statuses()
        mapped = bool(self.session.settings.event_mapping)
        orders = [
            at
            for at, status in enumerate(statuses)
            if status and not (mapped and states.outcome(at) == "not for TikTok")
        ]
        # What an order that nobody has said yet to be one lacks, is what its status asks for.
        asked = Counter(row.mandatory for row in ROWS.values())
        lacking = {
            at: states.errors(at) + (0 if states.status(at) else asked[statuses[at]])
            for at in orders
        }
        # Of those that lack as little, a booking shows more of them all than a cancellation.
        first = min(orders, key=lambda at: (lacking[at], statuses[at] == "CANCEL_ORDER"), default=0)
        if self.session.chosen == 0 and first:
            self.session.pick(first)
            self._tell_picker()

    def _send_changes(self, cause: str = "", number: int | None = None) -> None:
        """Send what changed; after a key that is all, with `number` saying which key it answers."""
        now = screen(self.session)
        patch, self._shown = difference(self._shown, now), now
        if patch or cause:
            self.view.send({"patch": patch, "cause": cause, "number": number})
        if cause != "type":
            self._following.draw()
