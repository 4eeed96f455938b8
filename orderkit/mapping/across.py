"""What only many events together show: orders that contradict each other, names nearly mapped."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from orderkit.destination.fields import field_mappings
from orderkit.errors import EventsError
from orderkit.events.jsontext import show
from orderkit.events.paths import count
from orderkit.events.reader import Reading, open_events
from orderkit.mapping.event_names import EventNames
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import ORDER_ID, EventResult, Mapped

#: Orders that are remembered, about 200 bytes each: memory does not grow with the events.
MOST_ORDERS: Final = 200_000
_MOST_EXAMPLES: Final = 5
_UPDATE_TIME: Final = [row.target for row in field_mappings()].index("order_info.update_time")


class RepeatedOrders:
    """Orders that come again in the same status with different content.

    At TikTok the later one replaces the earlier. An order whose `update_time` alone differs is the
    same. Each order is compared with the one before of its id and status, among the last `most`.
    """

    def __init__(self, most: int = MOST_ORDERS) -> None:
        self.count = 0
        self.examples: list[str] = []
        self._most = most
        self._seen: dict[int, tuple[int, int, int | None]] = {}
        self._forgotten = False

    def add(self, index: int, line: int | None, mapped: Mapped | None) -> str:
        """Take an event's result into account; the two places in words if it contradicts another.

        index, line: where the event stands, as in `EventLine`
        """
        if mapped is None or mapped.outcome != "mapped" or not mapped.values:
            return ""
        values, status = mapped.values, mapped.order_status
        order_id = values[ORDER_ID]
        # Numbers of 64 bits stand for both: kept are 200,000 of them.
        key = hash((order_id, status))
        content = hash(values[:_UPDATE_TIME] + values[_UPDATE_TIME + 1 :])
        before = self._seen.pop(key, None)
        # Put in last: those that were not met for longest are forgotten first.
        self._seen[key] = content, index, line
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
            self._forgotten = True
        if before is None or before[0] == content:
            return ""
        self.count += 1
        both_lines = line is not None and before[2] is not None
        places = f"events {before[1]} and {index}"
        places = f"lines {before[2]} and {line}" if both_lines else places
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(f"{show(order_id)} {status} ({places})")
        return places

    def watch(
        self, results: Iterable[EventResult], warn: Callable[[str], object] | None = None
    ) -> Iterator[EventResult]:
        """Hand the results on, each taken into account.

        warn: is given a sentence on each of the first before it is handed on
        """
        for result in results:
            if self.add(result.entry.index, result.entry.line, result.mapped) and warn:
                if self.count <= _MOST_EXAMPLES:
                    warn(f"repeated order with different content: {self.examples[-1]}")
                if self.count == _MOST_EXAMPLES:
                    warn("further repeated orders are counted at the end")
            yield result

    def sentences(self) -> list[str]:
        """One sentence that counts them and names the first places; none where there are none."""
        if not self.count:
            return []
        more = self.count - len(self.examples)
        others = f" and {more:,} more" if more else ""
        bound = f"; compared were the last {self._most:,}" if self._forgotten else ""
        return [
            f"{count(self.count, 'repeated order')} with different content in the same status "
            f"(at TikTok the later one replaces the earlier): "
            f"{', '.join(self.examples)}{others}{bound}"
        ]


def find_repeated_orders(
    name: str | Path, mapper: Mapper, reading: Reading | None = None
) -> list[str] | None:
    """What is to be said of a file's repeated orders before any is sent.

    None where that is not known: the events come from a stream, which is read but once. What cannot
    be read is passed over, as who reads the events next will find it.
    """
    if not Path(name).is_file():
        return None
    repeated = RepeatedOrders()
    # What is to be said of the reading is said by who reads the events next.
    own = Reading(reading.at, reading.limit) if reading else None
    with suppress(EventsError), open_events(name, own) as entries:
        deque(repeated.watch(mapper.results(entries, payloads=False)), maxlen=0)
    return repeated.sentences()


class AcrossEvents:
    """All that is to be said of many events together: repeated orders, and names nearly mapped."""

    def __init__(self, mapper: Mapper) -> None:
        self.repeated = RepeatedOrders()
        self._names = EventNames(mapper.compiled.statuses)
        self._filtered = 0

    def add(self, index: int, line: int | None, mapped: Mapped | None) -> None:
        """Take an event's result into account; None is one that could not be read."""
        if mapped is None or mapped.outcome != "mapped":
            self._names.add(mapped.reason if mapped else "")
            self._filtered += mapped is not None and mapped.outcome == "filtered"
            return
        self._names.events += 1
        self.repeated.add(index, line, mapped)

    def sentences(self) -> list[str]:
        """One sentence for each thing to be said."""
        total = self._names.events
        nothing_left = total and total == self._filtered
        of_names = self._names.warnings()
        if nothing_left and not of_names:
            of_names = [f"{total:,} of {count(total, 'event')} filtered: nothing is left"]
        return [*of_names, *self.repeated.sentences()]
