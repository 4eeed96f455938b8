"""Settings files: every fault at once and in its place, no secret shown, saved as they were."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orderkit import Mapper, Settings, SettingsError, field_mappings, load_settings
from orderkit.destination.loading import drafted, parse_settings
from orderkit.destination.saving import save_settings
from orderkit.destination.settings import (
    MAPPED_KEYS,
    Connection,
    EventMapping,
    Filter,
    FilterCondition,
    TransformationStep,
    Values,
)

TABLES = (Values, EventMapping, TransformationStep, Filter, FilterCondition, Connection)
GOOD = """\
# The hotel group's own settings.
timezone = "Europe/Paris"  # where the hotels are

[settings]
tiktok_organic_tracking_id = "{{partners.tiktok.ttoclid}}"
third_merchant_id = "maison-lune"  # as at TikTok
third_shop_id = "{{hotel.id}}"
third_shop_name = "{{hotel.name}}, {{hotel.city}}"
payment_value = "{{booking.to_pay}}"
total_value = 450.5
order_country = "FR"
create_time = "{{booking.created_at}}"
length_of_stay = "{{booking.nights}}"
amount_of_room = 1
check_in_date = "{{booking.check_in}}"
check_out_date = "{{booking.check_out}}"

# The first pair.
[[event_mapping]]
order_status = "CREATE_ORDER"
event_name = "booking_created"

# The second pair.
[[event_mapping]]
order_status = "CREATE_ORDER"
event_name = "reservation_made"

# Where else to read.
[smart_mapping]
"order_info.order_id" = "booking.reference"  # not the id

[connection]
merchant_id = "maison-lune"
"""


def faults(text: str, *, draft: bool = True) -> list[tuple[int | None, str, str, str]]:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, "hotel.toml", draft=draft)
    assert str(caught.value).count("hotel.toml") == len(caught.value.faults)
    return [(f.line, f.key, f.found, f.expected) for f in caught.value.faults]


def test_good_settings() -> None:
    """A complete file is read with its values, numbers with their type, and defaults elsewhere."""
    settings = parse_settings(GOOD)
    assert settings.timezone == settings.zone.key == "Europe/Paris"
    assert settings.settings.total_value == 450.5
    assert type(settings.settings.amount_of_room) is int
    assert settings.smart_mapping == {"order_info.order_id": "booking.reference"}
    assert settings.statuses() == dict.fromkeys(
        ("booking_created", "reservation_made"), "CREATE_ORDER"
    )
    assert settings.connection.endpoint_url is None
    assert settings.connection.token_url == "https://open.tiktokapis.com/merchant/oauth/token/"
    assert parse_settings(GOOD.replace('timezone = "Europe/Paris"', "")).timezone == "UTC"


def test_the_thirteen_settings() -> None:
    """The keys under [settings] are those of the 12 rows that draw on one, and credentials."""
    assert set(Values.model_fields) == {*MAPPED_KEYS, "credentials"}
    assert len(MAPPED_KEYS) == 12
    assert set(MAPPED_KEYS) == {row.setting for row in field_mappings()} - {""}


def test_every_fault_at_once() -> None:
    """All faults of a file are reported together, each with line, key, found and what to write."""
    text = """\
