"""What commands print: it fits, nothing in it acts, and no reader's going ends it badly."""

import ast
import json
import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.cli import columns
from orderkit.destination.fields import field_mappings
from orderkit.events import samples
from tests import forked
from tests.cli.test_commands import ORDERKIT, SETTINGS, bare_environment, run

EVENTS = str(samples.EVENTS)
#: Escapes of two kinds, a line of its own, and marks that turn the direction of writing.
HOSTILE = "X\x1b[2J\x9b1m\nFORGED\r\u202egnp\u2066\u200b\x7f"
#: Standard output becomes a pipe without a reader.
NOBODY_READS = """
import os, sys
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 1)
sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
"""
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with events whose every text is hostile, in a file whose name is."""
    folder = tmp_path_factory.mktemp("hostile")
    events = []
    for line in samples.EVENTS.read_text(encoding="utf-8").splitlines()[:3]:
        event = json.loads(line)
        event["id"] = HOSTILE
        event["hotel"]["name"] = event["currency"] = HOSTILE
        events.append(event)
    events.append({"event_name": HOSTILE, "id": HOSTILE})
    text = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "a\nFORGED\x1b[2J.ndjson").write_text(text + "{broken\x1b[2J\n", encoding="utf-8")
    return folder


def run_on_terminal(*given_: str) -> str:
    """What a command writes to a terminal of 80 columns, colours taken out."""
    master, terminal = os.openpty()
    pieces = []

    def read() -> None:
        # It fails where nobody has the terminal open any more.
        with suppress(OSError):
            while piece := os.read(master, 65_536):
                pieces.append(piece)

    with TemporaryDirectory() as home:
        environment = bare_environment(home, COLUMNS="80", TERM="xterm")
        reader = Thread(target=read)
        reader.start()
        forked.run(given_, environment, out=os.ttyname(terminal))
        os.close(terminal)
        reader.join()
    os.close(master)
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def arguments(folder: Path) -> list[list[str]]:
    """Each command that reads events, on them."""
    events = str(next(folder.glob("*.ndjson")))
    ledger = ["--ledger", str(folder / "ledger")]
    changed = folder / "changed.toml"
    text = samples.SETTINGS.read_text(encoding="utf-8")
    changed.write_text(text.replace("{{hotel.name}}", "{{id}}"), encoding="utf-8")
    return [
        ["events", events],
        ["events", events, "-o", "-"],
        ["check", events, *SETTINGS],
        ["explain", events, *SETTINGS],
        ["profile", events, *SETTINGS],
        ["profile", events, *SETTINGS, "--html", str(folder / "p.html")],
        ["suggest", events],
        ["formula", "hotel.name", "--event", events, "--trace"],
        ["diff", events, *SETTINGS, "--against", str(changed)],
        ["verify", events, *SETTINGS, "--pack", str(folder / "pack"), "--update"],
        ["verify", events, "--settings", str(changed), "--pack", str(folder / "pack")],
        ["map", events, *SETTINGS],
        ["send", events, *SETTINGS],
        ["send", events, *SETTINGS, "--to", "sandbox", *ledger],
        ["deliveries", *ledger],
        ["deliveries", *ledger, "--order", "X"],
        ["deliveries", *ledger, "--json"],
        ["handover", events, *SETTINGS, "-o", str(folder / "h.html"), *ledger],
        ["lab", str(folder / "lab"), "--events", events, "--copy-only"],
        ["check", str(folder / f"no\n{HOSTILE[:20]}"), *SETTINGS],
        ["check", events, "--settings", str(folder / "no\nFORGED")],
    ]


def test_nothing_that_is_printed_acts_on_the_terminal(hostile: Path) -> None:
    """Whatever command reads a hostile file: no control character, no forged line comes out."""
    for given_ in arguments(hostile):
        done = run(*given_)
        assert "Traceback" not in done.stderr, given_
        for text in (done.stdout, done.stderr):
            found = None if given_[0] in ("map",) or "-" in given_ else _ACTS.search(text)
            assert not found, (given_, found)
            assert not [line for line in text.splitlines() if line.startswith("FORGED")], given_


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another thing on Windows")
def test_a_reader_that_has_gone_ends_nothing_badly(tmp_path: Path) -> None:
    """With nobody at the other end of the pipe, each command ends with 0, and says nothing."""
    ledger = ["--ledger", str(tmp_path / "ledger")]
    for given_ in (
        ["fields"],
        ["--help"],
        ["events", EVENTS],
        ["check", EVENTS, *SETTINGS],
        ["check", EVENTS, *SETTINGS, "--json"],
        ["explain", EVENTS, *SETTINGS],
        ["profile", EVENTS, *SETTINGS],
        ["suggest", EVENTS],
        ["map", EVENTS, *SETTINGS],
        ["send", EVENTS, *SETTINGS, "--to", "sandbox", *ledger],
        ["send", EVENTS, *SETTINGS, "--to", "sandbox", *ledger, "--force", "--json"],
        ["deliveries", *ledger, "--json"],
    ):
        done = forked.run(given_, bare_environment(tmp_path), code=NOBODY_READS + forked.MAIN)
        assert done.returncode == 0, (given_, done.stderr)
        assert "Traceback" not in done.stderr, given_
        assert "Broken pipe" not in done.stderr, given_
    sent = run("deliveries", *ledger, "--json")
    assert sent.stdout.count('"verdict":"delivered"') == 14, "each sending went on to its end"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_what_cannot_be_printed_is_told_and_ends_no_sending(tmp_path: Path) -> None:
    """Closed, standard output takes nothing; full, that is said, and the sending goes on."""
    ledger = ["--ledger", str(tmp_path / "ledger")]
    send = ["send", EVENTS, *SETTINGS, "--to", "sandbox", *ledger]
    home = bare_environment(tmp_path)
    closed = forked.run(
        ["check", EVENTS, *SETTINGS], home, code="import sys; sys.stdout = None\n" + forked.MAIN
    )
    assert (closed.returncode, closed.stderr) == (0, "")
    full = forked.run(send, home, out="/dev/full")
    assert full.returncode == 0
    assert "standard output: No space left on device" in full.stderr
    assert run("deliveries", *ledger, "--json").stdout.count('"verdict":"delivered"') == 7
    with Path("/dev/full").open("w", encoding="utf-8") as device:
        check = subprocess.run(
            [*ORDERKIT, "check", EVENTS, *SETTINGS],
            stdout=device,
            stderr=subprocess.PIPE,
            text=True,
            env=home,
            check=False,
        )
    assert check.returncode == 2
    assert "standard output: No space left on device" in check.stderr


def test_what_an_encoding_lacks_is_escaped(tmp_path: Path) -> None:
    """On a Windows code page a sending says all it has to, with escapes for what is not in it."""
    text = samples.EVENTS.read_text(encoding="utf-8").replace("MLB-20260001", "宿-1")
    events = tmp_path / "events.ndjson"
    events.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*ORDERKIT, "send", str(events), *SETTINGS, "--to", "sandbox"],
        capture_output=True,
        env={**bare_environment(tmp_path, PYTHONIOENCODING="cp1252"), "PYTHONUTF8": "0"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rb"\u5bbf-1" in done.stdout
    assert b"7 events: 7 delivered" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="a terminal is another thing on Windows")
@pytest.mark.parametrize(
    "given_",
    [
        ["fields"],
        ["explain", EVENTS, *SETTINGS],
        ["suggest", EVENTS],
        ["profile", str(samples.DAMAGED), *SETTINGS],
        ["demo"],
    ],
    ids=lambda given_: given_[0],
)
def test_tables_fit_80_columns(given_: list[str]) -> None:
    """No line of a table is wider than a terminal of 80 columns."""
    shown = run_on_terminal(*given_).splitlines()
    assert len(shown) > 10
    assert [line for line in shown if columns.cells(line) > 80] == []


def test_each_target_is_told_from_the_others_in_80_columns() -> None:
    """The list of field mappings shortens no target; the sources stand below, whole too."""
    shown = run_on_terminal("fields")
    for row in field_mappings():
        assert f"\n{row.target.removeprefix('order_info.')} " in shown.replace("\n", " \n")
        assert f"\n    {row.type} from {row.source}" in shown


def test_what_is_shortened_stands_below_in_full() -> None:
    """A value that has no room in its column is whole in the line below, by the column's name."""
    moment = "2026-06-27T17:54:00.000+02:00"
    rows = [["for", "gives", "because"], ["arrival", moment, "of a stay"], ["nights", "3", "x"]]
    _, first, second = columns.layout(rows, 34, prose=2)
    assert "…" in first[0][1]
    assert " ".join(line[0].strip() for line in first[1:]) == f"gives {moment}; of a stay"
    assert second[1:] == [["    x"]]


