"""Outputs: what stands under their name, and what they must never be."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderkit.destination.loading import load_settings
from orderkit.destination.saving import save_settings
from orderkit.errors import EventsError
from orderkit.events import samples
from orderkit.events.files import is_special, write_text, written
from orderkit.events.overwriting import refuse_overwriting
from tests.cli.test_commands import SETTINGS, lines, run

EVENTS = str(samples.EVENTS)
PAYLOADS = run("map", EVENTS, *SETTINGS).stdout


@pytest.fixture
def null(tmp_path: Path) -> Iterator[Path]:
    """A null device of our own; harm done to it harms nobody."""
    path = tmp_path / "null"
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        path.write_bytes(b"swallowed")
    except (AttributeError, OSError):
        pytest.skip("devices can only be made by the superuser")
    yield path
    assert stat.S_ISCHR(path.stat().st_mode)
    assert {entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["map", EVENTS, *SETTINGS, "-o", "{}", "--rejects", "{}"],
        ["map", EVENTS, *SETTINGS, "-o", "{}", "--jobs", "2"],
        ["send", EVENTS, *SETTINGS, "--report", "{}"],
        ["profile", EVENTS, *SETTINGS, "--html", "{}"],
        ["handover", EVENTS, *SETTINGS, "-o", "{}"],
        ["suggest", EVENTS, "-o", "{}"],
    ],
    ids=lambda arguments: f"{arguments[0]}{len(arguments)}",
)
def test_a_device_stays_a_device(null: Path, arguments: list[str]) -> None:
    """Every command writes into a device and leaves it one."""
    done = run(*[argument.format(null) for argument in arguments])
    assert done.returncode == 0, done.stderr


def test_settings_saved_to_a_device(null: Path) -> None:
    """A form's settings, too, are written into a device."""
    save_settings(load_settings(samples.SETTINGS), null)


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """Who reads a named pipe gets the payloads; the pipe stays one."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(path.read_text("utf-8")), daemon=True)
    reader.start()
    done = run("map", EVENTS, *SETTINGS, "-o", str(path))
    reader.join(20)
    assert (done.returncode, got) == (0, [PAYLOADS])
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "{}/link"])
def test_names_of_standard_output(tmp_path: Path, name: str) -> None:
    """Where standard output is a file, its names go on where it is, and replace nothing."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("names of open files are Linux's here")
    (tmp_path / "link").symlink_to("/dev/stdout")
    out = tmp_path / "out"
    with out.open("wb") as file:
        file.write(b"before\n")
        file.flush()
        command = ["map", EVENTS, *SETTINGS, "-o", name.format(tmp_path)]
        done = subprocess.run(
            [sys.executable, "-m", "orderkit", *command],
            stdout=file,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        file.write(b"after\n")
    assert done.returncode == 0, done.stderr
    assert out.read_text("utf-8") == f"before\n{PAYLOADS}after\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What a link leads to is replaced; it keeps its mode, and the link its place."""
    target, link = tmp_path / "deep" / "target", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(Path("deep", "target"))
    with written(link) as file:
        file.write(b"new there")
    target.chmod(0o640)
    with written(link) as file:
        file.write(b"replaced")
    assert link.is_symlink()
    assert target.read_bytes() == b"replaced"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [entry.name for entry in target.parent.iterdir()] == ["target"]


def test_settings_keep_mode_link_and_line_ends(tmp_path: Path) -> None:
    """A linked settings file with the line ends of Windows stays all of that when it is saved."""
    target, link = tmp_path / "client.toml", tmp_path / "settings.toml"
    text = samples.SETTINGS.read_text("utf-8")
    target.write_bytes(text.replace("\n", "\r\n").encode())
    target.chmod(0o600)
    link.symlink_to(target)
    settings = load_settings(link)
    changed = settings.model_copy(
        update={"settings": settings.settings.model_copy(update={"third_merchant_id": "other"})}
    )
    save_settings(changed, link)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    saved = target.read_bytes()
    assert saved.count(b"\n") == saved.count(b"\r\n") == text.count("\n")
    assert load_settings(link) == changed


@pytest.mark.parametrize("output", ["-o", "--rejects"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, output: str) -> None:
    """Where no more can be written, the old file is still whole, and nothing else is left."""
    resource = pytest.importorskip("resource", reason="limits of files are Unix's")
    path, events = tmp_path / "out", tmp_path / "events"
    path.write_text("old", "utf-8")
    # Enough that both payloads and rejects (events without a name) exceed the limit.
    events.write_bytes((samples.EVENTS.read_bytes() + b'{"a": 1}\n' * 50) * 20)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))

    done = subprocess.run(
        [sys.executable, "-m", "orderkit", "map", str(events), *SETTINGS, output, str(path)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert f"{path}: cannot be written: File too large" in done.stderr
    assert path.read_text("utf-8") == "old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"out", "events"}


def test_write_protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that its owner protected is not replaced, nor is a folder."""
    path = tmp_path / "out"
    path.write_text("old", "utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(EventsError, match="write-protected"), written(path):
        pass
    with pytest.raises(EventsError, match="is a folder"), written(tmp_path):
        pass
    assert path.read_text("utf-8") == "old"


def names(tmp_path: Path) -> dict[str, Path]:
    """An events file by all the names that it can have."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(samples.EVENTS.read_bytes())
    (tmp_path / "link").symlink_to(path)
    os.link(path, tmp_path / "hard")
    (tmp_path / "folder").symlink_to(tmp_path)
    return {
        "same": path,
        "link": tmp_path / "link",
        "hard link": tmp_path / "hard",
        "through a folder": tmp_path / "folder" / "events.ndjson",
        "with dots": tmp_path / "folder" / ".." / tmp_path.name / "events.ndjson",
    }


@pytest.mark.parametrize("kind", ["same", "link", "hard link", "through a folder", "with dots"])
def test_one_file_of_many_names(tmp_path: Path, kind: str) -> None:
    """A file is known by all its names, where it is there and where it is not."""
    known = names(tmp_path)
    with pytest.raises(EventsError, match=r"is named for events and for report.*: name two files"):
        refuse_overwriting(events=known["same"], report=known[kind])


@pytest.mark.parametrize(
    "arguments",
    [
        ["map", "{events}", *SETTINGS, "-o", "{out}"],
        ["map", "{events}", *SETTINGS, "--rejects", "{out}"],
        ["send", "{events}", *SETTINGS, "--report", "{out}"],
        ["profile", "{events}", *SETTINGS, "--html", "{out}"],
        ["handover", "{events}", *SETTINGS, "-o", "{out}"],
    ],
    ids=lambda arguments: f"{arguments[0]} {arguments[-2]}",
)
def test_inputs_are_never_outputs(tmp_path: Path, arguments: list[str]) -> None:
    """No command writes over the events it reads, whatever name the output gives them."""
    known = names(tmp_path)
    before = known["same"].read_bytes()
    done = run(*[each.format(events=known["same"], out=known["hard link"]) for each in arguments])
    assert done.returncode == 2
    assert "name two files" in done.stderr
    assert known["same"].read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["send", "-", *SETTINGS, "--report", "{}"],
        ["map", "-", *SETTINGS, "-o", "{}"],
        ["profile", "-", *SETTINGS, "--html", "{}"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_standard_input_is_never_an_output(tmp_path: Path, arguments: list[str]) -> None:
    """Neither is the file that standard input comes from."""
    path = names(tmp_path)["same"]
    with path.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "orderkit", *[each.format(path) for each in arguments]],
            stdin=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert path.read_bytes() == samples.EVENTS.read_bytes()


def test_a_pack_holds_no_input(tmp_path: Path) -> None:
    """`verify --update` does not approve over its events or settings, linked into the pack."""
    event = tmp_path / "events.json"
    event.write_bytes(samples.EVENTS.read_bytes())
    pack = tmp_path / "pack"
    pack.mkdir()
    os.link(event, pack / "MLB-20260001.CREATE_ORDER.json")
    done = run("verify", str(event), *SETTINGS, "--pack", str(pack), "--update")
    assert done.returncode == 2
    assert "name two files" in done.stderr
    assert event.read_bytes() == samples.EVENTS.read_bytes()


def test_what_may_share_a_name(tmp_path: Path, null: Path) -> None:
    """Devices may be named twice, and nothing is no file."""
    refuse_overwriting(events=null, output=null, rejects=None, report="")
    refuse_overwriting(events="s3://b/one", output="s3://b/two", rejects="-", report="-")
    with pytest.raises(EventsError, match=r"out is named for output and for rejects: name two"):
        refuse_overwriting(events="-", output=tmp_path / "out", rejects=tmp_path / "out")


def test_an_unreadable_line_is_not_as_approved(tmp_path: Path) -> None:
    """`verify` and `diff` report what could not be read; nothing approves it."""
    events, pack = tmp_path / "events.ndjson", str(tmp_path / "pack")
    events.write_bytes(samples.EVENTS.read_bytes())
    assert run("verify", str(events), *SETTINGS, "--pack", pack, "--update").returncode == 0
    events.write_bytes(samples.EVENTS.read_bytes() + b"{broken\n")
    done = run("verify", str(events), *SETTINGS, "--pack", pack, "--json")
    (told,) = lines(done.stdout)
    assert (done.returncode, told["file"]) == (1, "event 7, line 8")
    assert "unreadable" in told["changes"][0]["after"]
    done = run("diff", str(events), *SETTINGS, "--against", str(samples.SETTINGS))
    assert done.returncode == 1
    assert "event 7, line 8" in done.stdout
    assert "8 events, 1 of them changed" in done.stdout
    assert run("verify", str(events), *SETTINGS, "--pack", pack, "--update").returncode == 1


@pytest.mark.parametrize(
    ("before", "after"), [(b"a\r\nb\r\n", b"x\r\ny\r\n"), (b"a\nb\n", b"x\ny\n"), (None, b"x\ny\n")]
)
def test_line_ends(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    """A text takes over the line ends of the one that it replaces."""
    path = tmp_path / "text"
    if before is not None:
        path.write_bytes(before)
    write_text(path, "x\ny\n")
    assert path.read_bytes() == after


def test_special_names(tmp_path: Path, null: Path) -> None:
    """Devices and open files are special; files, folders, links to them and nothing are not."""
    plain: Any = tmp_path / "plain"
    plain.write_bytes(b"")
    (tmp_path / "link").symlink_to(plain)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "to").symlink_to(null)
    for name in (plain, tmp_path, "link", "loop", "absent", "a\0b"):
        assert not is_special(tmp_path / name), name
    assert is_special(tmp_path / "to")
