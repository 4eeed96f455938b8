"""The settings file that the mapper works on: what names it, and what others do to it."""

from collections.abc import Callable
from pathlib import Path

from orderkit.destination.saving import WatchedFiles, proposed
from orderkit.errors import OrderkitError
from orderkit.widgets import parts
from orderkit.widgets.workspace import named_file, stored_in


class SettingsFile(parts.Folded):
    """Names a settings file, which need not be there yet.

    path: what is typed; "" while none is named
    """

    def __init__(self, path: str | Path, form: parts.ShowsMessages, load: Callable[[], object]):
        self.path = parts.text_input(
            "Settings file", str(path), placeholder="name the file to save to"
        )
        self.load_button = parts.button("Load", load, form)
        self._watched = WatchedFiles()
        super().__init__("Settings file", parts.row(self.path, self.load_button))

    @property
    def named(self) -> Path:
        """The file. Raises OrderkitError where none is named, and unfolds what names it."""
        if not self.path.value.strip():
            self.head.value = True
            raise OrderkitError("name the settings file first, below the rows")
        return named_file(self.path.value)

    @property
    def stored(self) -> Path:
        """Where it is read from. Raises as `named`."""
        return stored_in(self.named)

    def note(self, path: str | Path) -> dict[str, str]:
        """Remember what a file has now; gives what of it nobody has confirmed: key → reason."""
        self._watched.note(path)
        return proposed(path)

    def explain_changes(self) -> str:
        """What others changed in the file since it was last read or written, in words, or ""."""
        return self._watched.explain_changes(self.named)
