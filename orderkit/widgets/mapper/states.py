"""The state of every row in every loaded event; of a change, only what it touches is computed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from orderkit.events import paths
from orderkit.language.references import Constant, ValueReading
from orderkit.mapping.compiled import CompiledField, CompiledSettings
from orderkit.mapping.interpreter import evaluate_field, find_status

Outcome: TypeAlias = Literal["mapped", "with problems", "not for TikTok"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("mapped", "with problems", "not for TikTok")
_BAD: Final = frozenset({"missing", "invalid"})
_ASKED: Final = frozenset({"ok", "missing", "invalid"})


@dataclass(slots=True)
class _Loaded:
    """One event: as it came, as the rows see it, and what is known of it."""

    given: Any
    seen: Any = None
    status: str | None = None
    reading: ValueReading | None = None
    filtered: str = ""
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What another source of a row would do: orders that have its value, and orders mapped.

    gives: what it gives in the chosen event, or ""
    """

    before: int
    after: int
    of: int
    mapped_before: int
    mapped_after: int
    gives: str = ""


class EventStates:
    """For each row the states over all events, and the outcome of each event.

    Events and rows are addressed by number and target.
    """

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = [_Loaded(event) for event in events]
        self._compiled: CompiledSettings | None = None
        self._states: dict[str, list[str]] = {}
        self._currencies: dict[str, list[Any]] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self._alternatives: dict[tuple[str, str], list[str]] = {}

    def __len__(self) -> int:
        return len(self._events)

    def update(self, compiled: CompiledSettings) -> None:
        """Follow changed settings."""
        before, self._compiled = self._compiled, compiled
        moved = self._look_at_events(before, compiled)
        everything = range(len(self._events))
        fields = before.by_target if before else {}
        currencies = {field.currency for field in compiled.fields if field.currency}
        in_other_currency: dict[str, set[int]] = {}
        for field in compiled.fields:
            target = field.target
            same = target in fields and _source_key(fields[target]) == _source_key(field)
            touched: Iterable[int] = everything
            if same:
                others = in_other_currency.get(field.currency, ())
                # A currency says only how a text that is an amount is read.
                texts = {at for at in others if isinstance(self._raw(field, at), str)}
                touched = moved | texts
            states = self._states.setdefault(target, [""] * len(self._events))
            amounts = self._currencies.setdefault(target, [None] * len(self._events))
            if touched:
                self._counts.pop(target, None)
            for at in touched:
                event = self._events[at]
                state, value = self._evaluate(field, event, at)
                event.errors += (state in _BAD) - (states[at] in _BAD)
                states[at] = state
                if target in currencies and amounts[at] != value:
                    amounts[at] = value
                    in_other_currency.setdefault(target, set()).add(at)
        if moved or in_other_currency:
            self._alternatives.clear()

    def _look_at_events(
        self, before: CompiledSettings | None, compiled: CompiledSettings
    ) -> set[int]:
        """Filter, transform and name events anew, where settings changed; those that changed."""
        old, new = before.settings if before else None, compiled.settings
        clocked = old is None or old.timezone != new.timezone
        filters = clocked or (old and old.filter != new.filter)
        changes = clocked or (old and old.transformation != new.transformation)
        names = (
            changes
            or (old and old.event_mapping != new.event_mapping)
            or (before and _source_key(before.status) != _source_key(compiled.status))
        )
        moved: set[int] = set()
        if not (filters or changes or names):
            return moved
        for at, event in enumerate(self._events):
            was = (event.seen, event.status, event.filtered)
            if changes:
                event.seen = compiled.transform(event.given)
            status, event.reading, reason = find_status(compiled, event.seen, None)
            event.status = status
            event.filtered = compiled.filter.explain_refusal(event.given) or reason
            now = (event.seen, event.status, event.filtered)
            if clocked or was[1:] != now[1:] or (was[0] is not now[0] and was[0] != now[0]):
                moved.add(at)
        return moved

    def _raw(self, field: CompiledField, at: int) -> Any:
        return field.source.read(self._events[at].seen).raw

    def _evaluate(self, field: CompiledField, event: _Loaded, at: int) -> tuple[str, Any]:
        if event.filtered:
            return "", None
        compiled = self._compiled
        is_status = compiled is not None and field.target == compiled.status.target
        reading = event.reading if is_status else None
        currency = self._currencies.get(field.currency)
        result = evaluate_field(
            field,
            reading or field.source.read(event.seen),
            event.status,
            event.seen,
            currency[at] if currency else None,
            describe=False,
        )
        return result.state, result.value

    # -- what is asked of them

    def counts(self, target: str) -> tuple[int, int]:
        """Of a row: orders that have the value, of those that have or should have it."""
        if target not in self._counts:
            found = Counter(self._states.get(target, ()))
            self._counts[target] = found["ok"], sum(found[state] for state in _ASKED)
        return self._counts[target]

    def with_several(self, array: paths.Parts) -> tuple[int, int]:
        """How many orders have several items in an array, and how many orders there are."""
        orders = [event for event in self._events if not event.filtered]
        lists = (paths.get(event.seen, array) for event in orders)
        return sum(isinstance(found, list) and len(found) > 1 for found in lists), len(orders)

    def state(self, target: str, at: int) -> str:
        """The state of a row in an event; "" where the event is not for TikTok."""
        return self._states[target][at]

    def status(self, at: int) -> str | None:
        """The order status of an event."""
        return self._events[at].status

    def seen(self, at: int) -> Any:
        """An event as the rows see it: after the transformation."""
        return self._events[at].seen

    def errors(self, at: int) -> int:
        """How many rows of an event are missing or invalid."""
        return self._events[at].errors

    def outcome(self, at: int) -> Outcome:
        """What becomes of an event."""
        event = self._events[at]
        if event.filtered:
            return "not for TikTok"
        return "with problems" if event.errors else "mapped"

    def outcomes(self) -> Mapping[str, int]:
        """How many events come out how."""
        found = Counter(self.outcome(at) for at in range(len(self._events)))
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def alternative(self, field: CompiledField, key: str) -> list[str]:
        """The states that a row would have if it were this field; `key` stands for its source."""
        place = field.target, key
        if place not in self._alternatives:
            self._alternatives[place] = [
                self._evaluate(field, event, at)[0] for at, event in enumerate(self._events)
            ]
        return self._alternatives[place]

    def effect(self, target: str, alternative: list[str]) -> Effect:
        """What a row does to all events if it has these states."""
        before = after = of = mapped = mapped_after = 0
        for event, was, now in zip(self._events, self._states[target], alternative, strict=True):
            if event.filtered:
                continue
            before += was == "ok"
            after += now == "ok"
            of += was in _ASKED or now in _ASKED
            mapped += not event.errors
            mapped_after += not event.errors + (now in _BAD) - (was in _BAD)
        return Effect(before, after, of, mapped, mapped_after)


def _source_key(field: CompiledField) -> tuple[Any, ...]:
    """Two fields with the same key give the same of every event."""
    source = field.source
    value = repr(source.value) if isinstance(source, Constant) else source.text
    return type(source).__name__, value, field.zone.key
