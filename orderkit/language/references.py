"""Where a row's raw value comes from: a property, a constant, or a text with properties in it."""

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from orderkit.events import paths
from orderkit.events.jsontext import show

_REFERENCE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ValueReading:
    """What a source gave for one event.

    raw:      the value, or `paths.MISSING`
    found_at: where the value was found, or looked for
    refused:  why what was found cannot be used, or ""
    """

    raw: Any
    found_at: str
    refused: str = ""


class ValueSource(Protocol):
    """A compiled source.

    text:       as an engineer writes it
    properties: the paths it reads
    """

    @property
    def text(self) -> str: ...

    @property
    def properties(self) -> tuple[str, ...]: ...

    def read(self, event: Any) -> ValueReading:
        """The raw value for an event; never raises."""
        ...

    def explain_missing(self, event: Any) -> str:
        """In words, why `read` found nothing; asked for only where somebody reads it."""
        ...

    def describe(self, event: Any) -> tuple[str, ...]:
        """In words, how the raw value was put together; asked for as `explain_missing` is."""
        ...


@dataclass(frozen=True, slots=True)
class PropertySource:
    """The property at a path, with the JSON type it has in the event."""

    text: str
    parts: paths.Parts

    @property
    def properties(self) -> tuple[str, ...]:
        return (self.text,)

    def read(self, event: Any) -> ValueReading:
        return ValueReading(paths.get(event, self.parts), ".".join(self.parts))

    def explain_missing(self, event: Any) -> str:
        return paths.how_far(event, self.parts)

    def describe(self, event: Any) -> tuple[str, ...]:  # noqa: ARG002 - it is the value itself
        return ()


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for every event; `value` may be absent in settings not filled in yet."""

    value: Any

    properties: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "" if self.value is paths.MISSING else str(self.value)

    def read(self, event: Any) -> ValueReading:  # noqa: ARG002 - the same for every event
        return ValueReading(self.value, "settings")

    def explain_missing(self, event: Any) -> str:  # noqa: ARG002 - the same for every event
        return "the setting is not filled in"

    def describe(self, event: Any) -> tuple[str, ...]:  # noqa: ARG002 - it is the value itself
        return ()


@dataclass(frozen=True, slots=True)
class Template:
    """Text with properties in it; the value is text, and missing as soon as one property is.

    pieces: text, path, text, path, …, text
    """

    text: str
    pieces: tuple[str | paths.Parts, ...]
    properties: tuple[str, ...]

    def read(self, event: Any) -> ValueReading:
        filled: list[str] = []
        where = " + ".join(self.properties)
        for piece in self.pieces:
            if isinstance(piece, str):
                filled.append(piece)
                continue
            value = paths.get(event, piece)
            path = ".".join(piece)
            if value is paths.MISSING or value is None:
                return ValueReading(paths.MISSING, where)
            if isinstance(value, dict | list):
                reason = f"`{path}` is {paths.json_type(value)}, which no text can hold"
                return ValueReading(value, path, refused=reason)
            filled.append(value if isinstance(value, str) else show(value, most=400))
        raw = "".join(filled)
        return ValueReading(raw, where)

    def describe(self, event: Any) -> tuple[str, ...]:
        raw = self.read(event).raw
        return () if raw is paths.MISSING else (f"{self.text} → {show(raw)}",)

    def explain_missing(self, event: Any) -> str:
        for piece in self.pieces:
            if isinstance(piece, str):
                continue
            value = paths.get(event, piece)
            if value is None or value is paths.MISSING:
                reason = "it is null" if value is None else paths.how_far(event, piece)
                return f"`{'.'.join(piece)}` is missing: {reason}"
        return ""


def compile_reference(text: str) -> ValueSource:
    """The source for what smart mapping names: a path, or text with ``{{path}}`` in it.

    Left empty, it gives nothing, so that the row is not sent. Raises ValueError with what to write.
    """
    if not text.strip():
        return Constant(paths.MISSING)
    return compile_value(text) if "{{" in text or "}}" in text else compile_property(text)


def compile_property(path: str) -> PropertySource:
    """The source for a path. Raises ValueError with what to write."""
    if "{" in path or "}" in path:
        raise ValueError("write the path of the property alone, like booking.reference")
    return PropertySource(path.strip(), paths.parse_path(path))


def compile_value(value: str | float | None) -> ValueSource:
    """The source for a setting's value: a constant, a lone ``{{path}}``, or text with paths in it.

    Raises ValueError with what to write.
    """
    if value is None:
        return Constant(paths.MISSING)
    if not isinstance(value, str) or not re.search(r"\{\{|\}\}", value):
        return Constant(value)
    pieces = _REFERENCE.split(value)
    if any("{{" in text or "}}" in text for text in pieces) or any(
        "{" in path or "}" in path for path in pieces[1::2]
    ):
        raise ValueError("write a property as {{path}}: its two opening and two closing braces")
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return compile_property(pieces[1])
    return Template(
        value,
        tuple(paths.parse_path(p) if i % 2 else p for i, p in enumerate(pieces)),
        tuple(path.strip() for path in pieces[1::2]),
    )
