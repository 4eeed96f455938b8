"""Mapping an event: `Mapper.map` beside a function by hand, and beside general tools."""

from orderkit import Mapper, load_settings, samples
from orderkit.jsontext import dumps, loads
from tests.bench import peers
from tests.bench.handwritten import map_event
from tests.bench.measuring import Bound, Group, each


def group() -> Group:
    """The samples' events under the samples' settings, with all conversions and checks."""
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
        bounds.append(Bound(ours, segment, 1 / 8))
    return Group(
        title="Mapping",
        item="event",
        contenders=[
            each(hand, map_event, events, 100),
            each(ours, mapper.map, events, 100),
            each("Mapper.map, events of other names", mapper.map, others, 100),
            each("Mapper.map, damaged events", mapper.map, damaged, 10),
            each("the plain evaluation", mapper._run, events, 10),
            each("Mapper.explain", mapper.explain, events, 5),
            each("orjson reads an event", loads, texts, 100),
            each("orjson writes a payload", dumps, payloads, 100),
            *found,
        ],
        bounds=bounds,
        absent=absent,
    )
