"""Choosing a file in the browser, of any size: it arrives slice by slice, and is written to disk.

The stock upload sends a whole file in one message, and a server closes the connection over one of
more than 10 MB, without a word. This one sends the next slice when the last one is written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderkit.events.failures import explained_writing
from orderkit.events.folder import ENDINGS
from orderkit.widgets import parts
from orderkit.widgets.workspace import ARRIVING

#: Bytes of a message; larger ones are no faster, and of 10 MB none arrives.
SLICE = 4 * 2**20


class Upload(anywidget.AnyWidget):
    """A labelled file input; `on_file` is given where the file lies, and its name.

    anywhere: whether a file may be dropped on any place of the page
    """

    _esm = Path(__file__).with_name("upload.js")
    label = traitlets.Unicode("Upload a file").tag(sync=True)
    accept = traitlets.Unicode(",".join((*ENDINGS, ".gz", ".zst"))).tag(sync=True)
    anywhere = traitlets.Bool(default_value=False).tag(sync=True)
    slice = traitlets.Int(SLICE).tag(sync=True)

    def __init__(
        self, form: parts.ShowsMessages, on_file: Callable[[Path, str], None], **traits: Any
    ) -> None:
        super().__init__(**traits)
        self._on_file = on_file
        self._arriving = Path(ARRIVING)
        take = parts.guarded(form, self.take_slice)
        self.on_msg(lambda _widget, content, buffers: take(content, buffers))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def take_slice(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Write one slice of a file, and ask for the next, or hand the whole file on.

        content: name and size of the file, and where in it the slice begins. Raises EventsError.
        """
        name, size, start = str(content["name"]), int(content["size"]), int(content["start"])
        piece = bytes(buffers[0]) if buffers else b""
        try:
            with (
                explained_writing(self._arriving),
                self._arriving.open("r+b" if start else "wb") as file,
            ):
                file.seek(start)
                file.write(piece)
            if start + len(piece) < size:
                self.send({"next": start + len(piece)})
                return
        except BaseException:
            self.send({"end": True})
            raise
        self.send({"end": True})
        self._on_file(self._arriving, name)
