"""The click id that TikTok gave an order: a property of that name, or a part of an address or text.

An order that did not begin with a click at TikTok has none: that few have one speaks against no
property.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any, Final
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping
from orderkit.events import paths
from orderkit.events.jsontext import show
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest.candidates import as_reference, compiled, proposal_of
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import Proposal, spelled
from orderkit.mapping.suggest.values import OrderValues

#: The row that asks for it.
CLICK_ID: Final = "order_info.ttoclid"
_SEVERAL: Final = 2
#: A click id is long and has digits; one of the organic kind looks as the vendor's example does.
_LONG: Final = re.compile(r"(?=.*[0-9])[\w.+/=-]{15,}")
_ORGANIC: Final = re.compile("[0-9a-z]{30,40}")
_HEX: Final = re.compile("[0-9a-f]+")
_PAID: Final = "E.C.P."
_OF_TIKTOK: Final = re.compile(r"tik|tt_?id|ttc|tto|clid|click", re.IGNORECASE)
_IN_ADDRESS: Final = re.compile("[?&]ttoclid=([^&#]+)")
#: As cookies and lists of parameters have it, all of them in one text.
_IN_COOKIES: Final = re.compile("(?:^|[;|,&] ?)ttoclid=([^;|,&]+)")
#: Within an address that is a parameter, or a cookie, of its own: encoded, once or more often.
_ENCODED: Final = re.compile(
    "%(?:25)*(?:3F|26)ttoclid%(?:25)*3D([^%&#;,]+)(?=%(?:25)*(?:26|23)|[&#;,]|$)"
)
#: The parameter that TikTok appends for paid clicks: in an address, among cookies, or the id alone
#: beside those of other networks.
_PAID_WAYS: Final = {
    re.compile("[?&]ttclid=([^&#]+)"): "`ttclid` in",
    re.compile("(?:^|[;|,] ?)ttclid=([^;|,& ]+)"): "`ttclid` among the cookies of",
    re.compile(r"^(E\.C\.P\..+)"): "ids that begin with E.C.P., of those in",
}


def click_ids(row: FieldMapping, seen: Seen, order: OrderObject, zone: ZoneInfo) -> list[Proposal]:
    """What gives ``ttoclid``, that of most orders first; what gives no other one is left out."""
    events = order.events(seen)
    made = (_tried(row, *way, events, zone) for way in _ways(row, seen))
    found = sorted(filter(None, made), key=lambda p: -len(p.given))
    kept: list[Proposal] = []
    for proposal in found:
        if not any(proposal.given.items() <= better.given.items() for better in kept):
            kept.append(proposal)
    if len(kept) < _SEVERAL:
        return kept
    if not all(_agree(one, other) for one, other in combinations(kept, 2)):
        doubt = f"`{kept[0].value}` and `{kept[1].value}` differ"
        return [proposal.at_most("perhaps", doubt) for proposal in kept]
    texts = [p.value if p.formula else spelled(p.reads) for p in kept]
    fact = "some events have it in one place, some in another"
    both = _tried(row, f"COALESCE({', '.join(texts)})", True, fact, events, zone)
    return [both, *kept] if both else kept


def _agree(one: Proposal, other: Proposal) -> bool:
    """Whether two places never say different ids of one order."""
    return all(one.given[n] == other.given[n] for n in one.given.keys() & other.given.keys())


def like_click_ids(values: OrderValues) -> list[tuple[Property, str]]:
    """Properties that may hold click ids by their values, the likeliest first, and why."""
    found = []
    for prop in values.seen.properties.values():
        if _of_others(prop):
            continue
        texts = values.values(prop)
        if not texts or not all(isinstance(v, str) and _LONG.fullmatch(v) for v in texts):
            continue
        # A version of a schema is as long, and is the same in all.
        if values.is_clocked(prop) or 2 * values.kinds(prop) < len(texts):
            continue
        paid = all(text.startswith(_PAID) for text in texts)
        organic = all(_ORGANIC.fullmatch(text) and not _HEX.fullmatch(text) for text in texts)
        if paid:
            fact = f"ids that begin with {_PAID}, as those of paid clicks (`ttclid`) do"
        elif organic or _OF_TIKTOK.search(prop.path) or all("." in text for text in texts):
            fact = "long ids, as those of clicks are"
        else:
            continue
        found.append((paid, not _OF_TIKTOK.search(prop.path), not organic, prop, fact))
    found.sort(key=lambda each: each[:3])
    return [(prop, fact) for *_, prop, fact in found]


def _of_others(prop: Property) -> bool:
    """Whether it is called by another network's id: gclid, fbclid."""
    own = prop.path.rpartition(".")[2]
    return "otherclick" in read_name(own).attributes and "ttclid" not in words(own)


