"""Choosing a file in the browser: only as much of it is taken as a notebook can use.

The stock upload sends whole files, and a server closes the connection over a message of more than
10 MB, without a word. This one reads the beginning of a file, whatever its size.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

#: Bytes that are taken; Jupyter's servers let messages of 10 MB through.
MOST_TAKEN = 8 * 2**20


class Upload(anywidget.AnyWidget):
    """A labelled file input; `on_file` is given name, size in bytes, and the first bytes."""

    _esm = Path(__file__).with_name("upload.js")
    label = traitlets.Unicode("Upload a file").tag(sync=True)
    accept = traitlets.Unicode(".json,.ndjson,.jsonl,.txt").tag(sync=True)
    most = traitlets.Int(MOST_TAKEN).tag(sync=True)

    def __init__(self, on_file: Callable[[str, int, bytes], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_file = on_file
        self.on_msg(self._take)

    def _take(self, _widget: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        self._on_file(str(content["name"]), int(content["size"]), bytes(buffers[0]))
