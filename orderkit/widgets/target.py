"""Where orders go: nobody, the embedded sandbox, or the live endpoint behind a lock."""

import threading
from collections.abc import Iterable
from typing import Any

import ipywidgets as w

from orderkit.destination.settings import Settings
from orderkit.errors import OrderkitError
from orderkit.mapping.results import EventResult
from orderkit.sandbox import Sandbox
from orderkit.sending.credentials import AccessToken, Credentials, hold_credentials
from orderkit.sending.ledger import Ledger, default_path
from orderkit.sending.results import NO_URL
from orderkit.sending.run import Run
from orderkit.sending.targets import Target, refuse_unready
from orderkit.widgets import parts

TARGETS: dict[str, Target] = {
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
            style={"description_width": "180px"},
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


class TargetChoice(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The choice of a target, and what the live one needs.

    sandbox: the embedded sandbox, started when it is first needed
    """

    def __init__(self, settings: Settings, targets: tuple[Target, ...]) -> None:
        self.settings = settings
        self.sandbox = Sandbox()
        #: What goes to the embedded sandbox is forgotten with it, and so are its deliveries.
        self._own = Ledger()
        self._live: Ledger | None = None
        self._opening = threading.Lock()
        offered = [label for label, target in TARGETS.items() if target in targets]
        self.choose = parts.choice(
            "To",
            offered,
            "Nothing leaves this machine unless live; the embedded sandbox is this notebook's own",
        )
        self.key = SecretInput("Client key")
        self.secret = SecretInput("Client secret")
        self.access_token = SecretInput("or access token")
        connection = settings.connection
        self.keep_tokens = _tick("Keep access tokens in the operating system's keyring")
        self.confirm = _tick(
            f"I confirm that orders go to {connection.endpoint_url or NO_URL}, and client key and "
            f"secret to {connection.token_url}"
        )
        self.again = _tick("Send again what was delivered before")
        self.also_outdated = _tick("Send an update too when a newer one of its order was delivered")
        self.authenticate = _tick(
            f"Get an access token all the same: client key and secret go to {connection.token_url}"
        )
        self._live_title = parts.title(
            "Live endpoint",
            "Its address stands in the settings; the client finds it in TikTok's partner "
            "reference, linked from the vendor's page.",
        )
        self._credentials = w.VBox(
            [
                w.HTML(
                    "<p>What is typed here is kept for this session only; nothing is needed when "
                    "the keyring or the environment has it.</p>"
                ),
                parts.row(self.key, self.secret, self.access_token),
                self.keep_tokens,
            ]
        )
        super().__init__(
            [
                self.choose,
                self.again,
                self.also_outdated,
                self.authenticate,
                self._live_title,
                self._credentials,
                self.confirm,
            ]
        )
        for chosen in (self.choose, self.authenticate):
            chosen.observe(lambda _change: self._show(), names="value")
        self._show()

    @property
    def target(self) -> Target:
        """The chosen target."""
        return TARGETS[self.choose.value]

    @property
    def locked(self) -> bool:
        """Whether the live endpoint is chosen, and not confirmed."""
        return self.target == "live" and not self.confirm.value

    @property
    def authenticating(self) -> bool:
        """Whether a dry run is to get a token all the same."""
        return self.target == "dry-run" and bool(self.authenticate.value)

    @property
    def ledger(self) -> Ledger:
        """Where deliveries are written down: live ones in the user's data folder."""
        if self.target != "live":
            return self._own
        with self._opening:
            if self._live is None:
                self._live = Ledger(default_path())
            return self._live

    def run(self, results: Iterable[EventResult], total: int | None = None, **how: Any) -> Run:
        """A run over these results to the chosen target; `how` is the rest of a `Run`."""
        return Run(
            results,
            self.settings,
            self.target,
            self.ledger,
            force=self.again.value,
            also_outdated=self.also_outdated.value,
            authenticate=self.authenticating,
            total=total,
            sandbox=self.sandbox,
            keep_tokens=self.keep_tokens.value,
            **how,
        )

    def make_ready(self) -> None:
        """Take what was typed. Raises OrderkitError for what a sending lacks."""
        self._hold_typed()
        refuse_unready("live" if self.authenticating else self.target, self.settings)
        if self.locked:
            raise OrderkitError("live sending is locked: tick the confirmation above first")
        if self.target == "sandbox":
            self.sandbox.start()

    def _hold_typed(self) -> None:
        name = self.settings.settings.credentials or ""
        if token := self.access_token.secret():
            hold_credentials(name, AccessToken.of(token))
        elif self.key.secret() and self.secret.secret():
            pair = Credentials.of(self.key.secret(), self.secret.secret())
            hold_credentials(name, pair)

    def _show(self) -> None:
        dry, live = self.target == "dry-run", self.target == "live"
        # What moved away would take the button below with it, from under the pointer.
        for tick, wanted in (
            (self.again, not dry),
            (self.also_outdated, not dry),
            (self.authenticate, dry),
        ):
            tick.disabled = not wanted
        for part, wanted in (
            (self._live_title, live),
            (self._credentials, live or self.authenticating),
            (self.confirm, live),
        ):
            part.layout.display = "" if wanted else "none"


def _tick(label: str) -> w.Checkbox:
    made = w.Checkbox(value=False, description=label, indent=False, layout=w.Layout(width="auto"))
    made.add_class("ok-tick")
    return made