timezone = "Europe/Pariss"
colour = "red"
[settings]
third_shop_di = "x"
payment_value = true
total_value = ["{{a}}"]
order_country = "{{hotel..country}}"
create_time = 2026-06-01
length_of_stay = "{{booking.nights"
amount_of_room = nan
check_in_date = "{{}}"
check_out_date = "{{ {a} }}"
[[event_mapping]]
order_status = "created"
event_name = "a"
[[event_mapping]]
order_status = "CREATE_ORDER"
event_name = "b"
[[event_mapping]]
order_status = "CANCEL_ORDER"
event_name = "b"
[[event_mapping]]
order_status = "CANCEL_ORDER"
[smart_mapping]
"order_info.orderid" = "a"
"order_info.order_url" = "a..b"
"order_info.update_time" = 3
"order_info.initiator" = "{{a}"
nonsense = "a"
[connection]
endpoint = "https://open.tiktokapis.com/x"
merchant_id = 7
"""
    found = faults(text)
    assert [(line, key) for line, key, _found, _expected in found] == [
        (1, "timezone"),
        (2, "colour"),
        (4, "settings.third_shop_di"),
        (5, "settings.payment_value"),
        (6, "settings.total_value"),
        (7, "settings.order_country"),
        (8, "settings.create_time"),
        (9, "settings.length_of_stay"),
        (10, "settings.amount_of_room"),
        (11, "settings.check_in_date"),
        (12, "settings.check_out_date"),
        (14, "event_mapping.0.order_status"),
        (21, "event_mapping.2.event_name"),
        (22, "event_mapping.3.event_name"),
        (25, "smart_mapping.order_info.orderid"),
        (26, "smart_mapping.order_info.order_url"),
        (27, "smart_mapping.order_info.update_time"),
        (28, "smart_mapping.order_info.initiator"),
        (29, "smart_mapping.nonsense"),
        (31, "connection.endpoint"),
        (32, "connection.merchant_id"),
    ]
    told = {key: (what, expected) for _line, key, what, expected in found}
    assert "did you mean Europe/Paris?" in told["timezone"][1]
    assert "did you mean third_shop_id" in told["settings.third_shop_di"][1]
    assert "did you mean endpoint_url" in told["connection.endpoint"][1]
    assert '"order_info.order_id"' in told["smart_mapping.order_info.orderid"][1]
    assert "CREATE_ORDER and CANCEL_ORDER" in told["event_mapping.2.event_name"][1]
    assert told["settings.payment_value"][0] == "true"
    assert told["settings.amount_of_room"][0] == "nan"
    assert all(what and expected for what, expected in told.values())


def test_what_is_required() -> None:
    """An empty file lacks the 12 values and an event mapping, all told at once."""
    keys = [key for _line, key, _found, _expected in faults("", draft=False)]
    assert keys == [*(f"settings.{key}" for key in MAPPED_KEYS), "event_mapping"]


@pytest.mark.parametrize("key", MAPPED_KEYS)
def test_each_value_is_required(key: str) -> None:
    """Each value, absent or blank, is a fault of its own with its place."""
    lines = GOOD.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key} "))
    for written, line in ((f'{key} = " "', at + 1), ("", lines.index("[settings]") + 1)):
        text = "\n".join([*lines[:at], written, *lines[at + 1 :]])
        found = faults(text, draft=False)
        assert [entry[:2] for entry in found] == [(line, f"settings.{key}")]


def test_an_absent_value_beside_a_bad_one() -> None:
    """What is absent and what is wrong are told together, in the order of the file."""
    text = GOOD.replace('order_country = "FR"\n', "").replace('"booking.reference"', "3")
    keys = [key for _line, key, _found, _expected in faults(text, draft=False)]
    assert keys == ["settings.order_country", "smart_mapping.order_info.order_id"]


def test_a_draft_may_be_unfinished() -> None:
    """With `draft`, what is absent is no fault; a row that needs it reports `missing`."""
    settings = parse_settings("", draft=True)
    problems = Mapper(settings).map({"event_name": "a"}, status="X").problems
    targets = {p.source for p in problems if p.code == "missing" and p.actor == "settings"}
    assert targets == {row.source for row in field_mappings() if row.setting}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = ", 1),
        ("[settings\n", 1),
        ('[settings]\nthird_shop_id = "x\n', 2),
        ('[settings]\nthird_shop_id = "x"\nthird_shop_id = "y"\n', 3),
        ("\n\n= 3", 3),
        ('a = """\n\n', 2),
        ("timezone = Europe/Paris", 1),
    ],
)
def test_syntax_faults(text: str, line: int) -> None:
    """What is no TOML is one fault, with the line where TOML gives one and what stands there."""
    ((where, key, found, expected),) = faults(text)
    assert (where, key) == (line, "TOML")
    assert found
    assert expected[0].islower()


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "1" * 5000], ids=["deep", "long"])
def test_more_than_the_reader_can_take(text: str) -> None:
    """Brackets or digits by the thousand are a fault of the file, not a failure of ours."""
    assert [key for _line, key, _found, _expected in faults(text)] == ["TOML"]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("settings = 3", "settings", "headed [settings]"),
        ("[[settings]]\na = 1", "settings", "headed [settings]"),
        ("connection = []", "connection", "headed [connection]"),
        ("smart_mapping = 'a'", "smart_mapping", "headed [smart_mapping]"),
        ("event_mapping = 'a'", "event_mapping", "headed [[event_mapping]]"),
        ("event_mapping = ['a']", "event_mapping.0", "headed [[event_mapping]]"),
        (
            '[event_mapping]\norder_status = "A"\nevent_name = "b"',
            "event_mapping",
            "headed [[event_mapping]]",
        ),
        (
            '[[filter.condition]]\nproperty = "id"\noperator = [[1]]',
            "filter.condition.0.operator",
            "write one of: is, isn't",
        ),
    ],
)
def test_wrong_shapes(text: str, key: str, expected: str) -> None:
    """What has the wrong shape is reported with the header, or the words, to write."""
    ((_line, where, _found, write),) = faults(text)
    assert where == key
    assert expected in write


