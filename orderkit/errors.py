"""The exceptions that orderkit raises for what a user can mend.

* OrderkitError
  * SettingsError      settings that cannot be used: every fault at once
  * EventsError        events that cannot be read at all
  * CredentialsError   credentials that are absent or refused
  * EndpointError      an endpoint that cannot be used
  * LedgerError        a ledger of deliveries that cannot be used
  * FormulaError       a formula that cannot be read

What is wrong with one event is no exception: it is a `Problem` of that event's result.
"""

from dataclasses import dataclass


class OrderkitError(Exception):
    """Base of all errors that orderkit raises on purpose; its text is written for the user."""


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """One thing that is wrong in a settings file.

    key:      where, dotted from the file's root (``settings.order_country``); "" for the file
    found:    what stands there, in words; of a file, what is the matter with it
    expected: what to write instead
    line:     counted from 1, where it is known
    """

    key: str
    found: str
    expected: str
    line: int | None = None

    def text(self, place: str) -> str:
        at = f"{place}:{self.line}" if self.line else place
        # A key of a file may hold newlines: each fault is a line.
        key, found = (text.replace("\n", r"\n") for text in (self.key, self.found))
        if not key:
            return f"{at}: {self.found}; {self.expected}"
        return f"{at}: {key}: found {found}; {self.expected}"


class SettingsError(OrderkitError):
    """Settings that cannot be used; `faults` has all of them, in the order of the file."""

    def __init__(self, place: str, faults: list[SettingsFault]) -> None:
        self.place = place
        self.faults = sorted(faults, key=lambda fault: fault.line or 0)
        super().__init__("\n".join(fault.text(place) for fault in self.faults))


class EventsError(OrderkitError):
    """Events that cannot be read at all: no such file, no text, no JSON anywhere."""


class CredentialsError(OrderkitError):
    """Credentials that are absent, or that the endpoint refused."""


class EndpointError(OrderkitError):
    """An endpoint that is not configured, or that must not be used."""


class LedgerError(OrderkitError):
    """A ledger of deliveries that cannot be used, or that another sending is using."""


class FormulaError(OrderkitError):
    """A formula that cannot be read.

    `position` counts characters from 0; `hint` says what to write instead.
    """

    def __init__(self, formula: str, position: int, problem: str, hint: str = "") -> None:
        self.formula, self.position, self.problem, self.hint = formula, position, problem, hint
        super().__init__(self.caret())

    def caret(self) -> str:
        """The problem with the line of the formula it is in, and a caret under the place."""
        start = self.formula.rfind("\n", 0, self.position) + 1
        line = self.formula[start:].split("\n", 1)[0]
        message = f"{self.problem}; {self.hint}" if self.hint else self.problem
        return f"{message}\n  {line}\n  {' ' * (self.position - start)}^"


def install_hint(extra: str) -> str:
    """How to add one of the extras, wherever orderkit was installed from: no index has it."""
    return (
        f'install orderkit again with its extra "{extra}" (in a checkout: pip install ".[{extra}]")'
    )
