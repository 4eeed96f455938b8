"""What a person does in the mapper: each action is a method, called by the browser or by a test."""

from collections.abc import Mapping
from typing import Any

from orderkit.destination.labels import field_labels
from orderkit.errors import OrderkitError
from orderkit.events.paths import count
from orderkit.mapping.fixes import property_in_formula
from orderkit.mapping.suggest.statuses import NO_SHOW
from orderkit.masking import mask
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker
from orderkit.widgets.mapper.completion import completions
from orderkit.widgets.mapper.offers import ask_the_site
from orderkit.widgets.mapper.screen import event_line, listed_events
from orderkit.widgets.mapper.session import MapperSession
from orderkit.widgets.mapper.view import MapperView


class MapperActions(parts.Form):
    """What is done to rows and drawers, and the way through the events.

    session: the state, which every method here works on
    view:    what the browser draws
    picker:  what loads events
    """

    session: MapperSession
    view: MapperView
    picker: EventPicker
    #: The row, and the property that was clicked to fill it, while it has a value.
    _asked: tuple[str, str] | None = None

    def write(self, target: str, text: str) -> None:
        """Let a row read what is written: a path, a text or a formula."""
        self.session.write(target, text)

    def type(self, target: str, text: str, caret: int | None = None) -> None:
        """A key was pressed in a row's field; what may be meant is offered."""
        self.session.type(target, text)
        row = self.session.row(target)
        found = completions(
            text,
            len(text) if caret is None else caret,
            self.session.field(row.target),
            self.session.seen,
            self.session.known,
            setting=bool(row.setting),
        )
        kind = self.session.source(row).kind
        self.view.send({"completions": found, "kind": kind, "text": text})

    def insert(self, path: str, text: str, start: int, end: int) -> None:
        """Let the formula that is being typed read a property, in place of what is selected."""
        spelled = property_in_formula(path)
        text, caret = text[:start] + spelled + text[end:], start + len(spelled)
        self.view.send({"typed": text, "caret": caret})
        self.type(self.session.focus, text, caret)

    def leave(self) -> None:
        """A row's field is left: what stands in it is what was meant."""
        self.session.end_typing()

    def choose_row(self, target: str) -> None:
        """Work on another row."""
        self.session.end_typing()
        self.session.focus = self.session.row(target).target if target else ""

    def fill(self, path: str) -> None:
        """Let the focused row read a property; one that gives what it should, on a second click.

        Raises OrderkitError where no row has the focus.
        """
        asked = self.session.focus, path
        if self.session.focus_gives() and self._asked != asked:
            self._asked = asked
            label = field_labels()[self.session.focus].label
            self.show_message(f"{label} has a value: click again to let it read `{path}` instead")
            return
        self._asked = None
        before, said = self.session.focus_text(), ""
        self.session.fill(path)
        label, now = field_labels()[self.session.focus].label, self.session.focus_text()
        if before and before != now:
            said = f"{label} reads `{now}` now; Undo takes it back"
        self.show_message(said)

    def accept(self, target: str) -> None:
        """Take a row's proposal."""
        self.session.accept(target)

    def accept_all(self) -> None:
        """Take every proposal that is at least likely, in one step."""
        was_order = self.session.is_order
        taken = self.session.accept_all()
        said = f"{taken} taken; Undo takes them back" if taken else "Nothing to accept"
        if doubtful := self.session.doubtful_proposals():
            rows = count(doubtful, "mandatory row")
            said += (
                f". {rows} {'has' if doubtful == 1 else 'have'} what is only perhaps: look there"
            )
        if more := len(self.session.undecided()):
            names = count(more, "more event name")
            said += f". {names} may be orders: say under Event mapping what they stand for"
        self._stay_with_orders(was_order)
        self.show_message(said)

    def confirm(self, target: str = "") -> None:
        """Say of a row's proposed value, or of all that the file has, that it is right."""
        number = self.session.confirm(target)
        if not target:
            self.show_message(f"{number} confirmed: Save writes that into the file")

    def use_fix(self, target: str, value: Any) -> None:
        """Let a row read what one of its fixes offers."""
        was_order = self.session.is_order
        self.session.use_fix(target, value)
        self._stay_with_orders(was_order)

    def ask(self, target: str) -> None:
        """Word a row's problem for whoever builds the site, to be copied."""
        problem = self.session.problem(self.session.row(target).target)
        if problem is None:
            raise OrderkitError("there is no problem in this row")
        orders = [
            str(line["id"] or line["name"])
            for at in self.session.with_problem(problem.target)
            for line in [event_line(self.session, at)]
        ]
        of = self.session.states.counts(problem.target)[1]
        self.view.send({"copy": mask(ask_the_site(problem, orders, of))})
        self.show_message("Copied, to be sent to the site's developers")

    def pick(self, at: int) -> None:
        """Look at another event, by its number."""
        self.session.pick(int(at))
        self._tell_picker()

    def step(self, by: int) -> None:
        """Look at the next event, or with -1 the one before."""
        self.session.step(int(by))
        self._tell_picker()

    def next_problem(self, by: int = 1) -> None:
        """Look at the next event with the same problem."""
        self.session.next_with_this_problem(int(by))
        self._tell_picker()

    def narrow(self, outcome: str) -> None:
        """Go through the events of one outcome alone, or through all again."""
        self.session.narrow(outcome)
        self._tell_picker()

    def list_events(self, query: str = "") -> None:
        """Send the events to choose from."""
        self.view.send({"events": listed_events(self.session, query)})

    def change_part(self, part: str, value: Any) -> None:
        """Let one of the drawers' parts stand so, in the shape of a settings file."""
        self.session.change_part(part, value)

    def map_event(self, name: str, status: str = "") -> None:
        """Let an event name stand for an order status; "": for the one that is proposed, or none
        yet.
        """
        meant = self.session.named_events.named(name)
        chosen = status or meant.order_status or meant.perhaps
        said = f"{name} stands for {chosen}"
        if not (status or meant.order_status):
            said = f"{name} may stand for {chosen}: agree that with the client"
        self._map_events({name: chosen}, said)
        if not chosen:
            self.show_message(f"Choose the order status that {name} stands for", "warn")

    def map_events(self) -> None:
        """Let all event names that may be orders stand for what is proposed."""
        chosen = self.session.undecided()
        names = count(len(chosen), "event name")
        self._map_events(chosen, f"{names} mapped: agree with the client what they stand for")

    def _map_events(self, chosen: Mapping[str, str], said: str) -> None:
        before = self.session.states.outcomes()
        never_came = self.session.map_events(chosen)
        now = self.session.states.outcomes()
        orders = before["not for TikTok"] - now["not for TikTok"]
        lacking = now["with problems"] - before["with problems"]
        more = count(orders, "order") + " more"
        if lacking > 0:
            more += f", {lacking} with problems: F8 shows what is missing"
        sentences = [said, more]
        if never_came:
            names = ", ".join(never_came)
            sentences.append(f"{names} also fills the row {field_labels()[NO_SHOW].label}")
        self.show_message(". ".join(sentences), "warn" if lacking > 0 else "mute")

    def take_back(self) -> None:
        """Undo the last change."""
        done = self.session.undo()
        said = "The last change is taken back; Ctrl+Shift+Z does it again"
        self.show_message(said if done else "Nothing to take back")

    def do_again(self) -> None:
        """Do again what was taken back last."""
        done = self.session.redo()
        self.show_message("Done again" if done else "Nothing was taken back")

    def _stay_with_orders(self, was_order: bool) -> None:
        """Look at the next order, if the one that was looked at is none any more."""
        if was_order and not self.session.is_order:
            self.session.pick_next_order()
            self._tell_picker()

    def _tell_picker(self) -> None:
        if self.session.names:
            self.picker.pick(self.session.names[self.session.chosen])
