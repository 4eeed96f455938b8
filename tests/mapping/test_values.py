"""Values that mean something else than they seem to: doubted, refused, and mended by what works."""

import re
import tomllib
from decimal import Decimal
from typing import Any

import pytest

from orderkit import Mapped, Mapper, Problem, Settings
from orderkit.mapping.fixes import property_in_formula
from tests.mapping import golden

PREFIX = "order_info."


def map_changed(
    event: dict[str, Any], zone: str = "Europe/Paris", **tables: dict[str, Any]
) -> Mapped:
    """The good event with something changed, under the good settings with tables added to."""
    settings = golden.read("created", "settings") | {"timezone": zone}
    for table, entries in tables.items():
        settings[table] = settings.get(table, {}) | entries
    return Mapper(Settings.model_validate(settings)).explain(
        golden.read("created", "event") | event
    )


def found(mapped: Mapped) -> list[tuple[str, str]]:
    """Code and target, without ``order_info.``, of each problem."""
    return [(problem.code, problem.target.removeprefix(PREFIX)) for problem in mapped.problems]


def booking(**changed: Any) -> dict[str, Any]:
    return {"booking": golden.read("created", "event")["booking"] | changed}


def only(mapped: Mapped) -> Problem:
    (problem,) = mapped.problems
    return problem


def value_of(mapped: Mapped, target: str) -> Any:
    return next(entry.value for entry in mapped.trace if entry.target == PREFIX + target)


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [
        ("JPY", 45000.5, "45001"),
        ("JPY", 45000, None),
        ("JPY", "45000.0", None),
        ("EUR", 940.909090909091, "940.91"),
        ("EUR", 0.1 + 0.2, "0.3"),
        ("EUR", 120.5, None),
        ("EUR", "120.50", None),
        ("EUR", "1120.505", "1120.51"),
        ("KWD", 120.505, None),
        ("KWD", "120.505", None),
        ("KWD", 120.5055, "120.506"),
        ("XAU", 1.2345, None),
    ],
)
def test_digits_of_a_currency(currency: str, amount: Any, rounded: str | None) -> None:
    """More digits than ISO 4217 gives a currency are doubted; the rounded value is said."""
    mapped = map_changed({"currency": currency, "tax_amount": amount})
    problems = [p for p in mapped.problems if p.target == "order_info.value.total_tax"]
    assert mapped.outcome == "mapped"
    assert [f"rounded it is {rounded}" in p.message for p in problems] == [True] * bool(rounded)
    assert Decimal(str(value_of(mapped, "value.total_tax"))) == Decimal(str(amount))


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [("EUR", 505.37444933920705, 505.37), ("EUR", 19.625550660792953, 19.63), ("JPY", 99.5, 100)],
)
def test_what_a_formula_computes_is_rounded_by_one(
    currency: str, amount: float, rounded: float
) -> None:
    """No function of the platform rounds; the formula that is offered does, and nobody sends it."""
    formula = "tax_amount / 1"
    mapped = map_changed(
        {"currency": currency, "tax_amount": amount},
        smart_mapping={"order_info.value.total_tax": {"formula": formula}},
    )
    (problem,) = [p for p in mapped.problems if p.target == "order_info.value.total_tax"]
    assert (problem.actor, problem.message.partition(" is ")[0]) == ("settings", "value.total_tax")
    assert "send" not in problem.fix
    offered = re.search("formula = '(.*)' }", problem.fix)
    assert offered is not None
    again = map_changed(
        {"currency": currency, "tax_amount": amount},
        smart_mapping={"order_info.value.total_tax": {"formula": offered[1]}},
    )
    assert value_of(again, "value.total_tax") == rounded
    assert not any(p.target == "order_info.value.total_tax" for p in again.problems)


def test_a_commission_has_its_own_currency() -> None:
    """The digits of a commission are those of the commission's currency, not of the order's."""
    event = golden.read("completed", "event")
    event["partners"]["tiktok"] |= {"commission_currency": "JPY", "commission_base_amount": 40.5}
    target = "value.commission_value.0.commission_base_amount"
    assert ("unusual", target) in found(map_changed(event))


