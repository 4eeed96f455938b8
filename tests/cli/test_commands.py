"""The commands, run as a user runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from click.testing import CliRunner

from orderkit.events import samples
from orderkit.sandbox import Sandbox
from tests import forked

ORDERKIT = (sys.executable, "-W", "error", "-c", "from orderkit.cli import main; main()")
SETTINGS = ["--settings", str(samples.SETTINGS)]


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``orderkit`` with nothing of the user's environment but what is named."""
    with TemporaryDirectory() as home:
        return forked.run(arguments, bare_environment(home, **environment), stdin=stdin)


def bare_environment(home: str | Path, **more: str) -> dict[str, str]:
    """Nothing of the user's environment but where programs are, in a home folder of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return {**kept, "HOME": str(home), "PYTHONUTF8": "1", **keyring, **more}


def lines(text: str) -> list[dict[str, object]]:
    """NDJSON as objects."""
    return [json.loads(line) for line in text.splitlines()]


def test_fields_prints_every_row_as_json() -> None:
    """`fields --json` is one list of 37 objects, of which one is not the vendor's."""
    rows = json.loads(run("fields", "--json").stdout)
    assert len(rows) == 37
    assert set(rows[0]) == {"source", "target", "mandatory", "type", "note", "vendor"}
    assert [row["target"] for row in rows if not row["vendor"]] == ["order_info.ttoclid"]


def test_fields_alone_prints_what_click_would() -> None:
    """`fields` without options, which does without click, prints what the command itself prints."""
    from orderkit.cli.fields import command

    plain = run("fields")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout == CliRunner().invoke(command, []).stdout
    assert len(plain.stdout.splitlines()) == 38


