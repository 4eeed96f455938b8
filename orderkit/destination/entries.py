"""Entries of a settings file that stand one below the other, with the comments that are theirs.

An entry of an array of tables begins with its header, ``[[event_mapping]]``, and with the comments
that stand directly above it. Where entries are taken out, added or moved, their lines go with them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderkit.destination.loading import read_toml
from orderkit.errors import SettingsError

_HEADER: Final = re.compile(r"\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?")


def align(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """For each new entry, which of the old ones it was; None for one that was none.

    Entries that are equal are the same; of the others, those that have most in common.
    """
    left = dict(enumerate(old))
    found: list[int | None] = []
    for entry in new:
        same = next((at for at, one in left.items() if one == entry), None)
        found.append(same)
        left.pop(same, None) if same is not None else None
    for place, entry in enumerate(new):
        if found[place] is None and left:
            common = {
                at: sum(one.get(k) == v for k, v in entry.items()) for at, one in left.items()
            }
            best = max(common, key=lambda at: (common[at], at == place))
            if common[best]:
                found[place] = best
                del left[best]
    return found


def rearrange(text: str, name: str, order: Sequence[int | None], added: Sequence[str]) -> str:
    """The text of a file with the entries called `name` in another order, each with its comments.

    order: for each entry the place at which it stands, None for one that is `added`, in TOML
    """
    lines = text.splitlines(keepends=True)
    heads = [at for at, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    starts = [_with_comments(lines, at) for at in heads]
    names = [_name(lines[at]) for at in heads]
    own = [at for at, found in enumerate(names) if found == name]
    if not own:
        return text
    entries = []
    for at in own:
        # Tables within an entry are part of it.
        after = next((n for n in range(at + 1, len(names)) if _is_apart(names[n], name)), None)
        entries.append((starts[at], starts[after] if after is not None else len(lines)))
    chunks = ["".join(lines[start:end]) for start, end in entries]
    chunks = [f"{chunk.rstrip()}\n" for chunk in chunks]
    end = lines[entries[-1][0] : entries[-1][1]]
    blank = "".join(end)[len("".join(end).rstrip()) :].count("\n")
    fresh = iter(added)
    put = "\n".join(chunks[at] if at is not None else next(fresh) for at in order)
    put += "\n" * max(blank - 1, 0)
    first, last = entries[0][0], entries[-1][1]
    return "".join(lines[:first]) + put + "".join(lines[last:])


def rearranged(
    text: str, name: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> str:
    """The text with each of the `new` entries called `name` where it is to stand.

    What they were is kept of those that were there, to be updated; others are added. The text as it
    is, where it has them in another form than entries below each other.
    """
    import tomlkit

    order = align(old, new)
    if order == list(range(len(old))):
        return text
    outer, _, inner = name.rpartition(".")
    added = []
    for entry, at in zip(new, order, strict=True):
        if at is None:
            data: dict[str, Any] = {inner: [entry]}
            written = tomlkit.dumps({outer: data} if outer else data)
            added.append(written[written.index("[[") :].rstrip() + "\n")
    made = rearrange(text, name, order, added)
    wanted = [dict(old[at]) if at is not None else dict(new[n]) for n, at in enumerate(order)]
    try:
        found: Any = read_toml(made, "")
        before: Any = read_toml(text, "")
        for part in name.split(".")[:-1]:
            found, before = found[part], before[part]
    except (SettingsError, KeyError, TypeError):
        return text
    expected = {**before, inner: wanted}
    if not wanted:
        del expected[inner]
    return made if found == expected else text


def _with_comments(lines: Sequence[str], at: int) -> int:
    while at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _name(header: str) -> str:
    match = _HEADER.fullmatch(header.rstrip("\r\n"))
    return re.sub(r"[\s\"']", "", match[1]) if match else ""


def _is_apart(name: str, entry: str) -> bool:
    return not name.startswith(f"{entry}.")