@pytest.mark.parametrize("text", ["1.480", "12.000", "999.999", " 1.480", "+1.480"])
def test_thousands_or_not(text: str) -> None:
    """Three digits after one point may be thousands: refused, with a formula for each reading."""
    problem = only(map_changed({"tax_amount": text}))
    assert problem.code == "invalid"
    assert problem.fix.count("formula = ") == 2
    assert "it could be" in problem.message


@pytest.mark.parametrize("text", ["0.480", "1480.123", "1.48", "1.4800"])
def test_no_thousands(text: str) -> None:
    """What cannot be thousands is the number it is."""
    assert map_changed({"tax_amount": text}).outcome == "mapped"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (1780308000123456, 1780308000),
        ("1780308000123456", 1780308000),
        (1780308000123456789, 1780308000),
        (20260601120000, 1780308000),
        ("20260601120000", 1780308000),
        ("202606011200", 1780308000),
    ],
)
def test_other_units_of_time(raw: Any, value: int) -> None:
    """Microseconds, nanoseconds and dates as digits are refused; the formula offered reads them."""
    mapped = map_changed(booking(created_at=raw))
    assert found(mapped) == [("invalid", "create_time")]
    assert [value_of(m, "create_time") for m in as_advised(booking(created_at=raw))] == [value]


def test_a_date_as_seconds() -> None:
    """A date of eight digits is read as seconds of 1970, with a doubt that names the date."""
    mapped = map_changed(booking(created_at=20260601))
    assert (mapped.outcome, found(mapped)) == ("mapped", [("unusual", "create_time")])
    assert "it looks like the date 2026-06-01" in only(mapped).message


#: Property of the booking, raw value, time zone → the values of the fixes offered, in their order.
MENDED: list[tuple[str, Any, str, list[Any]]] = [
    ("check_in", "03/04/2026", "Europe/Paris", ["2026-04-03", "2026-03-04"]),
    ("check_in", "3.4.2026", "Europe/Paris", ["2026-04-03", "2026-03-04"]),
    ("check_in", "2026-07-09T22:00:00Z", "Europe/Paris", ["2026-07-10"]),
    ("check_in", "2026-07-09T22:00:00.000Z", "Europe/Paris", ["2026-07-10"]),
    ("check_in", "2026-07-09 22:00:00+00:00", "Europe/Paris", ["2026-07-10"]),
    ("check_in", "2026-04-23T14:00:00Z", "Pacific/Auckland", ["2026-04-24"]),
    ("check_in", "2026-12-23T11:00:00Z", "Pacific/Auckland", ["2026-12-24"]),
    ("check_in", 1783634400, "Europe/Paris", ["2026-07-10"]),
    ("check_in", "2026-07-10T00:30:00+02:00", "UTC", ["2026-07-10", "2026-07-09"]),
    ("check_in", "20260710140000", "Europe/Paris", ["2026-07-10"]),
    ("check_in", 202607101400, "Europe/Paris", ["2026-07-10"]),
    ("total", "12,30", "Europe/Paris", [12.3]),
    ("total", "1.234,50", "Europe/Paris", [1234.5]),
    ("total", "1,234.50", "Europe/Paris", [1234.5]),
    ("total", "1 234.50", "Europe/Paris", [1234.5]),
    ("total", "1\u202f234,50 €", "Europe/Paris", [1234.5]),
    ("total", "1'234", "Europe/Paris", [1234]),
    ("total", "€ 12.50", "Europe/Paris", [12.5]),
    ("total", "12,50 €", "Europe/Paris", [12.5]),
    ("total", "300 EUR", "Europe/Paris", [300]),
    ("total", "eur 1.300,50", "Europe/Paris", [1300.5]),
    ("total", "300 euros", "Europe/Paris", [300]),
    ("total", "300 USD", "Europe/Paris", []),
    ("total", "US$ 300.00", "Europe/Paris", []),
    ("total", "£300", "Europe/Paris", []),
    ("total", "300 per night", "Europe/Paris", []),
    ("total", "45 %", "Europe/Paris", []),
    ("total", "3.5k", "Europe/Paris", []),
    ("total", "1,480", "Europe/Paris", [1480, 1.48]),
    ("total", "1.480", "Europe/Paris", [1.48, 1480]),
    ("total", "450.00-", "Europe/Paris", []),
    ("total", "(450.00)", "Europe/Paris", []),
    ("total", "−450", "Europe/Paris", []),
    ("total", "Rs. 450", "Europe/Paris", []),
    ("total", "2 x 450", "Europe/Paris", []),
    ("total", "1.2.3", "Europe/Paris", []),
    ("nights", "1,000", "Europe/Paris", [1000, 1]),
]


