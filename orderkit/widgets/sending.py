"""Sending test orders: a dry run, the embedded sandbox, or the live endpoint behind a lock."""

import asyncio
from html import escape
from typing import Any

import ipywidgets as w

from orderkit import views
from orderkit.credentials import AccessToken, Credentials, hold_credentials
from orderkit.errors import OrderkitError
from orderkit.inputs import settings_path
from orderkit.mapping import Mapped, Mapper
from orderkit.markup import TONES
from orderkit.paths import count
from orderkit.sandbox import Sandbox
from orderkit.sending import NO_URL, Sent, Target, open_target, plan, refuse_unready, send_all
from orderkit.settings import Settings
from orderkit.settings_file import load_settings
from orderkit.widgets import parts
from orderkit.widgets.events import EventPicker

_TARGETS: dict[str, Target] = {
    "Dry run: show the request": "dry-run",
    "Embedded sandbox": "sandbox",
    "Live endpoint": "live",
}


class SecretInput(w.Password):  # type: ignore[misc]  # ipywidgets has no types
    """A secret that leaves the widget as soon as it is typed: saved widget state never holds it."""

    def __init__(self, label: str) -> None:
        self._secret = ""
        super().__init__(
            description=label,
            continuous_update=False,
            placeholder="not set",
            tooltip=f"{label}: kept for this session only",
            style={"description_width": "190px"},
            layout=w.Layout(width="auto"),
        )
        self.add_class("ok-input")
        self.observe(self._take, names="value")

    def _take(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self._secret = change["new"]
            self.placeholder = "set (hidden)"
            self.value = ""

    def secret(self) -> str:
        """What was typed last."""
        return self._secret


class SendForm(parts.Form):
    """Sends the chosen event, or all loaded events, and shows each verdict.

    sandbox: the embedded sandbox, started when it is first needed
    sent:    the verdicts of the last sending
    task:    the sending under way; ``await form.task`` waits for its end
    """

    def __init__(self, settings: Settings | None = None, picker: EventPicker | None = None) -> None:
        self.picker = picker or EventPicker()
        if settings is None:
            settings = load_settings(settings_path(), draft=True)
        self.settings = settings
        self.sandbox = Sandbox()
        self.sent: list[Sent] = []
        self.task: asyncio.Task[None] | None = None
        self.which = parts.choice("Send", ["this event", "all loaded events"])
        self.target = parts.choice("To", list(_TARGETS), "Nothing leaves this machine unless live")
        self.key = SecretInput("Client key")
        self.secret = SecretInput("Client secret")
        self.access_token = SecretInput("or access token")
        url = settings.connection.endpoint_url or NO_URL
        self.confirm = w.Checkbox(
            value=False,
            description=f"I confirm that orders go to {url}",
            indent=False,
            layout=w.Layout(width="auto"),
        )
        self.live = w.VBox(
            [
                parts.title(
                    "Live endpoint",
                    "Its address stands in the settings; the client finds it in TikTok's partner "
                    "reference, linked from the vendor's page. What is typed here is kept for this "
                    "session only; nothing is needed when the keyring or the environment has it.",
                ),
                parts.row(self.key, self.secret, self.access_token),
                self.confirm,
            ]
        )
        self.send_button = parts.button("Send", self.begin, self, "primary")
        self.progress = w.IntProgress(min=0, max=1, description="Progress")
        self.results_view, self.curl_view, self.orders_view = w.HTML(), w.HTML(), w.HTML()
        super().__init__(
            self.picker,
            parts.row(self.which, self.target),
            self.live,
            parts.row(self.send_button, self.progress),
            self.results_view,
            self.curl_view,
            self.orders_view,
        )
        for made in (self.target, self.confirm):
            made.observe(lambda _change: self._lock(), names="value")
        self.picker.when_chosen(self._show_request)
        self._lock()
        self._show_request()

    @property
    def results(self) -> views.Table:
        """The verdicts of the last sending."""
        return views.sent_table(self.sent)

    @property
    def curl(self) -> str:
        """The chosen event's request as a cURL command, masked."""
        mapped = Mapper(self.settings).map(self.picker.event)
        planned = plan(0, mapped, "", self.settings.connection.endpoint_url)
        return planned.request.as_curl() if planned.request else planned.message

    def begin(self) -> None:
        """Begin sending; the kernel stays free meanwhile."""
        if self.task and not self.task.done():
            raise OrderkitError("a sending is under way: wait for its end")
        target = _TARGETS[self.target.value]
        self._hold_typed()
        refuse_unready(target, self.settings)
        if target == "live" and not self.confirm.value:
            raise OrderkitError("live sending is locked: tick the confirmation above first")
        self.sent = []
        self.tell("sending …")
        self.send_button.disabled = True
        self.task = asyncio.get_running_loop().create_task(self._deliver(target))
        self.task.add_done_callback(self._ended)

    async def _deliver(self, target: Target) -> None:
        lines = self._mapped()
        self.progress.max, self.progress.value = max(len(lines), 1), 0
        if target == "sandbox":
            self.sandbox.start()
        async with open_target(target, self.settings, self.sandbox) as client:
            url = self.settings.connection.endpoint_url
            async for sent in send_all(lines, client, url):
                self.sent.append(sent)
                self.progress.value += 1
                self.results_view.value = self.results.to_html()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.send_button.disabled = False
        self._lock()
        parts.guarded(self, task.result)()
        if task.cancelled() or task.exception():
            return
        self.results_view.value = self.results.to_html()
        self.orders_view.value = views.orders_table(self.sandbox.orders.values()).to_html()
        done = sum(sent.done for sent in self.sent)
        tone = TONES["delivered"] if done == len(self.sent) else TONES["failed"]
        self.tell(f"{count(len(self.sent), 'event')}, {done} as they should be", tone)

    def _mapped(self) -> list[tuple[int, Mapped | None, str]]:
        mapper = Mapper(self.settings)
        names = list(self.picker.events)
        if self.which.value == "this event":
            names = [self.picker.choose.value] if self.picker.events else []
        return [
            (list(self.picker.events).index(name), mapper.map(self.picker.events[name]), "")
            for name in names
        ]

    def _show_request(self) -> None:
        self.curl_view.value = (
            f"<h3>The request as cURL</h3><pre class='ok-code'>{escape(self.curl)}</pre>"
        )

    def _hold_typed(self) -> None:
        name = self.settings.settings.credentials or ""
        if token := self.access_token.secret():
            hold_credentials(name, AccessToken.of(token))
        elif self.key.secret() and self.secret.secret():
            pair = Credentials.of(self.key.secret(), self.secret.secret())
            hold_credentials(name, pair)

    def _lock(self) -> None:
        live = _TARGETS[self.target.value] == "live"
        self.live.layout.display = "" if live else "none"
        self.send_button.disabled = live and not self.confirm.value
        self.send_button.button_style = "danger" if live else "primary"
