"""What the browser draws, and what a person can do there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anywidget

_FRONT: Final = Path(__file__).with_name("front")
#: The script's parts, each using those before it: a widget's script is one text.
_PARTS: Final = (
    *("words", "keep", "bars", "rows", "sides", "drawers", "completion", "keys"),
    "mapper",
)
#: What a person does → the keys of the message that say what it is done with.
INTENTS: Final = {
    "type": ("target", "text", "caret"),
    "write": ("target", "text"),
    "leave": (),
    "choose_row": ("target",),
    "fill": ("path",),
    "insert": ("path", "text", "start", "end"),
    "accept": ("target",),
    "accept_all": (),
    "confirm": ("target",),
    "use_fix": ("target", "value"),
    "ask": ("target",),
    "pick": ("at",),
    "step": ("by",),
    "next_problem": ("by",),
    "narrow": ("outcome",),
    "list_events": ("query",),
    "change_part": ("part", "value"),
    "map_event": ("name", "status"),
    "map_events": (),
    "start_anew": (),
    "take_back": (),
    "do_again": (),
    "save": (),
    "load_samples": (),
    "open_loading": (),
    "draw": (),
}


class MapperView(anywidget.AnyWidget):
    """What the browser draws; `on_intent` is given what a person did there."""

    _esm = "\n".join((_FRONT / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = _FRONT / "mapper.css"

    def __init__(self, on_intent: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: on_intent(content))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
