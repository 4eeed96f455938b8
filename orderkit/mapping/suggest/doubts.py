"""What speaks against a property as the source of a row: its name, its place, its values."""

from typing import Any, Final

from orderkit.events.jsontext import show
from orderkit.mapping.names import held_apart, names_order, read_name, words
from orderkit.mapping.suggest.clocks import has_clock_beside
from orderkit.mapping.suggest.order_object import OrderObject
from orderkit.mapping.suggest.properties import Property, Seen
from orderkit.mapping.suggest.proposal import SHOWING
from orderkit.mapping.suggest.row_hints import RowHint
from orderkit.mapping.suggest.topics import words_of
from orderkit.mapping.suggest.values import written_amount

#: What is less than likely, and so is offered and never written.
_PERHAPS: Final = "perhaps"
_LIKELY: Final = "likely"
#: What says that an order was confirmed: later than it was made.
_CONFIRMED: Final = words_of("confirmed")
#: A larger number than that is a room's own, or an amount.
_MOST_ROOMS: Final = 20
#: What speaks of merchants, and of no company as such.
_MERCHANT: Final = words_of("merchant")


def doubts_of(
    hint: RowHint, prop: Property, seen: Seen, order: OrderObject
) -> list[tuple[str, str]] | None:
    """What speaks against a property, with the confidence that each leaves; None: another thing."""
    name = prop.name
    bare = hint.is_bare(name)
    if not bare and not name.attributes & hint.any_of:
        return None
    if not bare and name.attributes - hint.any_of - hint.besides:
        return None
    if name.against or len(name.unknown) > 1:
        return None
    if hint.role == "item" and not prop.in_array and GENERIC & set(words(prop.path)):
        return None
    if hint.role in ("total", "payable") and not _holds_amounts(prop):
        return None
    doubts = [(_LIKELY, f"`{prop.path}` may be more than its name says")] if bare else []
    if name.unknown:
        left = _PERHAPS if hint.role in ("total", "payable") else _LIKELY
        doubts.append((left, f"`{name.unknown[0]}` in its name says nothing to us"))
    if name.subject != hint.subject:
        other = _other_subject(hint, name.subject)
        if hint.role == "currency" and _stands_beside_payable(prop, seen):
            other = _LIKELY, "it stands beside what is to be paid"
        if other is None:
            return None
        doubts.append(other)
    if hint.subject == "merchant" and not _MERCHANT & set(words(prop.path)):
        doubts.append((_PERHAPS, "a chain or a company need not be what TikTok calls the merchant"))
    if hint.any_of <= {"identifier", "name"} and (holder := held_apart(prop.path)):
        said = read_name(holder).attributes
        if said - {"kind"} or (said and hint.role != "item"):
            return None
        if not said:
            doubts.append((_PERHAPS, f"it is of `{holder}`"))
    if "base" in hint.any_of - name.attributes:
        doubts.append((_PERHAPS, "it may be the commission itself, and not what it is taken of"))
    if prop.in_array and (hint.subject != "room" or hint.role == "rooms"):
        doubts.append(_in_array(hint, prop, seen, order))
    if name.attributes & hint.any_of == {"amount"} and hint.subject == "order":
        doubts.append((_PERHAPS, "it may be a price for a night or a room"))
    if hint.role == "created" and not _CONFIRMED.isdisjoint(words(prop.path.rpartition(".")[2])):
        doubts.append((_PERHAPS, "it may be when it was confirmed, and not made"))
    if hint.role in ("created", "updated") and has_clock_beside(prop, seen):
        doubts.append((_PERHAPS, "it says the day, and the time stands beside it"))
    own_moment = hint.role == "updated" and "updated" not in name.attributes
    if own_moment:
        left = _PERHAPS if prop.container else _LIKELY
        doubts.append((left, "it is when the event was sent"))
    elif hint.role in ("order id", "created", "updated") and order.outside(prop):
        where = f"in `{order.home}`" if order.home else "in the event itself"
        doubts.append((_PERHAPS, f"it stands beside the order, which is {where}"))
    if hint.role == "item" and (hotel := order.hotel_items.get(prop.path.partition(".X.")[0])):
        doubts.append((_PERHAPS, f"its items may be hotels: one says {show(hotel, 40)}"))
    if hint.role in ("item", "rooms") and {"identifier", "count"} <= name.attributes:
        doubts.append((_PERHAPS, "it may be a number of rooms, or of one room"))
    if hint.role == "item" and (unclear := _unclear_items(prop, seen)):
        doubts.append((_PERHAPS, unclear))
    if hint.any_of == {"identifier"} and hint.role == "item" and _is_of_line(prop, seen, order):
        doubts.append((_PERHAPS, "it may be of one line of one order: it never comes again"))
    is_sku = "sku" in words(prop.path)
    kind_beside = "kind" not in name.attributes and not is_sku and _has_kind(seen, prop)
    if hint.role == "item" and kind_beside:
        doubts.append((_PERHAPS, "it may be of one room: a type of rooms stands beside it"))
    if hint.role == "total" and not _says_total(prop):
        doubts.append((_LIKELY, "it may be without taxes, as its name does not say total"))
        if order.home is not None and prop.container != order.home:
            doubts.append((_LIKELY, "it stands beside the order"))
        if not order.named:
            doubts.append((_LIKELY, "no event's name says that it is an order"))
    if len(order.numbers) == 1:
        if hint.subject == "merchant":
            doubts.append((_PERHAPS, "one order alone does not show that it stays the same"))
        doubts.append((_LIKELY, "one order alone shows little"))
    weak = [reason for left, reason in doubts if left == _LIKELY]
    # Dates are checked as a pair.
    if len(weak) > 1 and hint.role not in ("arrival", "departure"):
        doubts.append((_PERHAPS, weak[-1]))
    return doubts