def test_explain_shortens_no_date() -> None:
    """In 80 columns a day stands whole where it was found and where it goes, and so does a path."""
    shown = run_on_terminal("explain", EVENTS, *SETTINGS, "--index", "0")
    arrival = re.search(r"\nextra.check_in_date +ok +(\S+) +(\S+)\n +reads (\S+)", shown)
    assert arrival is not None
    found, value, reads = arrival.groups()
    assert re.fullmatch(r'"\d{4}-\d\d-\d\d"', value)
    assert (found, reads) == (value, "booking.check_in")


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "))


@given(st.lists(st.tuples(_TEXT, _TEXT, _TEXT, _TEXT), min_size=1), st.integers(60, 120), st.data())
def test_columns_fit_whatever_stands_in_them(
    rows: list[tuple[str, ...]], width: int, data: st.DataObject
) -> None:
    """No line is wider than there is room, and of prose no word is broken but by "…"."""
    prose = data.draw(st.sampled_from([-1, 1, 3]))
    laid = columns.layout(rows, width, prose=prose)
    assert len(laid) == len(rows)
    for lines in laid:
        for line in lines:
            assert columns.cells("  ".join(line)) <= width
    words = {word for row in rows for text in row for word in text.split()}
    shown = {word for lines in laid for line in lines for cell in line for word in cell.split()}
    # In the line below, a ";" follows what has no room in its column.
    words |= {f"{word};" for word in words}
    assert all(word in words or "…" in word for word in shown)


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("third_merchant_id", 17, "third_merchant_id"),
        ("third_merchant_id", 9, "thir…t_id"),
        ("宿泊予約番号", 7, "宿…号"),
        ("e\u0301" * 10, 5, "e\u0301" * 2 + "…" + "e\u0301" * 2),
    ],
)
def test_a_value_is_shortened_in_its_middle(text: str, width: int, short: str) -> None:
    """Beginning and end stay, and what a wide character takes is counted."""
    assert columns.cells(columns.shorten(text, width)) <= width
    if text.isascii() or "宿" in text:
        assert columns.shorten(text, width) == short


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        (["chekc"], "Did you mean check?"),
        (["handovr"], "Did you mean handover?"),
        (["check", EVENTS, "--setings", "x"], "Did you mean --settings?"),
        (["fields", "--status", "CANCELORDER"], "did you mean CANCEL_ORDER?"),
    ],
)
def test_a_slip_is_met_with_what_was_meant(given_: list[str], meant: str) -> None:
    """A command, an option or a status that is not there is answered with the nearest one."""
    done = run(*given_)
    assert done.returncode == 2
    assert meant in done.stderr.replace("'", "")  # click puts options in quotes since 8.2


