"""What a folder of partitions holds: which of them are finished, and what is left over."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from orderkit.bulk.partitions import Partition, Receipt, own_name
from orderkit.errors import EventsError
from orderkit.events.digest import Digest
from orderkit.events.failures import explained_store, reason_of
from orderkit.events.files import filesystem, remove, written
from orderkit.events.jsontext import dumps, loads

_MANIFEST: Final = "manifest.json"
_NUMBERS: Final = ("lines", "events")


class Receipts:
    """The receipts in a folder, which is made if it is not there. Raises EventsError."""

    def __init__(self, folder: str) -> None:
        self._fs, path = filesystem(folder)
        self._folder = self._fs.unstrip_protocol(path).rstrip("/")
        try:
            with explained_store():
                # A store has no folders; s3fs would make a bucket of a name that is misspelled.
                if "file" in self._fs.protocol:
                    self._fs.makedirs(path, exist_ok=True)
                self._names = self._listed()
                paths = [f"{path}/{name}" for name in self._names if name.endswith(".receipt.json")]
                texts = self._fs.cat(paths) if paths else {}
        except (OSError, ValueError) as error:
            reason = reason_of(error)
            raise EventsError(f"{folder}: cannot be written: {reason}; name a folder") from error
        self._entries = [entry for text in texts.values() if (entry := _read(text))]

    def _listed(self) -> set[str]:
        path = filesystem(self._folder)[1]
        self._fs.invalidate_cache(path)
        try:
            return {name.rpartition("/")[2] for name in self._fs.ls(path, detail=False)}
        except FileNotFoundError:
            return set()  # a prefix under which there is nothing yet

    def of(self, partitions: Iterable[Partition]) -> dict[str, Receipt]:
        """By name, the receipts of the partitions that are finished: their files are as written.

        In an object store, which checks what it keeps, sizes tell; elsewhere, the content does.
        """
        entries = {entry["fingerprint"]: entry for entry in self._entries}
        return {
            each.name: _receipt(each, entries[each.fingerprint])
            for each in partitions
            if each.fingerprint in entries
            and all(
                self._is_as_written(own_name(file), entries[each.fingerprint]["files"])
                for file in (each.output, each.rejects)
            )
        }

    def _is_as_written(self, name: str, files: dict[str, Any]) -> bool:
        expected = files.get(name)
        if not isinstance(expected, dict) or name not in self._names:
            return False
        path = f"{filesystem(self._folder)[1]}/{name}"
        if self._fs.size(path) != expected.get("bytes"):
            return False
        if "file" not in self._fs.protocol:
            return True
        digest = Digest()
        with self._fs.open(path, "rb") as file:
            while piece := file.read(2**20):
                digest.add(piece)
        return bool(digest.sha256 == expected.get("sha256"))

    def conclude(self, receipts: Sequence[Receipt]) -> None:
        """Write the manifest; remove what former runs made of the same files, and half a file.

        Whatever a receipt names, nothing outside of its folder is removed.
        """
        partitions = [receipt.partition for receipt in receipts]
        own = {own_name(file) for each in partitions for file in each.files}
        sources = {each.source for each in partitions}
        for entry in self._entries:
            if entry["source"] in sources:
                for role in ("output", "rejects", "receipt"):
                    name = own_name(entry[role])
                    made = role == "receipt" or self._is_as_written(name, entry["files"])
                    if name not in own and name in self._names and made:
                        remove(f"{self._folder}/{name}")
        for name in self._listed():
            whole = name.removeprefix(".").removesuffix(".partial").rpartition(".")[0]
            if name.endswith(".partial") and whole in own:
                remove(f"{self._folder}/{name}")
        with written(f"{self._folder}/{_MANIFEST}") as file:
            file.write(dumps(_manifest(receipts), indent=True) + b"\n")


def _read(text: bytes) -> dict[str, Any] | None:
    """The entry in a receipt, None where it is damaged or of another version."""
    try:
        entry = loads(text)
    except ValueError:
        return None
    roles = ("source", "fingerprint", "output", "rejects", "receipt")
    known = isinstance(entry, dict) and all(isinstance(entry.get(role), str) for role in roles)
    parts = ("outcomes", "notes", "files", "unmapped")
    known = known and all(isinstance(entry.get(part), dict) for part in parts)
    counted = (part for part in parts if part != "files")
    known = known and all(_is_number(n) for part in counted for n in entry[part].values())
    return entry if known and all(_is_number(entry.get(n)) for n in _NUMBERS) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _receipt(partition: Partition, entry: dict[str, Any]) -> Receipt:
    counts = entry["outcomes"], entry["lines"], entry["events"]
    return Receipt(partition, *counts, notes=entry["notes"], unmapped=entry["unmapped"])


def _manifest(receipts: Sequence[Receipt]) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    for receipt in receipts:
        outcomes.update(receipt.outcomes)
    return {"outcomes": outcomes, "partitions": [receipt.as_json() for receipt in receipts]}
