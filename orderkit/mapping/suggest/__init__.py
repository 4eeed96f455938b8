"""Proposals: which property, or formula, could fill a setting or a mandatory row, and why.

A wrong proposal that maps without a warning is worse than none. So a name is judged by its own
words and its containers' (`names`), each proposal is tried on all events (`candidates`), and the
proposals of one order must agree as a set (`agreement`); what is less than likely is offered, and
never written into a file (`settings_file`).
"""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from orderkit.destination.fields import FieldMapping, field_mappings
from orderkit.events import paths
from orderkit.mapping.names import read_name, words
from orderkit.mapping.suggest import agreement, computed
from orderkit.mapping.suggest.candidates import candidates
from orderkit.mapping.suggest.click_ids import CLICK_ID, click_ids
from orderkit.mapping.suggest.order_object import MOST, OrderObject, find_order
from orderkit.mapping.suggest.properties import MOST_EVENTS, Seen, look_at
from orderkit.mapping.suggest.proposal import CONFIDENCES, Proposal
from orderkit.mapping.suggest.row_hints import row_hints
from orderkit.mapping.suggest.totals import settle_totals
from orderkit.mapping.suggest.written_currency import constant_currency

__all__ = ["CONFIDENCES", "MOST_EVENTS", "Proposal", "suggest", "suggest_from"]


def suggest(events: Iterable[Any], zone: ZoneInfo, most: int = 3) -> dict[str, list[Proposal]]:
    """Target → ranked proposals, for each setting and each mandatory row not filled as it is."""
    seen = look_at(events)
    return suggest_from(seen, find_order(seen), zone, most)


def suggest_from(
    seen: Seen, order: OrderObject, zone: ZoneInfo, most: int = 3
) -> dict[str, list[Proposal]]:
    """As `suggest`, of events that were looked at."""
    by_number = order.events(seen)
    rows = {row.target: row for row in field_mappings() if _is_open(row, seen, order)}
    found = {target: candidates(row, seen, order, zone) for target, row in rows.items()}
    found |= {t: click_ids(row, seen, order, zone) for t, row in rows.items() if t == CLICK_ID}
    roles = {hint.role: target for target, hint in row_hints().items() if target in rows}
    by_role: agreement.Roles = {role: found[target] for role, target in roles.items() if role}

    by_role["order id"] = agreement.settle_order_id(by_role.get("order id", []), len(order.numbers))
    agreement.settle_dates(by_role)
    by_role["created"] = agreement.settle_created(by_role.get("created", []), by_role["order id"])
    for role in ("arrival", "departure", "nights", "created", "updated", "currency"):
        by_role[role] = agreement.settle(by_role.get(role, []))
    if "updated" in roles and by_role["updated"] and by_role["created"]:
        first, made_at = by_role["updated"][0], by_role["created"][0]
        changed = computed.last_change(rows[roles["updated"]], first, made_at, by_number, zone)
        by_role["updated"] = [*([changed] if changed else []), *by_role["updated"]]
    if "currency" in roles and not by_role["currency"]:
        by_role["currency"] = constant_currency(rows[roles["currency"]], seen, order)
    settle_totals(by_role, rows, seen, order, zone)
    arrival, departure = by_role["arrival"], by_role["departure"]
    if arrival and departure and "nights" in roles:
        row = rows[roles["nights"]]
        made = computed.nights(row, arrival[0], departure[0], by_number, zone)
        by_role["nights"] = agreement.ranked([*by_role["nights"], *([made] if made else [])])
    if "rooms" in roles:
        counted = computed.rooms(rows[roles["rooms"]], seen, by_number, zone)
        settled = agreement.settle([*by_role.get("rooms", []), *counted])
        # Where an item stands for several, its number alone is wrong.
        several = counted[0].value if counted and counted[0].value.startswith("SUM(") else ""
        by_role["rooms"] = sorted(settled, key=lambda p: (not p.sure, p.value != several))

    for role, proposals in by_role.items():
        if role in roles and role != "item":
            found[roles[role]] = proposals
    named = {t: hint.role for t, hint in row_hints().items()}
    alone = (t for t in found if t != CLICK_ID and not named.get(t))
    items = (t for t in found if named.get(t) == "item")
    for target in (*alone, *items):
        found[target] = agreement.settle(found[target])
    _keep_commission_whole(found)
    _keep_items_whole(found, seen)
    best = {target: _each_once(found[target])[:most] for target in rows}
    return agreement.settle_whole_documents(best, by_number.values())


def _each_once(proposals: list[Proposal]) -> list[Proposal]:
    """The first that gives a value of them: two discounts may show one total."""
    return [p for at, p in enumerate(proposals) if p.value not in {q.value for q in proposals[:at]}]


def _is_open(row: FieldMapping, seen: Seen, order: OrderObject) -> bool:
    """Whether a row wants a proposal: it is a setting, or mandatory and not filled as it is.

    The table's own source says what it names only in events of the platform's shape: elsewhere it
    is one candidate among others.
    """
    if row.type == "status" or not (row.setting or row.mandatory):
        return False
    if row.setting or not order.as_documented:
        return True
    parts = paths.parse_path(row.source)
    there = sum(not paths.is_blank(paths.get(seen.events[n], parts)) for n in order.numbers)
    return there < MOST * len(order.numbers)


def _keep_commission_whole(found: dict[str, list[Proposal]]) -> None:
    """A commission's currency is proposed only together with its amount."""
    amount = next((t for t in found if t.endswith("commission_base_amount")), "")
    put_base_first(found)
    currency = next((t for t in found if "commission_value" in t and t != amount), "")
    if amount and currency and not any(p.sure for p in found[amount]):
        doubt = "the amount that the commission is taken of is not found"
        found[currency] = [p.at_most("perhaps", doubt) for p in found[currency] if found[amount]]


def put_base_first(found: dict[str, list[Proposal]]) -> None:
    """Let what says that it is a commission's base come before what may be the commission."""
    for target in (t for t in found if t.endswith("commission_base_amount")):
        found[target] = sorted(found[target], key=lambda p: (not p.sure, not _says_base(p)))


def _says_base(proposal: Proposal) -> bool:
    return all("base" in read_name(path).attributes for path in proposal.properties)


def _keep_items_whole(found: dict[str, list[Proposal]], seen: Seen) -> None:
    """An item's name is proposed for its code, and not for another one: "clsNm" is of "clsCd"."""
    code, name = (next((t for t in found if t.endswith(end)), "") for end in ("sku_id", "sku_name"))
    chosen = next((p for p in found.get(code, []) if p.sure), None)
    for at, proposal in enumerate(found.get(name, [])):
        stem = _stem(proposal.reads)
        partners = [
            path
            for path, prop in seen.properties.items()
            if stem[1] and _stem(path) == stem and "identifier" in prop.name.attributes
        ]
        if chosen and partners and chosen.reads not in partners:
            doubt = f"it goes with `{partners[0]}`"
            found[name][at] = proposal.at_most("perhaps", doubt)


def _stem(path: str) -> tuple[str, tuple[str, ...]]:
    """The object that a property stands in, and its name without its last word."""
    holder, _, own = path.rpartition(".")
    return holder, words(own)[:-1]