@pytest.mark.parametrize(
    ("currency", "text", "offered"),
    [
        ("USD", "$1,300", True),
        ("USD", "US$ 1,300", True),
        ("CAD", "CA$ 1,300", True),
        ("SEK", "1,300 kr", True),
        ("EUR", "$1,300", False),
        ("GBP", "1,300 EUR", False),
        ("SEK", "1,300 €", False),
        (None, "1,300 EUR", False),
    ],
)
def test_no_fix_drops_another_currency(currency: str | None, text: str, offered: bool) -> None:
    """A fix leaves out the payload's own currency alone; of another the message says that it is."""
    (problem,) = (
        p
        for p in map_changed({"currency": currency, "tax_amount": text}).problems
        if p.target == "order_info.value.total_tax"
    )
    assert ("formula = " in problem.fix) is offered
    assert ("the currency of the payload is" in problem.message) is not offered


def test_a_fix_reads_no_other_currency() -> None:
    """Written for one currency, a fix gives nothing of an amount that says another."""
    line = only_error(map_changed(booking(total="300 EUR"))).fix
    (setting,) = re.findall(r"write (.+ }) under", line)
    mapped = map_changed(booking(total="300 USD"), settings=tomllib.loads(setting))
    assert value_of(mapped, "value.total_value") is None


def as_advised(event: dict[str, Any], zone: str = "Europe/Paris") -> list[Mapped]:
    """What comes of an event if each of the fixes for its one error is written as it is worded."""
    fix = only_error(map_changed(event, zone)).fix
    written = re.findall(r"write (.+? = \{ formula = .+? \}) under \[(\w+)\]", fix)
    return [map_changed(event, zone, **{table: tomllib.loads(line)}) for line, table in written]


def only_error(mapped: Mapped) -> Problem:
    (problem,) = (problem for problem in mapped.problems if problem.level == "error")
    return problem


@pytest.mark.parametrize(("name", "raw", "zone", "values"), MENDED)
def test_fixes_work(name: str, raw: Any, zone: str, values: list[Any]) -> None:
    """A fix written as advised gives the value it promises; where none would, none is offered."""
    targets = {"check_in": "extra.check_in_date", "total": "value.total_value",
               "nights": "extra.length_of_stay"}  # fmt: skip
    results = as_advised(booking(**{name: raw}), zone)
    assert [value_of(mapped, targets[name]) for mapped in results] == values


@pytest.mark.parametrize(
    ("raw", "character", "mended"),
    [
        (" MLB-1 ", "a blank at its beginning", ["MLB-1"]),
        ("MLB-1\n", "a line break at its end", ["MLB-1"]),
        ("MLB 1", "a blank as character 4", []),
        ("\u200b", "ZERO WIDTH SPACE (U+200B)", []),
        ("\ufeffMLB-1", "ZERO WIDTH NO-BREAK SPACE (U+FEFF)", ["MLB-1"]),
        ("MLB\x00-1 ", "NUL (U+0000)", ["MLB-1"]),
        ("MLB\x1b[31m", "ESCAPE (U+001B)", ["MLB[31m"]),
        ("[object Object]", "an object in a text", []),
    ],
)
def test_ids(raw: str, character: str, mended: list[str]) -> None:
    """An id with blanks or unseen characters is refused: they are named, and the fix drops them."""
    assert character in only_error(map_changed({"id": raw})).message
    assert [value_of(mapped, "order_id") for mapped in as_advised({"id": raw})] == mended


@pytest.mark.parametrize(
    "word",
    [
        "NULL",
        "null",
        "\\N",
        "undefined",
        "NaN",
        "None",
        "NaT",
        "Infinity",
        "n/a",
        "#N/A",
        "#DIV/0!",
    ],
)
@pytest.mark.parametrize(
    "event", [{"id": ...}, {"hotel": {"id": "h", "name": ..., "country": "FR"}}]
)
def test_words_that_stand_for_nothing(word: str, event: dict[str, Any]) -> None:
    """A word that programs write for nothing is a warning that says what it looks like."""
    filled = {
        key: word if part is ... else {k: word if v is ... else v for k, v in part.items()}
        for key, part in event.items()
    }
    mapped = map_changed(filled)
    assert mapped.outcome == "mapped"
    assert only(mapped).code == "unusual"
    assert "it looks like" in only(mapped).message


