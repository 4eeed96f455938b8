"""Profile and change review: what is learned from many events."""

import re
from copy import deepcopy
from pathlib import Path

import pytest

from orderkit import Mapper, load_settings
from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.reports.compare import Pack, approved, changes
from orderkit.reports.pages import profile_page
from orderkit.reports.profile import profile
from tests.cli.test_commands import lines, run

MAPPER = Mapper(load_settings(samples.SETTINGS))
GOOD = [MAPPER.explain(event) for event in samples.sample_events().values()]
BAD = [MAPPER.explain(event) for event in samples.damaged_events().values()]


def test_the_profile_counts_by_row_and_status() -> None:
    """Fill rates, types, conversions and distinct values are what the samples hold."""
    made = profile(MAPPER, samples.sample_events().values())
    initiator = made.rows["order_info.initiator"]
    assert initiator.fill_rate("CANCEL_ORDER") == 1
    assert initiator.fill_rate("CREATE_ORDER") == 0
    assert initiator.distinct == 2
    update = made.rows["order_info.update_time"]
    assert update.types == {"an integer": 3, "a string": 4}
    assert update.conversions["ISO 8601 → seconds"] == 2
    assert update.conversions["milliseconds → seconds"] == 5


def test_what_is_not_asked_for_is_no_failure() -> None:
    """Counts are of the events that a field is asked of; what is empty and may be says why."""
    cancelled = samples.sample_events()["cancelled by guest"]
    events = [*samples.sample_events().values(), deepcopy(cancelled)]
    del events[-1]["partners"]
    made = profile(MAPPER, events)
    initiator = made.rows["order_info.initiator"]
    assert initiator.describe("CREATE_ORDER") == "not yet"
    assert initiator.describe("COMPLETE_ORDER") == "not needed"
    assert (initiator.describe("CANCEL_ORDER"), initiator.describe()) == ("2 of 3", "2 of 3")
    assert initiator.lacks()
    assert not initiator.lacks("CREATE_ORDER")
    optional = made.rows["order_info.value.discounts"]
    assert (optional.describe(), optional.lacks()) == ("1 of 8", False)
    page = profile_page(made, "x")
    assert 'ok-lacks">⊗ 2 of 3' in page
    assert ">not yet</span>" in page


def test_the_profile_groups_failures() -> None:
    """The same failure is counted once, with the first event that had it."""
    made = profile(MAPPER, [*samples.damaged_events().values()] * 2 + [None])
    failure = next(f for f in made.worst() if f.problem.target == "order_info.initiator")
    assert (failure.count, failure.events[0]) == (2, 0)
    assert made.outcomes == {"rejected": 18, "mapped": 6, "unreadable": 1}


def test_the_profile_page_is_self_contained() -> None:
    """The page holds its tables and names no other host."""
    text = profile_page(profile(MAPPER, samples.damaged_events().values()), "<b>.ndjson")
    assert "ok-bar" in text
    assert "<b>.ndjson" not in text
    assert "src=" not in text
    assert not re.search(r"""url\((?!"data:)""", text)


def test_changes_name_values_outcomes_and_problems() -> None:
    """A change of the settings shows in each of the three."""
    old, new = GOOD[1], BAD[0]
    found = {(c.what, c.target) for c in changes(approved(old), approved(new))}
    assert found == {
        ("outcome", ""),
        ("value", "order_info.initiator"),
        ("problem", "order_info.initiator"),
    }
    assert changes(approved(old), approved(old)) == []


def test_a_pack_finds_what_changed_came_and_went(tmp_path: Path) -> None:
    """Against the approved results: the same is silent, and every difference is named."""
    pack = Pack(tmp_path / "approved")
    with pytest.raises(EventsError, match="--update"):
        pack.compare(GOOD)
    assert pack.update(GOOD) == (7, 0)
    assert pack.compare(GOOD) == {}
    found = pack.compare([*GOOD[:-1], BAD[0]])
    assert set(found) == {"MLB-20260007.CREATE_ORDER.json", "MLB-20260002.CANCEL_ORDER.2.json"}
    assert pack.update(GOOD[:3]) == (0, 4)