SECRET = "hunter2-correct-horse"


@pytest.mark.parametrize(
    "text",
    [
        f'client_secret = "{SECRET}"',
        f'[connection]\nclient_key = "{SECRET}"',
        f'[connection]\nclient-secret = "{SECRET}"',
        f'[settings]\naccess_token = "{SECRET}"',
        f'[settings]\ncredentials = {{ client_secret = "{SECRET}" }}',
        f'[credentials]\nclient_key = "a"\nclient_secret = "{SECRET}"',
        f'[[event_mapping]]\norder_status = "A"\nevent_name = "b"\nclient_secret = "{SECRET}"',
        f'[smart_mapping]\nclient_secret = "{SECRET}"',
        f'[smart_mapping]\nclient_secret = "{SECRET}..x"',
        f'connection = [{{ client_secret = "{SECRET}" }}]',
        f'connection = "client_secret={SECRET}"',
    ],
)
def test_secrets_are_refused_and_not_shown(text: str) -> None:
    """A secret in the file is a fault that never shows it, and that says where secrets live."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, draft=True)
    assert SECRET not in str(caught.value)
    if "connection = " not in text:
        assert "secrets never live in this file" in str(caught.value)
        assert "orderkit credentials set" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f'client_secret = "{SECRET}',
        f"client_secret = {SECRET}",
        f'client_secret = """\n{SECRET}',
        f'client_secret = """\n{SECRET}=\n\\x"""',
        f'client_secret = "a"\nclient_secret = "{SECRET}"',
    ],
)
def test_broken_lines_do_not_show_secrets(text: str) -> None:
    """Where the syntax breaks at or inside a secret, the line is not shown."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, draft=True)
    assert SECRET not in str(caught.value)


def test_lines_of_tables_that_are_apart() -> None:
    """A pair is found by its number, also when other tables stand between the pairs."""
    text = """\
[[event_mapping]]
order_status = "A"
event_name = "a"
[connection]
[[event_mapping]]
order_status = "a"
event_name = "b"
"""
    assert [entry[:2] for entry in faults(text)] == [(6, "event_mapping.1.order_status")]


def test_lines_of_what_is_absent() -> None:
    """A key that a pair lacks is told at the header of that pair, not at its neighbour's key."""
    text = """\
[[event_mapping]]
order_status = "A"
[[event_mapping]]
order_status = "A"
event_name = "b"
"""
    assert [entry[:2] for entry in faults(text)] == [(1, "event_mapping.0.event_name")]