def paid_click_ids(values: OrderValues) -> Iterator[tuple[str, str]]:
    """Formulas that give the ids of paid clicks that are parts of texts, or some of several ids,
    each with what speaks for it; first that which reads all places.
    """
    found = []
    for path, prop in values.seen.properties.items():
        held = [value for value in values.values(prop) if isinstance(value, str)]
        for pattern, where in _PAID_WAYS.items():
            number = sum(bool(pattern.search(value)) for value in held)
            # Where all of them are such ids, the property itself is what gives them.
            if number and (number < len(held) or not held[0].startswith(_PAID)):
                found.append((f"SELECT({spelled(path)}, {show(pattern.pattern)}, 1)", where, path))
                break
    doubt = "the id of a paid click, where TikTok asks for the organic one, `ttoclid`"
    if len(found) > 1:
        places = " and ".join(f"`{path}`" for *_, path in found)
        yield f"COALESCE({', '.join(text for text, *_ in found)})", f"`ttclid` in {places}: {doubt}"
    for text, where, path in found:
        yield text, f"{where} `{path}`: {doubt}"


def _tried(
    row: FieldMapping, value: str, formula: bool, fact: str, events: dict[int, Any], zone: ZoneInfo
) -> Proposal | None:
    source = compiled(value, formula, zone)
    having = {n: e for n, e in events.items() if not paths.is_blank(source.read(e).raw)}
    made = proposal_of(row, value, formula, (), having, zone) if having else None
    if made is None or len(having) == len(events):
        return made and replace(made, facts=(fact, *made.facts))
    every = f"in {len(made.given)} of {paths.count(len(events), 'order')}"
    made = replace(made, facts=(fact, every, *made.facts[1:]))
    return made.at_most("likely", "not every order began with a click at TikTok")


def _ways(row: FieldMapping, seen: Seen) -> Iterator[tuple[str, bool, str]]:
    """A path or a formula, which of both, and what speaks for it."""
    for prop in seen.properties.values():
        if "click" in prop.name.attributes:
            yield as_reference(row, prop.path), False, f"named `{prop.path}`"
        held = [value for value in prop.values.values() if isinstance(value, str)]
        if any(map(_IN_ADDRESS.search, held)):
            text = f'SELECT({spelled(prop.path)}, "{_IN_ADDRESS.pattern}", 1)'
            yield (
                text,
                True,
                (f"TikTok appends `ttoclid` to the landing page's address: it is in {prop.path}"),
            )
        elif any(map(_IN_COOKIES.search, held)):
            text = f'SELECT({spelled(prop.path)}, "{_IN_COOKIES.pattern}", 1)'
            yield text, True, f"`ttoclid` is a part of `{prop.path}`"
        if any(map(_ENCODED.search, held)):
            text = f'SELECT({spelled(prop.path)}, "{_ENCODED.pattern}", 1)'
            yield text, True, f"`ttoclid` is a part of an address that is encoded in `{prop.path}`"
    for path, key, value in sorted(set(_named_items(seen))):
        text = (
            f"SELECT(JSON_STRINGIFY({spelled(path)}), "
            f"""'"{key}":"ttoclid","{value}":"([^"]+)"', 1)"""
        )
        yield text, True, f"an item of `{path}` is called `ttoclid`"


def _named_items(seen: Seen) -> Iterator[tuple[str, str, str]]:
    """Lists of names with values, one named ``ttoclid``: path, and what the two are called."""
    for path, arrays in seen.arrays.items():
        for item in (item for items in arrays.values() for item in items):
            match list(item.items()):
                case [(key, "ttoclid"), (value, str())] if (
                    key.isidentifier() and value.isidentifier()
                ):
                    yield path, key, value