def _holds_amounts(prop: Property) -> bool:
    """Whether the object that an amount stands in may be of amounts: a "departure" is not."""
    around = read_name(prop.container.rpartition(".")[2]).attributes if prop.container else ()
    return not {"arrival", "departure", "created", "updated", "nights", "country"} & set(around)


def _says_total(prop: Property) -> bool:
    """Whether a name, or the object that holds the amount, says that it is a total."""
    around = read_name(prop.container.rpartition(".")[2])
    return "total" in prop.name.attributes or ("total" in around.attributes and not around.unknown)


#: What the lines of an order are called.
_LINES: Final = words_of("line")
_MERE_IDS: Final = {("id",), ("uuid",), ("uid",)}
#: What speaks of whatever is sold.
GENERIC: Final = frozenset({"item", "items", "line", "lines", "product", "products", "sku"})


def _unclear_items(prop: Property, seen: Seen) -> str:
    """Why an array's items may be no rooms; "" where nothing says so."""
    array, _, own = prop.path.rpartition(".X.")
    if not array or "." in own:
        return ""
    if read_name(array).subject == "hotel":
        return f"the items of `{array}` may be hotels"
    named = any(
        "name" in other.name.attributes
        for path, other in seen.properties.items()
        if path.startswith(f"{array}.X.")
    )
    if not named and GENERIC & set(words(array.rpartition(".")[2])):
        return f"nothing says what the items of `{array}` are"
    return ""


def _is_of_line(prop: Property, seen: Seen, order: OrderObject) -> bool:
    """Whether an item's id tells lines of orders apart, and not what is sold."""
    if names_order(prop.path) or _LINES & set(words(prop.path.rpartition(".")[2])):
        return True
    values = [str(value) for n, value in prop.values.items() if n in order.numbers]
    if not prop.in_array or len(set(values)) < len(values):
        return False
    names = (
        [str(value) for n, value in other.values.items() if n in order.numbers]
        for other in seen.properties.values()
        if other.container == prop.container and "name" in other.name.attributes
    )
    repeated = any(len(set(texts)) < len(texts) for texts in names)
    bare = words(prop.path.rpartition(".")[2]) == ("id",)
    return repeated or (bare and all(map(str.isdecimal, values)))


