"""Writing settings files: what a person wrote around the values stays as it is."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from orderkit.destination.entries import rearranged
from orderkit.destination.loading import PROPOSED, read_text, read_toml
from orderkit.destination.settings import Connection, FilterCondition, Settings, TransformationStep
from orderkit.errors import EventsError, SettingsError, SettingsFault
from orderkit.events.files import write_text
from orderkit.language.filters import WITHOUT_VALUE


def save_settings(
    settings: Settings, path: str | Path, *, confirmed: Collection[str] = (), made_from: str = ""
) -> None:
    """Write settings to a TOML file; comments and order of a file that is there are kept.

    confirmed: keys as of `proposed_in`, whose values are no proposals from now on
    made_from: a text that stands for the file where there is none, with what it says of proposals

    The file is replaced in one step, so that it is never half written. Raises SettingsError when
    the file there is no TOML, or cannot be written.
    """
    import tomlkit

    path = Path(path)
    text = read_text(path) if path.exists() else made_from
    there = read_toml(text, str(path))  # a broken file is left to whoever broke it
    data = settings.model_dump(exclude_none=True)
    # No form edits them: what the file says of them stays.
    del data["client"], data["step"]
    data["event_mapping"] = [dict(pair) for pair in data["event_mapping"]]
    data["transformation"] = [_step(step) for step in settings.transformation]
    data["filter"] = settings.filter.model_dump(exclude_none=True, exclude_defaults=True)
    if "condition" in data["filter"]:
        data["filter"]["condition"] = [_condition(line) for line in settings.filter.condition]
    for name, rows in (
        ("event_mapping", data["event_mapping"]),
        ("transformation", data["transformation"]),
        ("filter.condition", data["filter"].get("condition", [])),
    ):
        text = rearranged(text, name, _entries(there, name), rows)
    document = tomlkit.parse(text)
    data["transformation"] = [
        {key: _inline(value) for key, value in step.items()} for step in data["transformation"]
    ]
    for table in ("settings", "smart_mapping"):
        data[table] = {key: _inline(value) for key, value in data[table].items()}
    defaults = Connection().model_dump()
    data["connection"] = {k: v for k, v in data["connection"].items() if v != defaults[k]}
    # What is as it would be without a word is not written.
    unsaid = {"event_property", "checks"} - document.keys()
    usual = Settings().model_dump()
    for key in [key for key in data if key not in unsaid or data[key] != usual[key]]:
        value = data[key]
        if isinstance(value, dict) and isinstance(document.get(key), dict):
            _update(document[key], value)
        elif _is_array(document.get(key)) and len(document[key]) == len(value):
            for table, row in zip(document[key], value, strict=True):
                _update(table, row)
        elif document.get(key) != value and (value or key in document):
            document[key] = value
    _confirm(document, confirmed)
    text = _without_settled(tomlkit.dumps(document), settings.statuses())
    if not proposed_in(text):
        text = text.replace(PROPOSED, "", 1)
    try:
        write_text(path, text)
    except EventsError as error:
        reason = getattr(error.__cause__, "strerror", None) or "no file"
        fault = SettingsFault("file", reason, "name a place to write to")
        raise SettingsError(str(path), [fault]) from error


#: An event that a proposed file leaves open, for whoever says what it stands for.
_OPEN_EVENT: Final = re.compile(
    r'^# \[\[event_mapping\]\]\n# order_status = ""\n# (event_name = [^\n]*)\n\n?', re.MULTILINE
)


def _without_settled(text: str, names: Collection[str]) -> str:
    """A text without the events that it leaves open, and that are mapped by now."""

    def kept(found: re.Match[str]) -> str:
        try:
            name = read_toml(found[1], "comment")["event_name"]
        except SettingsError:
            return found[0]
        return "" if name in names else found[0]

    return _OPEN_EVENT.sub(kept, text)


def proposed(path: str | Path) -> dict[str, str]:
    """As `proposed_in`, of a file; one that cannot be read has none."""
    from tomlkit.exceptions import TOMLKitError

    try:
        return proposed_in(read_text(path))
    except (TOMLKitError, SettingsError):
        return {}


def proposed_in(text: str) -> dict[str, str]:
    """What a settings text says of values that nobody has confirmed: dotted key → the reason.

    A proposal's comment begins with "proposal". The keys are ``settings.KEY``,
    ``smart_mapping.TARGET`` and ``event_mapping.NAME``, with the event's name.
    """
    import tomlkit

    document = tomlkit.parse(text)
    found = {}
    for table in ("settings", "smart_mapping"):
        part = document.get(table, {})
        for key in part if isinstance(part, dict) else ():
            if reason := _proposal(part, key):
                found[f"{table}.{key}"] = reason
    for row in document.get("event_mapping", []):
        if isinstance(row, dict) and (reason := _proposal(row, "event_name")):
            found[f"event_mapping.{row['event_name']}"] = reason
    return found


def _confirm(document: Any, keys: Collection[str]) -> None:
    """Leave out what says that these values are proposals, or that others are open that are not."""
    for table in ("settings", "smart_mapping"):
        for key in document.get(table, {}):
            item = document[table]
            settled = f"{table}.{key}" in keys and _proposal(item, key)
            if settled or (item[key] != "" and _comment(item, key).startswith("left open")):
                _uncomment(item, key)
    for row in document.get("event_mapping", []):
        if f"event_mapping.{row.get('event_name')}" in keys and _proposal(row, "event_name"):
            _uncomment(row, "event_name")


def _uncomment(table: Any, key: str) -> None:
    trivia = table.item(key).trivia
    trivia.comment_ws = trivia.comment = ""


class WatchedFiles:
    """Settings files as a form last read or wrote them: what others do to them since is seen."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}

    def note(self, path: str | Path) -> None:
        """Remember what a file has now."""
        self._known[str(path)] = _flat(path)

    def explain_changes(self, path: str | Path, table: str = "") -> str:
        """What a file has otherwise than it was known to have, in words; "" if nothing.

        table: the one that is to be saved, all if ""

        From then on the file is known as it is: who saves again all the same has been asked.
        """
        changed = [key for key in self.changes(path) if key.startswith(table)]
        if not changed:
            return ""
        return (
            f"{path} has changed since it was read here: {', '.join(changed)}. "
            "Load it to see that, or save again to write over it."
        )

    def changes(self, path: str | Path) -> list[str]:
        """The keys that a file has otherwise than it was known to have; known from then on."""
        if not Path(path).is_file():
            return []
        before, now = self._known.get(str(path), {}), _flat(path)
        self._known[str(path)] = now
        return [key for key in before | now if before.get(key) != now.get(key)]


