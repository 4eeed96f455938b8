"""``orderkit app``, started and ended as a user does it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = [sys.executable, "-c", "from orderkit.cli import main; main()", "app", "--no-browser"]


def variables(home: Path) -> dict[str, str]:
    """An environment with an empty home."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": str(home), "TMPDIR": str(home / "tmp"), "PYTHONUTF8": "1"}


def guarded(url: str) -> bool:
    """Nobody sees the page without the token, or under another name of this machine."""
    plain = url.partition("?")[0]
    assert httpx.get(plain).status_code == 302
    foreign = httpx.get(url, headers={"Host": "evil.example"})
    assert foreign.status_code == 403
    return True


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing on Windows")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_app_tells_its_address_and_ends_clean(tmp_path: Path, how: signal.Signals) -> None:
    """It listens where it says until it is stopped, and leaves no file and no server behind."""
    (tmp_path / "tmp").mkdir()
    with subprocess.Popen(
        [*COMMAND, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=variables(tmp_path),
    ) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told.startswith("The page is at http://127.0.0.1:"), told
        port = int(told.split(":")[2].split("/")[0])
        url = told.split(" at ")[1].strip()
        try:
            assert guarded(url)
        except BaseException:
            process.kill()
            raise
        process.send_signal(how)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "stopped\n"
    with socket.socket() as tried:
        assert tried.connect_ex(("127.0.0.1", port)) != 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["tmp"]


def ended(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with these arguments, which it is to refuse."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=variables(home),
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Another program's port ends in one message and exit code 2."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = ended(tmp_path, "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert "is in use; stop the program that uses it, choose another port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("nowhere", "nowhere: there is no such file; name the client's folder"),
        ("empty", "no events file is in it; name one with --events"),
    ],
)
def test_what_cannot_be_shown_is_told_before_anything_starts(
    tmp_path: Path, folder: str, said: str
) -> None:
    """A folder that is not there, or has no events, ends in one message and exit code 2."""
    (tmp_path / "empty").mkdir()
    done = ended(tmp_path, str(tmp_path / folder))
    assert done.returncode == 2
    assert said in done.stderr