def _has_kind(seen: Seen, prop: Property) -> bool:
    """Whether the same object names a type of rooms, or, beside a mere id, holds one."""
    bare = words(prop.path.rpartition(".")[2]) in _MERE_IDS
    return any(
        (other.container == prop.container and _is_room_kind(other.path))
        or (bare and _holder(other) == prop.container and _is_room_kind(other.container))
        for other in seen.properties.values()
        if other is not prop
    )


def _holder(prop: Property) -> str:
    """The object around the one that it stands in."""
    return prop.container.rpartition(".")[0]


def _is_room_kind(path: str) -> bool:
    """Whether a property or an object is called a type of rooms."""
    name = read_name(path)
    return name.subject == "room" and "kind" in name.attributes


def _other_subject(hint: RowHint, subject: str) -> tuple[str, str] | None:
    """The doubt about a property that speaks of something else than the row; None: it is not it."""
    if subject == "order" and hint.any_of == {"country"}:
        return _PERHAPS, "whose it is, its name does not say"
    if subject in ("hotel", "room") and hint.role in ("arrival", "departure"):
        return _LIKELY, f"it stands with the {subject}"
    if subject == "payment" and hint.role == "payable":
        return _LIKELY, "it stands with a payment"
    if subject in ("room", "rate") and hint.role == "currency":
        return _LIKELY, f"it stands with the {subject}"
    return None


def _stands_beside_payable(prop: Property, seen: Seen) -> bool:
    """Whether the same object says what is to be paid: a payment alone may be in another one."""
    return bool(prop.container) and any(
        other.container == prop.container and "payable" in other.name.attributes
        for other in seen.properties.values()
    )


def _in_array(hint: RowHint, prop: Property, seen: Seen, order: OrderObject) -> tuple[str, str]:
    """The doubt about a property of an array's items, for a row about the whole order."""
    # Two bookings of one room agree in its name, too.
    of_hotel = hint.subject == "hotel" and len(order.numbers) >= SHOWING
    of_all = hint.role in ("arrival", "departure", "currency") or of_hotel
    if of_all and all(_agree(seen.events[number], prop.path) for number in order.numbers):
        return _LIKELY, "it stands in an array, whose items agree"
    return _PERHAPS, "it stands in an array: of the first item alone"


def _agree(event: Any, path: str) -> bool:
    """Whether all items of an event that have the property have the same value there."""
    found = [event]
    for part in path.split("."):
        if part == "X":
            found = [item for node in found if isinstance(node, list) for item in node]
        else:
            found = [node[part] for node in found if isinstance(node, dict) and part in node]
    return all(value == found[0] for value in found)


def doubts_of_values(hint: RowHint, values: list[Any]) -> list[tuple[str, str]] | None:
    """What the values say against their property as what the row asks for; None: another thing."""
    if not values:
        return []
    if hint.any_of == {"name"}:
        if not all(isinstance(v, str) and any(map(str.isalpha, v)) for v in values):
            return None
        if any("://" in v or v.lstrip()[:1] in ("[", "{") for v in values):
            return None
        if all(v.isupper() and " " not in v for v in values):
            return [(_PERHAPS, f"{show(values[0], 40)} looks like a code")]
    if hint.role == "total" and all(str(v).strip("0.,") == "" for v in values):
        return [(_PERHAPS, "it is always 0")]
    if hint.role == "rooms":
        numbers = [n for n in map(written_amount, values) if n is not None]
        if numbers and min(numbers) > _MOST_ROOMS:
            return None
        if numbers and max(numbers) > _MOST_ROOMS:
            return [(_PERHAPS, f"{max(numbers)} is much for a number of rooms")]
    if "identifier" in hint.any_of:
        if all(str(v).strip("0.") == "" for v in values):
            return [(_PERHAPS, "it is always 0")]
        if hint.role == "item" and all(str(v).isdecimal() and len(str(v)) == 1 for v in values):
            return None  # it counts the items
        # A merchant has several orders, and a hotel two among three.
        few = {"merchant": 1, "hotel": 2}.get(hint.subject, len(values))
        if len(set(map(str, values))) == len(values) > few:
            return [(_PERHAPS, "it is another one in every order")]
    return []