@pytest.mark.parametrize(
    "given_",
    [
        ["check", "nowhere", *SETTINGS],
        ["check", EVENTS, "--settings", "nowhere"],
        ["map", "nowhere", "nowhere2", "-o", "out", *SETTINGS],
        ["deliveries", "--ledger", "nowhere"],
        ["formula", "a", "--event", "nowhere"],
        ["lab", "folder", "--events", "nowhere", "--copy-only"],
        ["app", "nowhere"],
    ],
    ids=lambda given_: " ".join(given_[:2]),
)
def test_a_missing_file_is_told_in_one_way(given_: list[str]) -> None:
    """Every command says of a file that is not there: there is no such file."""
    done = run(*given_)
    assert done.returncode == 2
    assert "nowhere: there is no such file; " in done.stderr


@pytest.mark.parametrize("given_", [["check", "", *SETTINGS], ["check", EVENTS, "--settings", ""]])
def test_a_name_left_empty_is_no_folder(given_: list[str]) -> None:
    """Nothing where a name belongs is said as of any other file that is not there."""
    assert run(*given_).stderr.startswith('error: "": there is no such file; name a ')


def test_errors_go_on_below_themselves(tmp_path: Path) -> None:
    """Each error of a file begins with its word, and wraps at words; code keeps its caret."""
    settings = tmp_path / "s.toml"
    settings.write_text('[settings]\nx = 1\ny = 2\nlength_of_stay = { formula = "NIGHTS(" }\n')
    told = run("check", EVENTS, "--settings", str(settings)).stderr.splitlines()
    assert len([line for line in told if line.startswith(f"error: {settings}:")]) == 3
    text = "error: " + "word " * 30 + "\n  " + "f(" * 60 + "\n  ^"
    wrapped = columns.wrap_below(text, 80).split("\n")
    assert wrapped[1].startswith("      word")
    assert wrapped[-2:] == text.split("\n")[-2:]


