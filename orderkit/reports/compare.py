"""What changes between two results of the same event, and regression packs of approved results."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from orderkit.errors import EventsError
from orderkit.events import paths
from orderkit.events.files import written
from orderkit.events.jsontext import dumps, loads, show
from orderkit.mapping.results import Mapped

What: TypeAlias = Literal["outcome", "order_status", "value", "problem", "event"]

#: How every approved result begins; see `approved`.
_BEGINS: Final = b'{\n  "outcome": '
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two results.

    what:   outcome, order status, a payload value, a problem, or the event as a whole
    target: the payload field concerned, or ""
    before, after: in words or as JSON; "" where there was, or is, nothing
    """

    what: What
    target: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        """The change as a JSON object."""
        return {
            "what": self.what,
            "target": self.target,
            "before": self.before,
            "after": self.after,
        }

    def __str__(self) -> str:
        name = f"{self.what} {self.target}" if self.target else self.what
        return f"{name}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def approved(mapped: Mapped) -> dict[str, Any]:
    """What is compared, and kept in a pack: outcome, status, payload, and each problem's code.

    Wording is left out: a better sentence is no change of the mapping.
    """
    return {
        "outcome": mapped.outcome,
        "order_status": mapped.order_status,
        "payload": mapped.payload,
        "problems": [f"{p.level} {p.code} {p.target}" for p in mapped.problems],
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The differences between two results in the form of `approved`."""
    whats: tuple[What, ...] = ("outcome", "order_status")
    found = [
        Change(what, "", str(before.get(what) or ""), str(after.get(what) or ""))
        for what in whats
        if before.get(what) != after.get(what)
    ]
    old, new = dict(paths.walk(before.get("payload"))), dict(paths.walk(after.get("payload")))
    for target in dict.fromkeys([*old, *new]):
        was, now = old.get(target, paths.MISSING), new.get(target, paths.MISSING)
        # 450 and 450.0 are one number; 1 and true are not.
        if was != now or isinstance(was, bool) is not isinstance(now, bool):
            found.append(Change("value", target, _shown(was), _shown(now)))
    gone, come = before.get("problems", []), after.get("problems", [])
    found += [Change("problem", _target(p), p, "") for p in gone if p not in come]
    found += [Change("problem", _target(p), "", p) for p in come if p not in gone]
    return found


def _shown(value: Any) -> str:
    return "" if value is paths.MISSING else show(value)


def _target(problem: str) -> str:
    return problem.split(" ")[-1]


class Pack:
    """A folder of approved results, one JSON file an event, to be kept in git.

    A file is named after order id and status, so that adding an event renames no other.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def names(self, results: Iterable[Mapped]) -> Iterator[tuple[str, Mapped]]:
        """A file name for each result, in order; the same results always get the same names."""
        taken: dict[str, int] = {}
        for number, mapped in enumerate(results):
            info = (mapped.payload or {}).get("order_info", {})
            order_id = str(info.get("order_id", "")) or f"event-{number}"
            name = f"{_slug(order_id)}.{mapped.order_status or mapped.outcome}"
            taken[name] = taken.get(name, 0) + 1
            suffix = f".{taken[name]}" if taken[name] > 1 else ""
            yield f"{name}{suffix}.json", mapped

    def compare(self, results: Iterable[Mapped]) -> dict[str, list[Change]]:
        """The changes against the pack by file, for those with any. Raises EventsError."""
        if not self.folder.is_dir():
            raise EventsError(
                f"{self.folder}: there is no such pack; add --update to approve what is now"
            )
        found: dict[str, list[Change]] = {}
        seen = set()
        for name, mapped in self.names(results):
            seen.add(name)
            now = _normal(approved(mapped))
            file = self.folder / name
            if not file.is_file():
                found[name] = [Change("event", "", "", f"{mapped.outcome}, not approved yet")]
            elif difference := changes(self._read(file), now):
                found[name] = difference
        for file in self._approved_files():
            if file.name not in seen:
                found[file.name] = [Change("event", "", "approved", "no such event any more")]
        return found

    def update(self, results: Iterable[Mapped]) -> tuple[int, int]:
        """Approve these results; gives the number of files written and removed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EventsError(f"{self.folder}: no folder for a pack: {error.strerror}") from error
        seen, number = set(), 0
        for name, mapped in self.names(results):
            seen.add(name)
            file, text = self.folder / name, dumps(approved(mapped), indent=True) + b"\n"
            if not file.is_file() or file.read_bytes() != text:
                with written(file) as output:
                    output.write(text)
                number += 1
        stale = [file for file in self._approved_files() if file.name not in seen]
        for file in stale:
            file.unlink()
        return number, len(stale)

    def _approved_files(self) -> list[Path]:
        """The files that a pack wrote: another's JSON in the folder is nobody's business here."""
        files = sorted(self.folder.glob("*.json"))
        return [file for file in files if file.read_bytes().startswith(_BEGINS)]

    def _read(self, file: Path) -> dict[str, Any]:
        try:
            content = loads(file.read_bytes())
        except ValueError as error:
            raise EventsError(f"{file}: no JSON: {error}; approve again with --update") from error
        if not isinstance(content, dict):
            raise EventsError(f"{file}: no approved result; approve again with --update")
        return content


def _normal(result: dict[str, Any]) -> dict[str, Any]:
    """A result as it is when it was written and read again."""
    again: dict[str, Any] = loads(dumps(result))
    return again


def _slug(text: str) -> str:
    """A file name for any text; a digest stands for what had to be replaced."""
    safe = _UNSAFE.sub("-", text)[:80].strip("-")
    if safe == text:
        return safe
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe}-{digest}" if safe else digest