def test_nested_tables() -> None:
    """Faults of filters and transformations have their line, their own keys and their header."""
    text = """\
[filter]
match = "al"
formul = "id"
[[filter.condition]]
property = "id"
operator = "exists"
[[filter.condition]]
proprety = "id"
operator = "iss"
[[transformation]]
property = "a..b"
nev_name = "c"
"""
    found = faults(text)
    assert [(line, key) for line, key, _found, _expected in found] == [
        (2, "filter.match"),
        (3, "filter.formul"),
        (7, "filter.condition.1.property"),
        (8, "filter.condition.1.proprety"),
        (9, "filter.condition.1.operator"),
        (11, "transformation.0.property"),
        (12, "transformation.0.nev_name"),
    ]
    told = {key: expected for _line, key, _found, expected in found}
    assert "did you mean formula?" in told["filter.formul"]
    assert "did you mean property?" in told["filter.condition.1.proprety"]
    assert 'did you mean "is"?' in told["filter.condition.1.operator"]
    assert "did you mean new_name?" in told["transformation.0.nev_name"]
    ((_line, _key, _found, expected),) = faults('[filter]\ncondition = "id"')
    assert expected == "write tables, headed [[filter.condition]]"


@pytest.mark.parametrize("path", ["{id}", "a.{b}", "id}", "a..b", "{{id}", "{{ {id} }}"])
def test_paths_with_braces(path: str) -> None:
    """A path that could never be found, such as one in single braces, is a fault."""
    ((line, _key, found, expected),) = faults(f'[smart_mapping]\n"order_info.order_id" = "{path}"')
    assert (line, found) == (2, f'"{path}"')
    assert "write" in expected


def test_a_broken_formula_is_shown() -> None:
    """A formula that cannot be read is shown, with the place where it breaks."""
    ((line, key, found, expected),) = faults("[settings]\ntotal_value = { formula = 'SUM(' }")
    assert (line, key, found) == (2, "settings.total_value", '"SUM("')
    assert expected.endswith("^")


def test_two_statuses_and_two_events() -> None:
    """An event with two statuses is a fault; two events of one status, or a pair twice, are not."""
    pair = '[[event_mapping]]\norder_status = "{}"\nevent_name = "{}"\n'
    allowed = pair.format("A", "x") + pair.format("A", "y") + pair.format("A", "x")
    assert parse_settings(allowed, draft=True).statuses() == {"x": "A", "y": "A"}
    clash = pair.format("A", "x") + pair.format("B", "x") + pair.format("C", "x")
    assert [(line, key) for line, key, _f, _e in faults(clash)] == [
        (6, "event_mapping.1.event_name"),
        (9, "event_mapping.2.event_name"),
    ]
    with pytest.raises(ValidationError):
        Settings(
            event_mapping=(
                EventMapping(order_status="A", event_name="x"),
                EventMapping(order_status="B", event_name="x"),
            )
        )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """No file, a folder, and bytes that are no UTF-8 are settings errors that name the file."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes('timezone = "Europe/Zürich"'.encode("latin-1"))
    for path in (tmp_path / "absent.toml", tmp_path, latin):
        with pytest.raises(SettingsError, match=str(path)):
            load_settings(path)


def test_byte_order_mark(tmp_path: Path) -> None:
    """A file with a byte order mark is read, and can be saved."""
    path = tmp_path / "settings.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    settings = load_settings(path)
    assert settings == parse_settings(GOOD)
    save_settings(settings, path)
    assert load_settings(path) == settings


def test_saving_changes_nothing_else(tmp_path: Path) -> None:
    """Saving what was loaded leaves the file as it was, byte for byte."""
    path = tmp_path / "settings.toml"
    path.write_text(GOOD, encoding="utf-8")
    save_settings(load_settings(path), path)
    assert path.read_text(encoding="utf-8") == GOOD
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.toml"]


def test_saving_forgets_what_was_noted_for_a_key_without_a_value(tmp_path: Path) -> None:
    """Candidates of `orderkit suggest` go once a value stands; a person's comments stay."""
    path = tmp_path / "settings.toml"
    before = (
        "[settings]\n# the client's own\n"
        '# third_merchant_id = ""  # nothing found: the merchant\n'
        '# third_shop_name = "{{a}}"  # perhaps: a\n# third_shop_name = "x"  # mine\n\n# Of rows.\n'
        '[smart_mapping]\n# "order_info.order_url" = "page"  # perhaps: page\n'
    )
    path.write_text(before, encoding="utf-8")
    settings = load_settings(path, draft=True)
    given = settings.settings.model_copy(
        update={"third_merchant_id": "lune", "third_shop_name": "d"}
    )
    smart = {"order_info.order_url": "url"}
    save_settings(settings.model_copy(update={"settings": given, "smart_mapping": smart}), path)
    text = path.read_text(encoding="utf-8")
    assert "perhaps" not in text
    assert "nothing found" not in text
    assert "# the client's own" in text
    assert text.index('third_merchant_id = "lune"') < text.index("# Of rows.\n[smart_mapping]")
    assert '# third_shop_name = "x"  # mine' in text
    assert load_settings(path, draft=True).settings.third_merchant_id == "lune"