def test_the_package_runs_as_a_module() -> None:
    """``python -m orderkit`` is the command line."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "orderkit", "fields"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == run("fields").stdout


def test_fields_of_a_status_are_those_mandatory_for_it() -> None:
    """`fields --status` keeps what is always mandatory and what that status asks for."""
    rows = json.loads(run("fields", "--status", "CANCEL_ORDER", "--json").stdout)
    assert {row["mandatory"] for row in rows} == {"always", "CANCEL_ORDER"}
    assert len(rows) == 19


def test_check_accepts_the_samples() -> None:
    """Every sample is mapped, and the exit code says so."""
    done = run("check", str(samples.EVENTS), *SETTINGS, "--json")
    assert done.returncode == 0
    assert [line["outcome"] for line in lines(done.stdout)] == ["mapped"] * 7
    assert set(lines(done.stdout)[0]) >= {"index", "outcome", "order_status", "payload", "problems"}


def test_check_finds_something_in_every_damaged_sample() -> None:
    """Each damaged sample has a problem with a fix, and rejected ones end with exit code 1."""
    done = run("check", str(samples.DAMAGED), *SETTINGS, "--json")
    assert done.returncode == 1
    results = lines(done.stdout)
    assert len(results) == 12
    assert all(p["fix"] for result in results for p in result["problems"])  # type: ignore[attr-defined]
    assert all(result["problems"] for result in results)


def test_check_reads_standard_input_and_goes_on_after_a_bad_line() -> None:
    """A line that is no JSON object is unreadable, and the next one is checked."""
    good = samples.EVENTS.read_text(encoding="utf-8").splitlines()[0]
    done = run("check", "-", *SETTINGS, "--json", stdin=f"{{nonsense\n[1]\n{good}\n")
    assert [line["outcome"] for line in lines(done.stdout)] == [
        "unreadable",
        "unreadable",
        "mapped",
    ]
    assert done.returncode == 1


def test_check_asks_for_another_status() -> None:
    """`--status` checks every event as if it were that status."""
    done = run("check", str(samples.EVENTS), *SETTINGS, "--status", "COMPLETE_ORDER", "--json")
    results = lines(done.stdout)
    assert {result["order_status"] for result in results} == {"COMPLETE_ORDER"}
    assert [result["outcome"] for result in results].count("mapped") == 2


def test_check_and_profile_look_at_many_events_together(tmp_path: Path) -> None:
    """An order that contradicts an earlier one, and names nearly mapped, are said at the end."""
    good = json.loads(samples.EVENTS.read_text(encoding="utf-8").splitlines()[0])
    other = good | {"booking": good["booking"] | {"check_in": "2026-07-09", "nights": 4}}
    events = tmp_path / "events.ndjson"
    named = [good | {"event_name": "booking_created "}] * 2
    events.write_text("\n".join(map(json.dumps, [good, other, *named])), encoding="utf-8")
    for command in (["check"], ["profile"], ["profile", "--json"]):
        done = run(*command, str(events), *SETTINGS)
        assert "1 repeated order with different content" in done.stderr
        assert "(lines 1 and 2)" in done.stderr
        assert '2 events are called "booking_created ", with a blank at its end' in done.stderr
        assert done.returncode == 0
    assert json.loads(done.stdout)["warnings"] == [
        line.removeprefix("warning: ") for line in done.stderr.splitlines()
    ]


def test_checks_of_the_platform_can_be_switched(tmp_path: Path) -> None:
    """`--no-platform`, or the settings, leave out what the platform asks; `--platform` has it."""
    event = json.loads(samples.EVENTS.read_text(encoding="utf-8").splitlines()[0])
    del event["user"]
    event["note"] = "x" * 2**15
    off = tmp_path / "settings.toml"
    text = samples.SETTINGS.read_text(encoding="utf-8")
    off.write_text(f"{text}\n[checks]\nplatform = false\n", encoding="utf-8")
    for settings, option, found in (
        (str(samples.SETTINGS), [], 2),
        (str(samples.SETTINGS), ["--no-platform"], 0),
        (str(off), [], 0),
        (str(off), ["--platform"], 2),
    ):
        done = run("check", "-", "--settings", settings, "--json", *option, stdin=json.dumps(event))
        (result,) = lines(done.stdout)
        problems = result["problems"]
        assert [problem["code"] for problem in problems] == ["platform"] * found  # type: ignore[attr-defined]
        assert done.returncode == 0


@pytest.mark.parametrize(
    ("events", "settings", "said"),
    [
        ("nowhere.ndjson", str(samples.SETTINGS), "nowhere.ndjson: there is no such file"),
        (str(samples.EVENTS), "nowhere.toml", "nowhere.toml"),
        (str(samples.SETTINGS.parent), str(samples.SETTINGS), "cannot be read"),
    ],
)
def test_unusable_files_end_with_2(events: str, settings: str, said: str) -> None:
    """A file that cannot be used is named in one message, without a traceback."""
    done = run("check", events, "--settings", settings)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_settings_are_told_all_at_once(tmp_path: Path) -> None:
    """Each fault has its line; a secret is refused without being repeated."""
    text = samples.SETTINGS.read_text(encoding="utf-8")
    text = text.replace('"{{hotel.country}}"', "true").replace("third_shop_id", "third_shop_idd")
    bad = tmp_path / "bad.toml"
    bad.write_text(text + 'client_secret = "canary-4711"\n', encoding="utf-8")
    done = run("check", str(samples.EVENTS), "--settings", str(bad))
    assert done.returncode == 2
    for said in ("order_country", "third_shop_idd", "did you mean third_shop_id", "client_secret"):
        assert said in done.stderr
    assert f"{bad}:15" in done.stderr
    assert "canary-4711" not in done.stderr + done.stdout


def test_explain_prints_the_trace_of_one_event() -> None:
    """`explain --index` names source, conversion and value; an index too high is told."""
    done = run("explain", str(samples.EVENTS), *SETTINGS, "--index", "1")
    assert "context.event_timestamp" in done.stdout
    assert "milliseconds → seconds" in done.stdout
    assert "1780495322" in done.stdout
    beyond = run("explain", str(samples.EVENTS), *SETTINGS, "--index", "7")
    assert beyond.returncode == 2
    assert "no event 7" in beyond.stderr


def test_map_writes_payloads_and_rejects(tmp_path: Path) -> None:
    """Payload lines and reject lines together account for every damaged sample."""
    out, rejects = tmp_path / "out.ndjson", tmp_path / "rejects.ndjson"
    done = run("map", str(samples.DAMAGED), *SETTINGS, "-o", str(out), "--rejects", str(rejects))
    assert done.returncode == 1
    payloads, refused = lines(out.read_text("utf-8")), lines(rejects.read_text("utf-8"))
    assert len(payloads) == 3
    assert all(set(payload) == {"order_info"} for payload in payloads)
    assert len(refused) == 9
    assert all(line["event"] for line in refused)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.ndjson", "rejects.ndjson"]


def test_map_writes_to_standard_output() -> None:
    """Without -o, payload lines are the output, and nothing else is."""
    done = run("map", "-", *SETTINGS, stdin=samples.EVENTS.read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert [line["order_info"]["order_id"] for line in lines(done.stdout)] == [  # type: ignore[index]
        f"MLB-2026000{number}" for number in range(1, 8)
    ]


def test_send_to_the_embedded_sandbox_delivers_every_sample() -> None:
    """Each sample is delivered with TikTok's log_id."""
    done = run("send", str(samples.EVENTS), *SETTINGS, "--to", "sandbox", "--json")
    assert done.returncode == 0, done.stderr
    sent = lines(done.stdout)
    assert [line["verdict"] for line in sent] == ["delivered"] * 7
    assert [line["index"] for line in sent] == list(range(7))
    assert all(line["log_id"] and line["http_status"] == 200 for line in sent)


