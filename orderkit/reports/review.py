"""What a change of the settings does to events, by outcome: before and after side by side."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from orderkit.destination.labels import field_labels
from orderkit.events.paths import count
from orderkit.mapping.results import Mapped, outcome_word
from orderkit.reports.compare import approved, changes
from orderkit.reports.views import PREFIX, Table, make_table, summarise

_MORE: Final = "mapped now"
_FEWER: Final = "mapped no more"


class ReviewedChange(NamedTuple):
    """One difference: what kind it is, in which event, of which field, before and after."""

    what: str
    event: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeReview:
    """All differences between two results of the same events, those of outcomes first."""

    changes: tuple[ReviewedChange, ...]
    events: int

    @property
    def sentence(self) -> str:
        """What changes, in a line: "2 events more, 1 value changed in 9"."""
        kinds = Counter(change.what for change in self.changes)
        said = [f"{count(kinds[_MORE], 'event')} more"] if kinds[_MORE] else []
        said += [f"{count(kinds[_FEWER], 'event')} fewer"] if kinds[_FEWER] else []
        others = [change for change in self.changes if change.what not in (_MORE, _FEWER)]
        for noun in dict.fromkeys(change.what.partition(":")[0] for change in others):
            own = [change for change in others if change.what.partition(":")[0] == noun]
            number = count(len({change.field for change in own}), noun.removesuffix(" changed"))
            said.append(f"{number} changed in {len({change.event for change in own}):,}")
        return ", ".join(said) or f"Nothing changes for {count(self.events, 'event')}"

    @property
    def table(self) -> Table:
        """Before and after side by side, by what changed."""
        columns = ("event", "field", "before", "after", "what")
        cells = ((c.event, c.field, c.before, c.after, c.what) for c in self.changes)
        return replace(make_table(cells, columns, "Before and after"), causes="what")


def review_change(results: Iterable[tuple[str, Mapped, Mapped]]) -> ChangeReview:
    """The differences of results: each the event's name, the result before and the one after.

    Where an event comes to be mapped, or no longer is, that is said; not each value that comes.
    """
    found: list[ReviewedChange] = []
    number = 0
    for name, before, after in results:
        number += 1
        if before.outcome != after.outcome and "mapped" in (before.outcome, after.outcome):
            what = _MORE if after.outcome == "mapped" else _FEWER
            found.append(ReviewedChange(what, name, "", _describe(before), _describe(after)))
            continue
        for change in changes(approved(before), approved(after)):
            label = field_labels().get(change.target)
            field = label.label if label else change.target.removeprefix(PREFIX)
            noun = change.what.replace("_", " ")
            what = f"{noun} changed" + (f": {field}" if field else "")
            found.append(ReviewedChange(what, name, field, change.before, change.after))
    order = {_MORE: 0, _FEWER: 1}
    found.sort(key=lambda change: order.get(change.what, 2))
    return ChangeReview(tuple(found), number)


def _describe(mapped: Mapped) -> str:
    """An outcome in words, with the reason where it is not mapped."""
    errors = (problem for problem in mapped.problems if problem.level == "error")
    why = mapped.reason or summarise(errors) if mapped.outcome != "mapped" else mapped.order_status
    outcome = outcome_word(mapped.outcome)
    return f"{outcome}: {why}" if why else outcome