def test_everything_is_printed_in_one_place() -> None:
    """No command writes to the terminal by itself: `writing` and `terminal` do."""
    folder = Path(columns.__file__).parent
    for path in folder.glob("*.py"):
        if path.name in ("writing.py", "terminal.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute | ast.Name):
                text = ast.unparse(node)
                assert text not in ("click.echo", "print", "sys.stdout.write"), path.name
                assert not text.startswith("sys.stdout.buffer"), path.name
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("rich.") or "progress" in node.module, path.name


def test_credentials_are_kept_shown_and_removed(tmp_path: Path) -> None:
    """What is piped in is found again and gone in the end; no output has a secret."""
    backend = tmp_path / "filed.py"
    backend.write_text(
        "import json, pathlib, keyring.backend\n"
        "class Filed(keyring.backend.KeyringBackend):\n"
        "    priority = 1\n"
        f"    file = pathlib.Path({str(tmp_path / 'kept.json')!r})\n"
        "    def all(self):\n"
        "        return json.loads(self.file.read_text()) if self.file.exists() else {}\n"
        "    def get_password(self, service, name): return self.all().get(name)\n"
        "    def set_password(self, service, name, value):\n"
        "        self.file.write_text(json.dumps(self.all() | {name: value}))\n"
        "    def delete_password(self, service, name):\n"
        "        kept = self.all(); del kept[name]; self.file.write_text(json.dumps(kept))\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    places = {"PYTHON_KEYRING_BACKEND": "filed.Filed", "PYTHONPATH": paths}

    def credentials(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = run("credentials", *words, stdin=stdin, **places)
        assert "canary" not in done.stdout + done.stderr
        return done

    assert "no credentials named 'mine'" in credentials("show", "mine").stderr
    kept = credentials("set", "mine", stdin="canary-key-4711\ncanary-secret-4711\n")
    assert kept.returncode == 0, kept.stderr
    assert "client key and client secret" in credentials("show", "mine").stdout
    assert credentials("set", "mine", stdin="canary-key-4711\n").returncode == 2
    assert credentials("set", "mine", "--access-token", stdin="canary-4711\n").returncode == 0
    assert "an access token, in the keyring" in credentials("show", "mine").stdout
    assert credentials("remove", "mine").returncode == 0
    assert credentials("show", "mine").returncode == 2


def test_a_line_of_json_says_the_same_when_escaped() -> None:
    """On a terminal, JSON lines are escaped as JSON escapes: who copies them has the same value."""
    from orderkit.cli.writing import escape_json
    from orderkit.events.jsontext import dumps

    value = {"id": HOSTILE, "plain": "é宿"}
    escaped = escape_json(dumps(value))
    assert json.loads(escaped) == value
    assert not _ACTS.search(escaped.decode())
    assert escape_json(b'{"a": 1}\n') == b'{"a": 1}\n'