def test_commands_for_many_events(tmp_path: Path) -> None:
    """suggest, profile, diff and verify work from the command line, with exit codes for CI."""
    events, settings = str(samples.EVENTS), str(samples.SETTINGS)
    mine, html, pack = (str(tmp_path / n) for n in ("mine.toml", "profile.html", "approved"))
    assert run("suggest", events, "-o", mine).returncode == 0
    assert run("suggest", events, "-o", mine).returncode == 2
    made = run("profile", events, "--settings", settings, "--html", html, "--json")
    assert lines(made.stdout)[0]["events"] == 7
    assert "<table" in Path(html).read_text(encoding="utf-8")
    assert run("diff", events, "--settings", settings, "--against", settings).returncode == 0
    verify = ("verify", events, "--settings", settings, "--pack", pack)
    assert run(*verify).returncode == 2
    assert run(*verify, "--update").returncode == 0
    assert run(*verify).returncode == 0
    changed = samples.SETTINGS.read_text("utf-8").replace("{{hotel.country}}", "ES")
    other = tmp_path / "other.toml"
    other.write_text(changed, encoding="utf-8")
    done = run("diff", events, "--settings", settings, "--against", str(other), "--json")
    assert done.returncode == 1
    assert lines(done.stdout)[0]["changes"] == [
        {"what": "value", "target": "order_info.order_country", "before": '"FR"', "after": '"ES"'}
    ]
    failed = run("verify", events, "--settings", str(other), "--pack", pack)
    assert failed.returncode == 1
    assert '"FR" → "ES"' in failed.stdout


def test_the_formula_command() -> None:
    """`formula` prints value and type, every part with --trace, and a caret where it is wrong."""
    done = run("formula", "NUMBER('12.30') + 1", "--json", "--trace")
    entry = lines(done.stdout)[0]
    assert (entry["value"], entry["type"]) == (13.3, "number")
    assert entry["trace"]
    wrong = run("formula", "UPER(x)")
    assert wrong.returncode == 2
    assert "did you mean `UPPER`" in wrong.stderr
    assert "^" in wrong.stderr
    assert run("formula", "1 / 0").returncode == 1


def test_a_property_that_no_event_has_is_named(tmp_path: Path) -> None:
    """A slip in an optional row is told once for all events, with what may have been meant."""
    text = samples.SETTINGS.read_text("utf-8")
    mine = tmp_path / "mine.toml"
    row = '"order_info.order_url" = "contxt.page.url"'
    mine.write_text(text.replace("[smart_mapping]", f"[smart_mapping]\n{row}"), encoding="utf-8")
    done = run("check", str(samples.EVENTS), "--settings", str(mine))
    assert "order_info.order_url reads contxt.page.url" in done.stderr
    assert "did you mean context.page.url" in done.stderr


def test_a_pack_leaves_the_files_of_others_alone(tmp_path: Path) -> None:
    """JSON that no pack wrote is neither compared nor removed."""
    other = tmp_path / "package.json"
    other.write_text('{"a": 1}', encoding="utf-8")
    pack = Pack(tmp_path)
    assert pack.update(GOOD) == (7, 0)
    assert pack.compare(GOOD) == {}
    assert other.is_file()


def test_files_that_cannot_be_written_are_told() -> None:
    """A folder that is not there is one message, not a traceback."""
    for option in (("suggest", str(samples.EVENTS), "-o"), ("profile", *PROFILED, "--html")):
        done = run(*option, "/nowhere/at/all.out")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "/nowhere/at/all.out" in done.stderr


PROFILED = (str(samples.EVENTS), "--settings", str(samples.SETTINGS))


def test_conversions_are_counted_by_kind() -> None:
    """However many values there are, a profile keeps one entry for each kind of conversion."""
    events = samples.sample_events()
    base = events["created"]
    many = [
        base | {"id": 1000 + n, "booking": base["booking"] | {"nights": f"{n}.0"}}
        for n in range(50)
    ]
    made = profile(MAPPER, many)
    assert made.rows["order_info.order_id"].conversions == {"integer → text": 50}
    assert len(made.rows["order_info.extra.length_of_stay"].conversions) == 2
    formula = made.rows["order_info.ttoclid"].conversions
    assert list(formula.values()) == [50]