def test_saving_keeps_comments(tmp_path: Path) -> None:
    """One changed value, pair or row leaves every comment, and each at its place."""
    path = tmp_path / "settings.toml"
    path.write_text(GOOD, encoding="utf-8")
    settings = load_settings(path)
    pairs = (*settings.event_mapping, EventMapping(order_status="CANCEL_ORDER", event_name="gone"))
    changed = settings.model_copy(
        update={
            "timezone": "Europe/Lisbon",
            "settings": settings.settings.model_copy(update={"third_merchant_id": "lune"}),
            "event_mapping": pairs,
            "smart_mapping": {**settings.smart_mapping, "order_info.order_url": "page"},
            "connection": Connection(endpoint_url="https://open.tiktokapis.com/x"),
        }
    )
    save_settings(changed, path)
    text = path.read_text(encoding="utf-8")
    assert load_settings(path) == changed
    assert [line.split("#")[1] for line in text.splitlines() if "#" in line] == [
        line.split("#")[1] for line in GOOD.splitlines() if "#" in line
    ]
    assert 'timezone = "Europe/Lisbon"  # where the hotels are' in text
    assert 'third_merchant_id = "lune"  # as at TikTok' in text
    assert "# The second pair.\n[[event_mapping]]" in text
    assert "# Where else to read.\n[smart_mapping]" in text

    save_settings(changed.model_copy(update={"event_mapping": pairs[:1]}), path)
    assert "# Where else to read.\n[smart_mapping]" in path.read_text(encoding="utf-8")


ENTRIES = """\
timezone = "UTC"
# one
[[event_mapping]]
order_status = "ONE" # first
event_name = "a"

# two,
# in two lines
[[event_mapping]]
order_status = "TWO"
event_name = "b"

[[event_mapping]] # three
order_status = "THREE"
event_name = "c"

# a step
[[transformation]]
property = "x"
new_name = "y"
# its condition
[[transformation.condition]]
property = "p"
operator = "exists"

# another step
[[transformation]]
property = "z"
delete = true

# the connection
[connection]
merchant_id = "7"
"""


