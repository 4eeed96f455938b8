"""Pages about the booking at hand, a tab for each; and the mapper, for whoever prepares them."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.widgets import parts
from orderkit.widgets.demo.session import DemoSession
from orderkit.widgets.mapper import SettingsForm
from orderkit.widgets.remembered import Remembered

#: What gives the mapper once it is asked for.
Prepare: TypeAlias = Callable[[], SettingsForm]
#: The mapper's tab, in a word that may stand on a client's screen.
_PREPARE: Final = "Prepare"


class TypedOver(Protocol):
    """A page on which a booking is chosen and typed over.

    texts: path → what was typed there
    """

    choose: w.Dropdown

    @property
    def texts(self) -> dict[str, str]: ...

    def fill(self, values: Mapping[str, Any]) -> None:
        """Type these texts over."""


class BookingTabs(parts.Form):
    """A tab for each page; what was typed, and a copy of what was sent, stay through a reload.

    With `prepare`, the last tab is the mapper, made when it is first opened: what is changed there
    is in the pages as soon as they are shown again.

    session:       the booking at hand, what it maps to, TikTok's side, and what was sent
    booking:       the page on which a booking is chosen and typed over
    settings_form: the mapper, once its tab was opened
    """

    booking: TypedOver
    session: DemoSession

    def __init__(
        self, settings: Settings, key: str, prepare: Prepare | None, *beside: w.Widget
    ) -> None:
        self._prepare = prepare
        self.settings_form: SettingsForm | None = None
        self.head = w.HTML()
        pages = self.make_pages(settings)
        self._places = [w.VBox([page]) for page in pages.values()]
        self._mapper_place = w.VBox()
        titles, places = [*pages], [*self._places]
        if prepare:
            titles, places = [*titles, _PREPARE], [*places, self._mapper_place]
        self.tabs = w.Tab(children=places, titles=tuple(titles), selected_index=0)
        self.tabs.add_class("ok-tabs")
        if prepare:
            self.tabs.add_class("ok-prepares")
        self.remembered = Remembered(key, self.restore)
        super().__init__(self.head, self.tabs, self.remembered, *beside)
        self.add_class("ok-demo")
        turn = parts.guarded(self, self._turn)
        self.tabs.observe(lambda _change: turn(), names="selected_index")
        self._follow()

    @abstractmethod
    def make_pages(self, settings: Settings) -> dict[str, w.Widget]:
        """Title → page; `session`, `booking` and the head are made anew with them."""

    def use(self, settings: Settings) -> None:
        """Show what other settings make of the booking at hand; what was typed over it stays.

        What was sent with the settings before is forgotten.
        """
        state = self.remembered.state
        self.session.sandbox.stop()
        for place, page in zip(self._places, self.make_pages(settings).values(), strict=True):
            place.children = [page]
        self._follow()
        self._fill(state)

    def _follow(self) -> None:
        self.session.when_changed(self._keep)
        self.session.changed()

    def _turn(self) -> None:
        """Another tab is shown: make the mapper if it is that, else follow what it has."""
        if self.tabs.selected_index == len(self._places) and self._prepare:
            self._open_mapper(self._prepare)
        elif (form := self.settings_form) and form.settings != self.session.mapper.settings:
            self.use(form.settings)
        self._keep()

    def _open_mapper(self, prepare: Prepare) -> SettingsForm:
        if self.settings_form is None:
            self.settings_form = form = prepare()
            self._mapper_place.children = [form]
            form.when_changed(self._keep)
        return self.settings_form

    def _keep(self) -> None:
        state = {
            "booking": self.session.name,
            "typed": self.booking.texts,
            "tab": self.tabs.selected_index or 0,
        }
        if (file := self.session.sent_file) and file.is_file():
            state["sent"] = file.name
        if (form := self.settings_form) and form.session.undo_states.unsaved:
            state |= {"draft": form.session.draft, "file": form.path.value}
        self.remembered.state = state

    def restore(self, state: dict[str, Any]) -> None:
        """Show what was typed and sent before the page was loaded again, also in the mapper."""
        if "draft" in state and self._prepare:
            form = self._open_mapper(self._prepare)
            form.resume(dict(state["draft"]), str(state.get("file") or ""))
            self.use(form.settings)
        self.session.resume_sent(str(state.get("sent") or ""))
        self._fill(state)
        self.tabs.selected_index = min(int(state.get("tab") or 0), len(self.tabs.children) - 1)

    def _fill(self, state: dict[str, Any]) -> None:
        if state.get("booking") in self.session.events:
            self.booking.choose.value = state["booking"]
            self.booking.fill(dict(state.get("typed") or {}))
