"""What all forms are made of: a root with the style sheet, titles, messages, guarded handlers."""

import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from html import escape
from typing import Any, ParamSpec, Protocol

import ipywidgets as w
from IPython.display import publish_display_data as publish

from orderkit.errors import OrderkitError
from orderkit.masking import mask
from orderkit.reports import html
from orderkit.widgets.in_view import InOrder, InView, OwnKeys, TableScript

P = ParamSpec("P")


class Form(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form: its parts below each other, a message area, and what comes `below` the message.

    Whatever thread a callback comes in: `lock` lets one handler of the form run at a time. No
    handler waits for work in the background, which takes the lock itself.
    """

    def __init__(self, *parts: w.Widget, below: Sequence[w.Widget] = ()) -> None:
        self.lock = threading.RLock()
        self.message = w.HTML()
        scripts = (TableScript(), InOrder(), OwnKeys())
        super().__init__([w.HTML(html.style_sheet()), *parts, self.message, *below, *scripts])
        self.add_class("ok-root")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _ipython_display_(self, **_options: Any) -> None:
        """Show the form, and beside it its state as plain HTML, for where no kernel draws it."""
        publish(self._repr_mimebundle_())
        if state := self.state_html():
            hidden = (
                "<style>.jp-OutputArea:has(.ok-root) .ok-state{display:none}"
                ".ok-state :is(th,td){text-align:left!important}</style>"
            )
            publish({"text/html": f'{hidden}<div class="ok-state">{state}</div>'})

    def state_html(self) -> str:
        """What the form shows, as plain HTML: the same at every run, without widgets."""
        return ""

    def scroll_into_view(self) -> InView:
        """What a notebook's last cell shows: Run All ends there, and this scrolls back."""
        return InView()

    def show_message(self, text: str, tone: html.Tone = "mute") -> None:
        """Show a message without secrets, and have it announced."""
        self.message.value = html.notice(mask(text), tone)


class Folded(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Parts that a button unfolds: ipywidgets' Accordion cannot be opened with the keyboard.

    head: the button; its value is whether the parts are shown
    """

    def __init__(self, label: str, *children: w.Widget) -> None:
        self.head = w.ToggleButton(value=False, layout=w.Layout(width="auto"))
        self._label, self._body = label, w.VBox(list(children))
        super().__init__([self.head, self._body])
        self.add_class("ok-folded")
        self.head.observe(lambda _change: self._fold(), names="value")
        self._fold()

    @property
    def is_open(self) -> bool:
        """Whether the parts are shown."""
        return bool(self.head.value)

    def _fold(self) -> None:
        self.head.description = f"{'▾' if self.is_open else '▸'} {self._label}"
        self._body.layout.display = "" if self.is_open else "none"


class ShowsMessages(Protocol):
    """Something that shows messages, and lets one handler run at a time."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held by the handler that runs."""

    def show_message(self, text: str, tone: html.Tone = "mute") -> None:
        """Show a message."""


def guarded(form: ShowsMessages, handler: Callable[P, Any]) -> Callable[P, None]:
    """`handler` with every failure shown as a message: a callback's exception is seen by nobody."""

    @wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with form.lock:
            try:
                handler(*args, **kwargs)
            except Exception as error:
                show_failure(form, error)

    return run


def show_failure(form: ShowsMessages, error: Exception) -> None:
    """Show what failed, in the words of `orderkit.errors` where it is one of these."""
    if isinstance(error, OrderkitError):
        form.show_message(str(error), "bad")
        return
    form.show_message(
        f"This did not work: {type(error).__name__}: {error}. What you typed is kept; try "
        "again, and report it with these words if it comes back.",
        "bad",
    )


def title(text: str, explanation: str = "") -> w.HTML:
    """A heading, with one sentence below it."""
    below = f"<p>{escape(explanation)}</p>" if explanation else ""
    return w.HTML(f"<h2>{escape(text)}</h2>{below}")


def row(*parts: w.Widget) -> w.HBox:
    """Parts side by side, below each other where there is no room."""
    box = w.HBox(list(parts))
    box.add_class("ok-row")
    return box


def text_input(label: str, value: str = "", hint: str = "", placeholder: str = "") -> w.Text:
    """A labelled line of text."""
    return _labelled(w.Text, label, hint, value=value, placeholder=placeholder)


def suggesting_input(
    label: str, value: str = "", hint: str = "", placeholder: str = ""
) -> w.Combobox:
    """A labelled line of text that offers what its `options` say, and takes anything."""
    shown = {"value": value, "placeholder": placeholder}
    return _labelled(w.Combobox, label, hint, ensure_option=False, **shown)


def choice(label: str, options: Any, hint: str = "") -> w.Dropdown:
    """A labelled choice."""
    return _labelled(w.Dropdown, label, hint, options=options)


def _labelled(kind: Any, label: str, hint: str, **traits: Any) -> Any:
    made = kind(
        description=label,
        tooltip=hint or label,
        style={"description_width": "180px"},
        layout=w.Layout(width="auto"),
        **traits,
    )
    made.add_class("ok-input")
    return made


def button(
    label: str, on_click: Callable[[], Any], form: ShowsMessages, style: str = ""
) -> w.Button:
    """A button whose failures are shown by `form`."""
    made = w.Button(description=label, button_style=style, tooltip=label)
    run = guarded(form, on_click)
    made.on_click(lambda _button: run())
    return made


def download(name: str, page: str) -> str:
    """A link that saves an HTML page under that name; the page lies in the link itself."""
    data = b64encode(page.encode()).decode()
    return (
        f'<a class="ok-download" download="{escape(name)}" href="data:text/html;base64,{data}">'
        f"Save {escape(name)}</a>"
    )
