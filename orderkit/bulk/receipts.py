"""What a folder of partitions holds: which of them are finished, and what is left over."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from orderkit.bulk.partitions import Partition, Receipt
from orderkit.errors import EventsError
from orderkit.events.files import filesystem, remove, written
from orderkit.events.jsontext import dumps, loads

_MANIFEST: Final = "manifest.json"


class Receipts:
    """The receipts in a folder, which is made if it is not there. Raises EventsError."""

    def __init__(self, folder: str) -> None:
        self._fs, path = filesystem(folder)
        self._folder = self._fs.unstrip_protocol(path).rstrip("/")
        try:
            self._fs.makedirs(path, exist_ok=True)
            self._names = self._listed()
            paths = [f"{path}/{name}" for name in self._names if name.endswith(".receipt.json")]
            texts = self._fs.cat(paths) if paths else {}
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EventsError(f"{folder}: cannot be written: {reason}; name a folder") from error
        self._entries = [loads(text) for text in texts.values()]

    def _listed(self) -> set[str]:
        path = filesystem(self._folder)[1]
        self._fs.invalidate_cache(path)
        return {name.rpartition("/")[2] for name in self._fs.ls(path, detail=False)}

    def of(self, partitions: Iterable[Partition]) -> dict[str, Receipt]:
        """By name, the receipts of the partitions that are finished, their files being there."""
        entries = {entry["fingerprint"]: entry for entry in self._entries}
        return {
            each.name: _receipt(each, entries[each.fingerprint])
            for each in partitions
            if each.fingerprint in entries
            and all(file.rpartition("/")[2] in self._names for file in each.files)
        }

    def conclude(self, receipts: Sequence[Receipt]) -> None:
        """Write the manifest; remove what former runs made of the same files, and half a file."""
        partitions = [receipt.partition for receipt in receipts]
        own = {file for each in partitions for file in each.files}
        sources = {each.source for each in partitions}
        for entry in self._entries:
            if entry["source"] in sources:
                for role in ("output", "rejects", "receipt"):
                    if entry[role] not in own:
                        remove(entry[role])
        made = {file.rpartition("/")[2] for file in own}
        for name in self._listed():
            whole = name.removeprefix(".").removesuffix(".partial").rpartition(".")[0]
            if name.endswith(".partial") and whole in made:
                remove(f"{self._folder}/{name}")
        with written(f"{self._folder}/{_MANIFEST}") as file:
            file.write(dumps(_manifest(receipts), indent=True) + b"\n")


def _receipt(partition: Partition, entry: dict[str, Any]) -> Receipt:
    return Receipt(partition, entry["outcomes"], entry["lines"], entry["events"])


def _manifest(receipts: Sequence[Receipt]) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    for receipt in receipts:
        outcomes.update(receipt.outcomes)
    return {"outcomes": outcomes, "partitions": [receipt.as_json() for receipt in receipts]}