def entries(text: str) -> list[str]:
    """The entries of a file with the comments above them, blank lines aside."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@pytest.mark.parametrize(
    ("pairs", "steps"),
    [
        ([1, 2], [0, 1]),
        ([0, 2], [1]),
        ([2, 1, 0], [1, 0]),
        ([1], []),
        ([], [0, 1]),
    ],
)
def test_comments_stay_with_their_entries(
    tmp_path: Path, pairs: list[int], steps: list[int]
) -> None:
    """Entries that are taken out or moved take their comments along; all else stays."""
    path = tmp_path / "settings.toml"
    path.write_text(ENTRIES, encoding="utf-8")
    settings = load_settings(path, draft=True)
    changed = settings.model_copy(
        update={
            "event_mapping": tuple(settings.event_mapping[at] for at in pairs),
            "transformation": tuple(settings.transformation[at] for at in steps),
        }
    )
    save_settings(changed, path)
    assert load_settings(path, draft=True) == changed
    first, two, three, step, another, connection = entries(ENTRIES)
    head, one = first.split("\n", 1)
    kept = [[one, two, three][at] for at in pairs] + [[step, another][at] for at in steps]
    found = entries(path.read_text(encoding="utf-8").replace(head, f"{head}\n", 1))
    assert found == [head, *kept, connection]


def test_an_entry_that_is_changed_or_added(tmp_path: Path) -> None:
    """A changed entry keeps its comments wherever it stands, and a new one has none."""
    path = tmp_path / "settings.toml"
    path.write_text(ENTRIES, encoding="utf-8")
    settings = load_settings(path, draft=True)
    one, _two, three = settings.event_mapping
    new = EventMapping(order_status="NEW", event_name="n")
    changed = EventMapping(order_status="THREE", event_name="other")
    save_settings(settings.model_copy(update={"event_mapping": (new, changed, one)}), path)
    assert load_settings(path, draft=True).event_mapping == (new, changed, one)
    text = path.read_text(encoding="utf-8")
    assert '[[event_mapping]] # three\norder_status = "THREE"\nevent_name = "other"\n' in text
    assert '# one\n[[event_mapping]]\norder_status = "ONE" # first\n' in text
    assert text.index("NEW") < text.index("# three") < text.index("# one")
    assert "two" not in text
    assert three.event_name == "c"


def test_saving_over_a_broken_file(tmp_path: Path) -> None:
    """A file that is no TOML is left as it is, and a place that cannot be written is named."""
    path = tmp_path / "settings.toml"
    path.write_text("[settings", encoding="utf-8")
    for place in (path, tmp_path / "absent" / "settings.toml"):
        with pytest.raises(SettingsError, match=str(place)):
            save_settings(Settings(), place)
    assert path.read_text(encoding="utf-8") == "[settings"


# Alphabets are spelt out: the tables of all of Unicode take seconds to build on a fresh machine.
TEXT = st.text("aé#=\"'\\ []\t\n\r\x00\x1f\x7f😀.,", min_size=1, max_size=12)
FILLED = TEXT.filter(lambda text: bool(text.strip()))
NAME = st.text("abcXYZ_-é", min_size=1, max_size=6)
PATH = st.lists(NAME, min_size=1, max_size=3).map(".".join)
VALUE = st.one_of(
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.builds("{0}{{{{{1}}}}}{2}".format, TEXT, PATH, TEXT),
)
STATUS = st.text("ABC_", min_size=1, max_size=6).filter(lambda word: word[0] != "_")


def optional(strategy: Any) -> Any:
    return st.one_of(st.none(), strategy)


URL = st.sampled_from(["https://open.tiktokapis.com/x", "http://127.0.0.1:8765/order/sync"])
SETTINGS = st.builds(
    lambda values, pairs, rows, connection, zone: Settings.model_validate(
        {
            "settings": values,
            "event_mapping": [{"order_status": s, "event_name": n} for n, s in pairs.items()],
            "smart_mapping": rows,
            "connection": connection,
            "timezone": zone,
        }
    ),
    st.fixed_dictionaries({key: optional(VALUE) for key in MAPPED_KEYS}),
    st.dictionaries(FILLED, STATUS, max_size=4),
    st.dictionaries(st.sampled_from([row.target for row in field_mappings()]), PATH, max_size=3),
    st.fixed_dictionaries({"endpoint_url": optional(URL), "merchant_id": optional(FILLED)}),
    st.sampled_from(["UTC", "Europe/Paris", "Asia/Kathmandu"]),
)


@given(SETTINGS, SETTINGS)
def test_saved_settings_come_back(
    tmp_path_factory: pytest.TempPathFactory, one: Settings, other: Settings
) -> None:
    """Whatever the settings: saved, and saved over a file with others, they load as they were."""
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    save_settings(one, path)
    assert load_settings(path, draft=True) == one
    save_settings(other, path)
    assert load_settings(path, draft=True) == other
    path.write_text(GOOD, encoding="utf-8")
    save_settings(other, path)
    assert load_settings(path, draft=True) == other


def test_half_typed_settings() -> None:
    """For a form, the good parts are kept: each bad value goes alone, a bad pair as a whole."""
    good = {"order_status": "A", "event_name": "a"}
    data = {
        "settings": {"order_country": "FR", "create_time": "{{a", "nonsense": 1},
        "event_mapping": [
            {"order_status": "", "event_name": ""},
            {"order_status": "b", "event_name": "c"},
            good,
        ],
        "smart_mapping": {"order_info.order_id": "a.b", "order_info.x": "a"},
        "timezone": "Mars/Olympus",
    }
    settings, found = drafted(data)
    assert settings.settings == Values(order_country="FR")
    assert [dict(pair) for pair in settings.event_mapping] == [good]
    assert settings.smart_mapping == {"order_info.order_id": "a.b"}
    assert sorted(fault.key for fault in found) == [
        "event_mapping.0.event_name",
        "event_mapping.0.order_status",
        "event_mapping.1.order_status",
        "settings.create_time",
        "settings.nonsense",
        "smart_mapping.order_info.x",
        "timezone",
    ]
    assert drafted({})[1] == []


def test_half_a_character_is_no_code_of_an_answer() -> None:
    """No file could hold it, and none of the settings could be written."""
    _, faults = drafted({"connection": {"throttle_codes": [1, "\ud800"]}})
    assert [fault.key for fault in faults] == ["connection.throttle_codes"]


def test_half_typed_conditions() -> None:
    """A condition with two faults goes as a whole, and takes no good one with it."""
    bad, good = {"property": "", "operator": ""}, {"property": "id", "operator": "exists"}
    settings, found = drafted({"filter": {"condition": [bad, good], "match": "any"}})
    assert [condition.property for condition in settings.filter.condition] == ["id"]
    assert settings.filter.match == "any"
    assert len(found) == 2


def test_a_formula_for_no_row() -> None:
    """A formula under a target that no row has goes as a whole, and the fault names it."""
    rows = {"order_info.typo": {"formula": "1"}, "order_info.order_id": "a.b"}
    settings, found = drafted({"smart_mapping": rows})
    assert settings.smart_mapping == {"order_info.order_id": "a.b"}
    assert [(fault.key, fault.found) for fault in found] == [
        ("smart_mapping.order_info.typo", '"order_info.typo"')
    ]


KEYS = sorted(
    {
        *Settings.model_fields,
        *(name for part in TABLES for name in part.model_fields),
        *("formula", "order_info.order_id", "order_info.typo", "[key]"),
    }
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 9), TEXT, st.just("{{a.b}}")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=5))
def test_any_draft_can_be_used(data: dict[str, Any]) -> None:
    """Whatever stands in a form, what is good is kept and checked, and the rest has a fault."""
    settings, found = drafted(data)
    again = Settings.model_validate(settings.model_dump(exclude_unset=True))
    assert again == settings
    if not found:
        assert settings == Settings.model_validate(data)
