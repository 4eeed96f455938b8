"""How ready a client's bookings are for TikTok, in the client's words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from orderkit.destination.fields import field_mappings
from orderkit.destination.settings import Settings
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.problems import Problem
from orderkit.mapping.results import Mapped, State
from orderkit.reports.client_words import (
    Kind,
    capital,
    client_words,
    counted,
    in_words,
    kind_of,
    listed,
    shown_day,
    topics,
)

Light: TypeAlias = Literal["ready", "almost", "closed", "unseen"]
Answer: TypeAlias = Literal["there", "missing", "unclear", "later", "not asked", "no example"]

#: Who can act, where the workspace names nobody.
SITE, PLATFORM, HOTEL, EVERYONE = "Your website", "Commanders Act", "The hotel", "Everyone"

#: Topic → what its being missing, and its being unreadable, is called in a sentence.
_SAID: Final = {
    "Booking number": ("the booking number is missing", "the booking number cannot be used"),
    "What happened": ("what happened is not said", "what happened is not clear"),
    "The guest's click on TikTok": ("the click on TikTok got lost", "the click is not readable"),
    "Who cancelled": ("it is not said who cancelled", "who cancelled is written another way"),
    "Hotel": ("the hotel is missing", "the hotel is written another way"),
    "When it was booked": ("the time of the booking is missing", "a time is written another way"),
    "Arrival, departure and nights": ("a date is missing", "a date is written another way"),
    "Price": ("the price is missing", "an amount is written another way"),
    "Room": ("the room is missing", "the room is written another way"),
    "What was paid in the end": ("what was paid is missing", "what was paid is not clear"),
}
#: Topic → the same as a thing that somebody does.
_DONE: Final = {
    "Booking number": "the booking number",
    "What happened": "what happened",
    "The guest's click on TikTok": "the click on TikTok",
    "Who cancelled": "who cancelled",
    "Hotel": "the hotel",
    "When it was booked": "the time of the booking",
    "Arrival, departure and nights": "arrival, departure and nights",
    "Price": "the price",
    "Room": "the room",
    "What was paid in the end": "what was paid in the end",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that keeps bookings back: something of a topic is missing, or unreadable.

    readable: whether the platform can read it from these bookings as they are
    """

    topic: str
    missing: bool
    readable: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A line of "who does what"; `gaps` are those that it closes."""

    what: str
    more: str = ""
    who: str = ""
    until: str = ""
    then: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class KindReadiness:
    """One kind of booking: how many there are, and what keeps some back.

    answers: topic → what became of it, and in how many
    kept:    how many of them the test system has kept
    """

    kind: Kind
    total: int = 0
    ready: int = 0
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
    unread:   how many could not be read
    open_address: whether TikTok's address for orders is still to be found
    """

    client: str
    kinds: tuple[KindReadiness, ...]
    tasks: tuple[Task, ...]
    others: int
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
        open_ = [kind for kind in seen if kind.light != "ready"]
        parts = []
        if ready:
            names = [ready[0], *(_lower(name) for name in ready[1:])]
            parts.append(f"{listed(names)} are ready for TikTok.")
        for kind in open_:
            verb = "need" if kind.kind.ready[:1] != "“" else "needs"
            parts.append(f"{kind.kind.ready} {verb} {counted(len(kind.gaps), 'thing', 'things')}.")
        return " ".join(parts)