def test_send_tells_what_was_not_sent() -> None:
    """An event with an error is invalid, one in no event mapping is filtered."""
    other = '{"event_name": "page_view"}\n'
    text = other + samples.DAMAGED.read_text(encoding="utf-8").splitlines()[0]
    done = run("send", "-", *SETTINGS, "--to", "sandbox", "--json", stdin=text)
    sent = lines(done.stdout)
    assert [line["verdict"] for line in sent] == ["filtered", "invalid"]
    assert "page_view" in str(sent[0]["message"])
    assert "order_info.initiator" in str(sent[1]["message"])
    assert done.returncode == 1


def test_dry_run_shows_the_request_and_no_secret() -> None:
    """A dry run needs neither endpoint nor credentials, and masks a token that is there."""
    done = run(
        "send",
        str(samples.EVENTS),
        *SETTINGS,
        "--json",
        ORDERKIT_ACCESS_TOKEN="canary-token-4711",
    )
    assert done.returncode == 0
    assert "Bearer ••••••" in str(lines(done.stdout)[0]["request"])
    assert "canary-token-4711" not in done.stdout + done.stderr


def test_live_refuses_without_endpoint_and_credentials() -> None:
    """What is missing is said all at once, with where to find it."""
    done = run("send", str(samples.EVENTS), *SETTINGS, "--to", "live", "--yes")
    assert done.returncode == 2
    assert "partner reference" in done.stderr
    assert "ORDERKIT_CLIENT_KEY" in done.stderr


@contextmanager
def live_settings(folder: Path, sandbox: Sandbox) -> Iterator[list[str]]:
    """The sample settings, pointing at a sandbox as if it were live."""
    path = folder / "live.toml"
    text = samples.SETTINGS.read_text(encoding="utf-8")
    connection = f'endpoint_url = "{sandbox.order_url}"\ntoken_url = "{sandbox.token_url}"\n'
    path.write_text(text + connection, encoding="utf-8")
    yield ["--settings", str(path)]


def test_live_asks_first(tmp_path: Path) -> None:
    """Where nobody can be asked, live sending wants --yes, and nothing is sent without it."""
    with Sandbox(access_tokens=["token-4711"]) as sandbox, live_settings(tmp_path, sandbox) as live:
        done = run(
            "send", str(samples.EVENTS), *live, "--to", "live", ORDERKIT_ACCESS_TOKEN="token-4711"
        )
        assert done.returncode == 2
        assert "--yes" in done.stderr
        assert not sandbox.orders


def test_live_with_an_access_token_makes_no_token_call(tmp_path: Path) -> None:
    """With ORDERKIT_ACCESS_TOKEN set, the token goes out as it is."""
    with Sandbox(access_tokens=["token-4711"], clients={}) as sandbox:
        event = samples.EVENTS.read_text(encoding="utf-8").splitlines()[1]
        with live_settings(tmp_path, sandbox) as live:
            done = run(
                *("send", "-", *live, "--to", "live", "--yes", "--json"),
                stdin=event,
                ORDERKIT_ACCESS_TOKEN="token-4711",
            )
        assert [line["verdict"] for line in lines(done.stdout)] == ["delivered"], done.stderr
        assert list(sandbox.orders) == ["MLB-20260002"]
        assert "token-4711" not in done.stdout + done.stderr


def test_live_with_key_and_secret_asks_for_a_token(tmp_path: Path) -> None:
    """Key and secret from the environment are exchanged for a token."""
    with Sandbox(clients={"key-4711": "secret-4711"}) as sandbox:
        event = samples.EVENTS.read_text(encoding="utf-8").splitlines()[3]
        with live_settings(tmp_path, sandbox) as live:
            done = run(
                *("send", "-", *live, "--to", "live", "--yes", "--json"),
                stdin=event,
                ORDERKIT_CLIENT_KEY="key-4711",
                ORDERKIT_CLIENT_SECRET="secret-4711",
            )
        assert [line["verdict"] for line in lines(done.stdout)] == ["delivered"], done.stderr
        assert "4711" not in done.stdout + done.stderr


def test_the_sandbox_command_serves_on_loopback() -> None:
    """`orderkit sandbox` prints its addresses, answers, and shows its orders."""
    command = [sys.executable, "-c", "from orderkit.cli import main; main()", "sandbox"]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[4].rstrip(",")
            assert url.startswith("http://127.0.0.1:")
            assert httpx.get(f"{url}/orders").status_code == 200
        finally:
            process.terminate()


def test_the_demo_tells_the_whole_way() -> None:
    """`orderkit demo` maps, checks, sends, ends with 0, and names what comes next."""
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("delivered") == 7
    for said in ("partners.tiktok.initiator", "missing", "orderkit lab"):
        assert said in done.stdout


def test_every_command_has_an_example() -> None:
    """The help of each command ends in an example of its use."""
    from orderkit.cli.commands import COMMANDS
    from orderkit.cli.group import orderkit

    for name in COMMANDS:
        command = orderkit.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert f"Example: orderkit {name}" in (command.help or ""), name
