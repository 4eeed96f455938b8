"""Mapping an event: `Mapper.map` beside a function by hand, and beside general tools."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from orderkit import Mapper, load_settings
from orderkit.events import samples
from orderkit.events.jsontext import dumps, loads
from orderkit.mapping import interpreter
from tests.bench import peers
from tests.bench.handwritten import map_event
from tests.bench.measuring import Bound, Group, each


@contextmanager
def group(*, small: bool) -> Iterator[Group]:
    """The samples' events under the samples' settings, with all conversions and checks."""
    often, seldom = (1, 1) if small else (100, 10)
    mapper = Mapper(load_settings(samples.SETTINGS))
    events = list(samples.sample_events().values())
    damaged = list(samples.damaged_events().values())
    others = [event | {"event_name": "page_view"} for event in events]
    texts = [dumps(event) for event in events]
    payloads = [mapper.map(event).payload for event in events]
    found, absent = peers.contenders(mapper, events)
    hand, ours, segment = "a function by hand", "Mapper.map", "Segment mapping-kit"
    bounds = [Bound(ours, hand, 1.3)]
    if any(peer.name == segment for peer in found):
        bounds.append(Bound(ours, segment, 1 / 5))
    yield Group(
        title="Mapping",
        measure="time of one event",
        contenders=[
            each(hand, map_event, events, often),
            each(ours, mapper.map, events, often),
            each("Mapper.map, events of other names", mapper.map, others, often),
            each("Mapper.map, damaged events", mapper.map, damaged, seldom),
            each(
                "the plain evaluation",
                partial(interpreter.map_event, mapper.compiled),
                events,
                seldom,
            ),
            each("Mapper.explain", mapper.explain, events, seldom),
            each("orjson reads an event", loads, texts, often),
            each("orjson writes a payload", dumps, payloads, often),
            *found,
        ],
        bounds=bounds,
        absent=absent,
    )