def test_a_spreadsheet_s_number() -> None:
    """An id in scientific notation is a warning: its last digits are lost."""
    assert "spreadsheet shortened" in only(map_changed({"id": "1.23457E+12"})).message
    assert found(map_changed({"id": "1E10"})) == []


@pytest.mark.parametrize("raw", ["{{id}}", "${orderId}", "{id}"])
def test_a_placeholder_that_nothing_was_filled_into(raw: str) -> None:
    """An id that a template was to fill in is a warning; one with braces in it is none."""
    assert "placeholder" in only(map_changed({"id": raw})).message
    assert found(map_changed({"id": f"{raw}-7"})) == []


@pytest.mark.parametrize("word", ["[object Object]", "[object Promise]", "Invalid Date"])
def test_an_object_is_no_id(word: str) -> None:
    """What JavaScript writes for an object in a text is refused as such, not for its blank."""
    (problem,) = map_changed({"id": word}).problems
    assert "what JavaScript writes for" in problem.message


def test_names_are_trimmed() -> None:
    """Blanks around a name are dropped, which the trace says."""
    mapped = map_changed({"hotel": {"id": "h", "name": "Demo  ", "country": "FR"}})
    (entry,) = (e for e in mapped.trace if e.target == "order_info.third_shop_name")
    assert (entry.value, entry.steps) == ("Demo", ("blanks around it dropped",))


def test_an_encoded_click_id() -> None:
    """A click id that is still encoded is a warning; the formula offered decodes it."""
    event = {"partners": {"tiktok": {"ttoclid": "E.C.P%2Fab%3D%3D%25"}}}
    problem = only(map_changed(event))
    assert "no function that decodes" in problem.message
    (line,) = re.findall(r"write (.+) under \[settings\]", problem.fix)
    mapped = map_changed(event, settings=tomllib.loads(line))
    assert value_of(mapped, "ttoclid") == "E.C.P/ab==%"


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "CHE"])
def test_currencies_that_are_no_money(code: str) -> None:
    """A code of ISO 4217 in which nobody pays is a warning."""
    assert found(map_changed({"currency": code})) == [("unusual", "value.currency")]


@pytest.mark.parametrize(("own", "told"), [("USD", True), (3, True), ("eur", False), ("", False)])
def test_an_item_s_own_currency(own: Any, told: bool) -> None:
    """An item in another currency than the order is a warning."""
    for item in (
        {"id": "A", "product": {"name": "n", "currency": own}},
        {"id": "A", "currency": own, "product": {"name": "n"}},
    ):
        assert found(map_changed({"items": [item]})) == [("inconsistent", "value.currency")] * told


ROOMS = {"rooms": [{"id": "K1", "name": "King"}, {"id": "T2", "name": "Twin"}]}
ITEM = "order_info.spu_list.0.sku_list.0.third_sku_id"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("rooms.0.id", True),
        ("rooms.X.id", True),
        ("rooms.1.id", True),
        ({"formula": "UPPER(rooms.0.id)"}, True),
        ({"formula": "CONCAT(rooms.0.id, rooms.1.id)"}, False),
        ({"formula": "STRING(SIZE(rooms))"}, False),
    ],
)
def test_rooms_left_out(written: Any, told: bool) -> None:
    """Where one room of two is read, however the path is spelt, a warning says so."""
    mapped = map_changed(ROOMS, smart_mapping={ITEM: written})
    assert found(mapped) == [("left_out", ITEM.removeprefix(PREFIX))] * told


def test_a_number_in_a_path_is_no_item_elsewhere() -> None:
    """A row that is not of an item may read the first of many."""
    mapped = map_changed(ROOMS, smart_mapping={"order_info.order_url": "rooms.0.name"})
    assert found(mapped) == []


