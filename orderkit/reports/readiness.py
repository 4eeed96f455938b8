"""How ready a client's bookings are for TikTok, in the client's words."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from orderkit.destination.fields import field_mappings
from orderkit.destination.settings import Settings
from orderkit.mapping.event_names import UnmappedName
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import ORDER_ID, Mapped, State
from orderkit.reports.client_words import (
    Kind,
    capital,
    client_words,
    count_in_words,
    in_order_of_life,
    in_words,
    kind_of,
    listed,
    topics,
)
from orderkit.reports.tasks import Gap, Task, who_does_what

Light: TypeAlias = Literal["ready", "almost", "closed", "unseen"]
Answer: TypeAlias = Literal["there", "missing", "unclear", "later", "not asked", "no example"]


@dataclass(slots=True)
class KindReadiness:
    """One kind of booking: how many there are, and what keeps some back.

    answers: topic → what became of it, and in how many
    orders:  the numbers of those that are ready: a later message of an order replaces an earlier
    kept:    how many of these orders the test system has kept
    """

    kind: Kind
    total: int = 0
    ready: int = 0
    orders: set[str] = field(default_factory=set)
    kept: int = 0
    gaps: Counter[Gap] = field(default_factory=Counter)
    answers: dict[str, tuple[Answer, int]] = field(default_factory=dict)

    @property
    def light(self) -> Light:
        """Green where all are ready, amber where some are, red where none is."""
        if not self.total:
            return "unseen"
        return "ready" if self.ready == self.total else "almost" if self.ready else "closed"


@dataclass(frozen=True)
class Readiness:
    """All that the first page says.

    kinds:    the kinds of bookings, in the order of their life
    tasks:    who does what
    others:   how many messages are not for TikTok
    unsaid:   how many of which nobody has said yet what they mean
    unread:   how many could not be read
    open_address: whether TikTok's address for orders is still to be found
    """

    client: str
    kinds: tuple[KindReadiness, ...]
    tasks: tuple[Task, ...]
    others: int
    unsaid: int
    unread: int
    open_address: bool

    @property
    def seen(self) -> int:
        """How many bookings were looked at."""
        return sum(kind.total for kind in self.kinds)

    def sentence(self) -> str:
        """The headline."""
        seen = [kind for kind in self.kinds if kind.total]
        if not seen:
            return "No booking has been looked at yet."
        ready = [kind.kind.ready for kind in seen if kind.light == "ready"]
        parts = [f"{_listed(ready)} are ready for TikTok."] if ready else []
        by_number: dict[int, list[str]] = {}
        for kind in seen:
            if kind.light != "ready":
                by_number.setdefault(len(kind.gaps), []).append(kind.kind.ready)
        for number, names in by_number.items():
            things = count_in_words(number, "thing", "things")
            if len(names) > 1:
                parts.append(f"{_listed(names)} need {things} each.")
            else:
                parts.append(f"{names[0]} {'needs' if names[0][:1] == '“' else 'need'} {things}.")
        return " ".join(parts)


def client_name(settings: Settings) -> str:
    """What the client is called: by its own name, its one hotel's, or its id at TikTok, where that
    is more than a number.
    """
    said = (settings.settings.third_shop_name, settings.settings.third_merchant_id)
    texts = (text for text in said if isinstance(text, str) and "{{" not in text)
    named = (text for text in texts if text and not text.isdecimal())
    return settings.client.name or next(named, "Your bookings")


def _listed(names: list[str]) -> str:
    return listed([names[0], *(_lower(name) for name in names[1:])])


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def readiness(
    settings: Settings,
    results: Sequence[Mapped],
    kept: Collection[tuple[str, str]] = (),
    unread: int = 0,
) -> Readiness:
    """The readiness of bookings, from their results with trace.

    kept: number and status of each order that the test system has kept

    While settings are proposed, nobody has said which messages are for TikTok.
    """
    statuses = in_order_of_life(dict.fromkeys(settings.statuses().values()))
    kinds = {status: KindReadiness(kind_of(status)) for status in statuses}
    states: dict[str, Counter[tuple[str, Answer]]] = {status: Counter() for status in kinds}
    found: list[tuple[str, frozenset[Gap]]] = []
    others, unsaid = 0, 0
    there = _found(results)
    unfound = _not_found(settings, there)
    for mapped in results:
        if mapped.outcome == "filtered":
            left_open = not settings.agreed and isinstance(mapped.reason, UnmappedName)
            others, unsaid = others + (not left_open), unsaid + left_open
            continue
        status = mapped.order_status or ""
        if status not in kinds:
            kinds[status] = KindReadiness(kind_of(status) if status else _UNKNOWN)
            states[status] = Counter()
        errors = (each for each in mapped.problems if each.level == "error")
        gaps = frozenset(
            _gap(each, each.target not in unfound, each.target in there) for each in errors
        )
        kind = kinds[status]
        kind.total += 1
        kind.ready += not gaps
        if not gaps:
            kind.orders.add(str(mapped.values[ORDER_ID]))
        kind.gaps.update(gaps)
        found.append((status, gaps))
        states[status].update(_topic_states(mapped))
    for status, kind in kinds.items():
        kind.kept = sum((order, status) in kept for order in kind.orders)
        kind.answers = {topic: _answer(topic, states[status], kind) for topic in topics()}
    open_address = not settings.connection.endpoint_url
    return Readiness(
        client_name(settings),
        tuple(kinds.values()),
        who_does_what(
            settings, found, {status: kind.kind for status, kind in kinds.items()}, open_address
        ),
        others,
        unsaid,
        unread,
        open_address,
    )


_UNKNOWN: Final = Kind("", "Not clear what happened", "message", "messages", "Other messages")


def _found(results: Sequence[Mapped]) -> frozenset[str]:
    """The fields that some booking has."""
    return frozenset(e.target for mapped in results for e in mapped.trace if e.state == "ok")


def not_found(settings: Settings, results: Sequence[Mapped]) -> frozenset[str]:
    """The fields that no booking has, and of which nobody has said where bookings have them.

    Of bookings in the platform's own shape, the table of fields says it, but for the settings.
    """
    return _not_found(settings, _found(results))


def _not_found(settings: Settings, there: frozenset[str]) -> frozenset[str]:
    said = {
        row.target
        for row in field_mappings()
        if settings.smart_mapping.get(row.target)
        or (row.setting and getattr(settings.settings, row.setting))
    }
    silent = frozenset(row.target for row in field_mappings() if row.type != "status") - said
    # Without a booking, nobody can say that the table looks in the wrong place.
    if _ORDER_NUMBER in silent & there or not there:
        return silent & {row.target for row in field_mappings() if row.setting}
    return silent - there


_ORDER_NUMBER: Final = "order_info.order_id"


def _gap(problem: Problem, found: bool, elsewhere: bool) -> Gap:
    word = client_words().get(problem.target)
    topic = word.topic if word and word.topic else "Rooms: how many, and which"
    # A value that stands elsewhere, or is written in a way that a formula reads.
    readable = bool(problem.near_misses) or "{ formula" in problem.fix
    missing = problem.code == "missing"
    of_click = topic == "The guest's click on TikTok" and missing
    return Gap(topic, missing, readable and found, found, of_click and elsewhere)


def _topic_states(mapped: Mapped) -> set[tuple[str, Answer]]:
    """The worst answer for each topic of one booking."""
    worst: dict[str, Answer] = {}
    for entry in mapped.trace:
        word = client_words().get(entry.target)
        if word is None or not word.topic:
            continue
        answer = _ANSWERS[entry.state]
        if word.topic not in worst or _WORST.index(answer) < _WORST.index(worst[word.topic]):
            worst[word.topic] = answer
    return set(worst.items())


_ANSWERS: Final[dict[State, Answer]] = {
    "ok": "there",
    "missing": "missing",
    "invalid": "unclear",
    "not yet": "later",
    "not needed": "not asked",
}
_WORST: Final[tuple[Answer, ...]] = ("missing", "unclear", "there", "later", "not asked")


def _answer(
    topic: str, states: Counter[tuple[str, Answer]], kind: KindReadiness
) -> tuple[Answer, int]:
    for answer in _WORST:
        if number := states[topic, answer]:
            return answer, number
    asked = any(
        row.mandatory_for(kind.kind.status)
        for row in field_mappings()
        if (word := client_words().get(row.target)) and word.topic == topic
    )
    return ("no example" if asked else "not asked"), 0


def summarise_kind(kind: KindReadiness) -> str:
    """The line below a kind's name: "Almost: three things are open"."""
    match kind.light:
        case "ready":
            return "Ready"
        case "almost":
            number = len(kind.gaps)
            return f"Almost: {count_in_words(number, 'thing is', 'things are')} open"
        case "closed":
            return "Nothing of this kind can be sent yet"
    return "No example seen yet"


def good_news(kind: KindReadiness) -> str:
    """What is there: everything, or everything else."""
    if kind.light == "ready":
        return "Everything TikTok asks for is there"
    found = Counter(answer for answer, _ in kind.answers.values())
    fine = found["there"] > found["missing"] + found["unclear"]
    return "Everything else TikTok asks for is there" if fine else ""


def kept_news(kind: KindReadiness) -> str:
    """How many the test system has: "Both cancellations reached the test system"."""
    if not kind.kept:
        return ""
    number = kind.kept
    if number == len(kind.orders) < kind.ready:
        orders = count_in_words(number, "order", "orders")
        return f"All that are ready reached the test system, as {orders}"
    noun = kind.kind.one if number == 1 else kind.kind.many
    if number == kind.total > 1:
        words = f"Both {noun}" if number == 2 else f"All {in_words(number)} {noun}"
    else:
        words = capital(f"{in_words(number)} {noun}")
    return f"{words} reached the test system"