def client_name(settings: Settings) -> str:
    """What the client is called: by its own name, or by its id at TikTok."""
    merchant = settings.settings.third_merchant_id
    return (
        settings.client.name or (merchant if isinstance(merchant, str) else "") or "Your bookings"
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def readiness(
    settings: Settings,
    results: Iterable[Mapped],
    kept: Mapping[str, int] | None = None,
    unread: int = 0,
) -> Readiness:
    """The readiness of bookings, from their results with trace.

    kept: order status → how many of them the test system has kept
    """
    statuses = dict.fromkeys([*settings.statuses().values()])
    kinds = {status: KindReadiness(kind_of(status)) for status in statuses}
    states: dict[str, Counter[tuple[str, Answer]]] = {status: Counter() for status in kinds}
    found: list[tuple[str, frozenset[Gap]]] = []
    others = 0
    for mapped in results:
        if mapped.outcome == "filtered":
            others += 1
            continue
        status = mapped.order_status or ""
        if status not in kinds:
            kinds[status] = KindReadiness(kind_of(status) if status else _UNKNOWN)
            states[status] = Counter()
        gaps = frozenset(_gap(each) for each in mapped.problems if each.level == "error")
        kind = kinds[status]
        kind.total += 1
        kind.ready += not gaps
        kind.gaps.update(gaps)
        found.append((status, gaps))
        states[status].update(_topic_states(mapped))
    for status, kind in kinds.items():
        kind.kept = (kept or {}).get(status, 0)
        kind.answers = {topic: _answer(topic, states[status], kind) for topic in topics()}
    open_address = not settings.connection.endpoint_url
    return Readiness(
        client_name(settings),
        tuple(kinds.values()),
        _tasks(settings, found, kinds, open_address),
        others,
        unread,
        open_address,
    )


_UNKNOWN: Final = Kind("", "Not clear what happened", "message", "messages", "Other messages")


def _gap(problem: Problem) -> Gap:
    word = client_words().get(problem.target)
    topic = word.topic if word and word.topic else "Room"
    # A value that stands elsewhere, or is written in a way that a formula reads.
    readable = bool(problem.near_misses) or "{ formula" in problem.fix
    return Gap(topic, problem.code == "missing", readable)


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


def describe_gap(gap: Gap, number: int, kind: Kind) -> str:
    """ "In two bookings, the hotel is missing"."""
    said = _SAID[gap.topic][0 if gap.missing else 1]
    return f"In {counted(number, kind.one, kind.many)}, {said}"


def _tasks(
    settings: Settings,
    found: list[tuple[str, frozenset[Gap]]],
    kinds: Mapping[str, KindReadiness],
    open_address: bool,
) -> tuple[Task, ...]:
    """The workspace's own list; without one, a line for each gap, with who can act."""
    if settings.step:
        return tuple(
            Task(step.what, who=step.who or "", until=shown_day(step.until) if step.until else "")
            for step in settings.step
        )
    every = sum((kind.gaps for kind in kinds.values()), Counter[Gap]())
    tasks = [_task(gap) for gap, _ in every.most_common()]
    closed: set[Gap] = set()
    lines = []
    for task in tasks:
        closed |= {*task.gaps}
        affected = {status for status, gaps in found if gaps & {*task.gaps}}
        lines.append(replace(task, then=_then(found, affected, closed, kinds)))
    if open_address:
        lines.append(
            Task(
                "Find TikTok's address for your orders",
                "it stands in your TikTok partner pages; send it to us",
                HOTEL,
                then="first real bookings",
            )
        )
    lines.append(Task("Watch the first real bookings together", "", EVERYONE, then="switched on"))
    return tuple(lines)


def _task(gap: Gap) -> Task:
    thing = _DONE[gap.topic]
    if gap.readable and gap.missing:
        what = f"Take {thing} from where these bookings have it"
        return Task(what, "your site stays as it is", PLATFORM, gaps=(gap,))
    if gap.readable:
        what = f"Read both ways of writing {thing}"
        return Task(what, "your site stays as it is", PLATFORM, gaps=(gap,))
    if gap.topic == "The guest's click on TikTok":
        what = "Keep the click on TikTok until the booking is made"
        return Task(what, "it stands in the address of the first page", SITE, gaps=(gap,))
    what = f"Send {thing}" if gap.missing else f"Write {thing} in one way"
    return Task(what, "with each of these bookings", SITE, gaps=(gap,))


def _then(
    found: list[tuple[str, frozenset[Gap]]],
    affected: set[str],
    closed: set[Gap],
    kinds: Mapping[str, KindReadiness],
) -> str:
    """What is reached once all up to here is done: "5 of 6 bookings ready"."""
    some = [gaps for status, gaps in found if status in affected]
    ready = sum(gaps <= closed for gaps in some)
    noun = kinds[next(iter(affected))].kind.many if len(affected) == 1 else "messages"
    return f"{ready} of {len(some)} {noun} ready"


def summarise_kind(kind: KindReadiness) -> str:
    """The line below a kind's name: "Almost: three things are open"."""
    match kind.light:
        case "ready":
            return "Ready"
        case "almost":
            number = len(kind.gaps)
            return f"Almost: {counted(number, 'thing is', 'things are')} open"
        case "closed":
            return "Nothing of this kind can be sent yet"
    return "No example seen yet"


def good_news(kind: KindReadiness) -> str:
    """What is there: everything, or everything else."""
    if kind.light == "ready":
        return "Everything TikTok asks for is there"
    fine = any(answer == "there" for answer, _ in kind.answers.values())
    return "Everything else TikTok asks for is there" if fine else ""


def kept_news(kind: KindReadiness) -> str:
    """How many the test system has: "Both cancellations reached the test system"."""
    if not kind.kept:
        return ""
    number = min(kind.kept, kind.total) or kind.kept
    noun = kind.kind.one if number == 1 else kind.kind.many
    if number == kind.total > 1:
        words = f"Both {noun}" if number == 2 else f"All {in_words(number)} {noun}"
    else:
        words = capital(f"{in_words(number)} {noun}")
    return f"{words} reached the test system"


def client_readiness(
    settings: Settings, events: Iterable[object], kept: Mapping[str, int] | None = None
) -> Readiness:
    """The readiness of events, mapped here."""
    mapper = Mapper(settings)
    return readiness(settings, (mapper.explain(event) for event in events), kept)