def test_a_property_that_the_transformation_takes_away() -> None:
    """A field that reads what the transformation renames says so, for events that had it."""
    settings = golden.read("created", "settings") | {
        "transformation": [{"property": "status", "new_name": "state"}],
        "smart_mapping": {"order_info.extra.no_show": {"formula": "status = 'No-Show'"}},
    }
    mapper = Mapper(Settings.model_validate(settings))
    event = golden.read("created", "event")
    mapped = mapper.map(event | {"status": "No-Show"})
    assert found(mapped) == [("unusual", "extra.no_show")]
    assert "`status`" in only(mapped).message
    assert found(mapper.map(event)) == []


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("id", "id"),
        ("booking.total", "booking.total"),
        ("items.X.id", "items.0.id"),
        ("Check-in", 'GET("Check-in")'),
        ("Total price", 'GET("Total price")'),
        ("room.Check-in", 'GET("room.Check-in")'),
        ('a"b', r'GET("a\"b")'),
        ("true", 'GET("true")'),
        ("1st", 'GET("1st")'),
    ],
)
def test_properties_in_formulas(path: str, written: str) -> None:
    """A property that a formula's path cannot spell is read by GET."""
    assert property_in_formula(path) == written


def test_a_fix_reads_names_of_any_form() -> None:
    """The fix for a property with a hyphen works as it is written."""
    event = {"Check-in": "13-07-2026 14:00", "Total price": "300,50 EUR"}
    smart = {"order_info.value.total_tax": "Total price"}
    problem = only_error(map_changed(event, smart_mapping=smart))
    assert 'GET("Total price")' in problem.fix
    (line,) = re.findall(r"write (.+) under \[smart_mapping\]", problem.fix)
    mapped = map_changed(event, smart_mapping=tomllib.loads(line))
    assert value_of(mapped, "value.total_tax") == 300.5


def test_a_fix_wraps_the_formula_that_gave_the_value() -> None:
    """Where a formula gave a value that is refused, the fix goes around that formula."""
    event = {"price": "total: 12,30"}
    formula = {"order_info.value.total_tax": {"formula": "EXTRACT(price, ': ', 1)"}}
    problem = only_error(map_changed(event, smart_mapping=formula))
    assert 'NUMBER(SUBSTITUTE(EXTRACT(price, \': \', 1), \\",\\", \\".\\"))' in problem.fix


@pytest.mark.parametrize(
    ("event", "offered"),
    [
        ({"items": [{"product": {"name": "n"}}]}, ()),
        ({"items": [{"Id": "A", "product": {"name": "n"}}]}, ("items.0.Id",)),
    ],
)
def test_near_misses_of_one_meaning(event: dict[str, Any], offered: tuple[str, ...]) -> None:
    """For a room's id no other thing's id is offered."""
    problem = only_error(map_changed(event))
    assert problem.target == ITEM
    assert problem.near_misses == offered


@pytest.mark.parametrize(
    ("lost", "there"),
    [
        ("check_out", {"checkin": "2026-07-10"}),
        ("check_in", {"checkout": "2026-07-13"}),
        ("total", {"totalTax": 3, "total_nights": 2}),
        ("created_at", {"updated_at": "2026-06-01T12:00:00+02:00"}),
        ("created_at", {"cancelled_at": "2026-06-01T12:00:00+02:00"}),
    ],
)
def test_a_name_of_another_meaning_is_no_near_miss(lost: str, there: dict[str, Any]) -> None:
    """An arrival is not offered for a departure, nor a tax for a total, however alike the names."""
    changed = booking(**there)
    del changed["booking"][lost]
    missing = [p for p in map_changed(changed).problems if p.code == "missing"]
    assert missing
    assert [p.near_misses for p in missing] == [()] * len(missing)


@pytest.mark.parametrize(("value", "offered"), [("2026-07-10", True), ("03/04/2026", False)])
def test_a_near_miss_is_a_fix_only_where_the_field_takes_it(value: str, offered: bool) -> None:
    """What could be two days is named as a near miss, and not offered: it would fail next."""
    changed = booking(checkin=value)
    del changed["booking"]["check_in"]
    problem = next(p for p in map_changed(changed).problems if p.target.endswith("check_in_date"))
    assert "booking.checkin" in problem.near_misses
    assert ("{{booking.checkin}}" in problem.fix or "`booking.checkin`" in problem.fix) == offered