def _flat(path: str | Path) -> dict[str, Any]:
    """Dotted key → value, of a file's tables; nothing of what cannot be read."""
    try:
        data = read_toml(read_text(path), str(path))
    except SettingsError:
        return {}
    tables = {key: value if isinstance(value, dict) else {"": value} for key, value in data.items()}
    return {
        f"{name}.{key}".rstrip("."): value
        for name, table in tables.items()
        for key, value in table.items()
    }


def _is_array(item: Any) -> bool:
    """Whether an item of a file is an array of tables, one below the other."""
    import tomlkit.items

    return isinstance(item, tomlkit.items.AoT)


def _comment(table: Any, key: str) -> str:
    item = getattr(table, "item", lambda _key: None)(key)
    return item.trivia.comment.removeprefix("#").strip() if item is not None else ""


def _proposal(table: Any, key: str) -> str:
    mark, _, reason = _comment(table, key).partition(":")
    return (reason.strip() or mark) if mark == "proposal" else ""


def _step(step: TransformationStep) -> dict[str, Any]:
    """A step with the keys that say something; one that deletes says so."""
    given = step.model_dump(exclude_defaults=True)
    if not given.keys() & {"new_name", "copy_from", "value", "delete"}:
        given["new_name"] = ""
    for key in ("event_names", "condition"):
        if key in given:
            given[key] = list(given[key])
    if step.condition:
        given["condition"] = [_condition(line) for line in step.condition]
    return given


def _entries(there: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The entries of that name that a file has; none where it has something else there."""
    found: Any = there
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, list) and all(isinstance(e, dict) for e in found) else []


def _condition(line: FilterCondition) -> dict[str, Any]:
    given = line.model_dump(exclude_defaults=True)
    if "values" in given:
        given["values"] = list(given["values"])
    elif "value" in line.model_fields_set and line.operator not in WITHOUT_VALUE:
        given["value"] = line.value
    return given


def _inline(value: Any) -> Any:
    """A formula stands on the line of its key."""
    if not isinstance(value, dict):
        return value
    import tomlkit

    table = tomlkit.inline_table()
    table.update(value)
    return table


def _update(table: Any, values: dict[str, Any]) -> None:
    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        if table.get(key) != value:
            _forget_candidates(table, key)
            was_proposed = key in table and _proposal(table, key)
            _put(table, key, value)
            if was_proposed:
                _uncomment(table, key)


def _forget_candidates(table: Any, key: str) -> None:
    """Leave out what `orderkit suggest` noted for a key that has a value now."""
    from tomlkit.items import Comment, Null

    noted = re.compile(rf'# *"?{re.escape(key)}"? = .*# (perhaps|nothing found):')
    body = getattr(table, "value", table).body
    for at, (name, item) in enumerate(body):
        if name is None and isinstance(item, Comment) and noted.match(item.trivia.comment):
            body[at] = (None, Null())


def _put(table: Any, key: str, value: Any) -> None:
    """Set a key; a new one stands above a blank line, as what is below it is of the next table."""
    from tomlkit.items import Comment, Whitespace

    body, below = getattr(table, "value", table).body, []
    if key not in table:
        end = len(body)
        while (
            end and body[end - 1][0] is None and isinstance(body[end - 1][1], Comment | Whitespace)
        ):
            end -= 1
        blank = next(
            (at for at in range(end, len(body)) if isinstance(body[at][1], Whitespace)), None
        )
        if blank is not None:
            below = body[blank:]
            del body[blank:]
    table[key] = value
    body.extend(below)
