"""The canary: credentials with a mark go through everything, and the mark is found nowhere.

A command, a failure or a file that is new belongs into one of the tables here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from orderkit import masking
from orderkit.cli.commands import COMMANDS
from orderkit.events import samples
from orderkit.sandbox import FAULTS, Sandbox
from orderkit.sandbox.tokens import TokenIssuer
from tests.canary import (
    ACCESS_TOKEN,
    CLIENT_KEY,
    CLIENT_SECRET,
    GRANTED,
    MARK,
    PAIR,
    START,
    TOKEN,
    Place,
    marked,
    written,
)
from tests.sending.server import OK, Got, Script, Server, Step, answer, serving

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
EVENTS = str(samples.EVENTS)
SETTINGS = ["--settings", str(samples.SETTINGS)]
LEDGER = ["--ledger", "deliveries.db"]
LIVE = ["send", "many.ndjson", "--settings", "live.toml", "--to", "live", "--yes", *LEDGER]

#: Command → its runs. Those that go over the wire have tests of their own below.
RUNS: dict[str, list[list[str]]] = {
    "demo": [[]],
    "app": [["--help"]],
    "lab": [["copy", "--copy-only"]],
    "listen": [["--help"]],
    "events": [[EVENTS, "-o", "events.ndjson"]],
    "suggest": [[EVENTS, "-o", "suggested.toml"]],
    "fields": [[], ["--json"]],
    "check": [[EVENTS, *SETTINGS], [str(samples.DAMAGED), *SETTINGS, "--json"]],
    "explain": [[EVENTS, *SETTINGS]],
    "formula": [["UPPER(event_name)", "--trace"]],
    "profile": [[EVENTS, *SETTINGS, "--html", "profile.html"]],
    "diff": [[EVENTS, *SETTINGS, "--against", str(samples.SETTINGS)]],
    "verify": [[EVENTS, *SETTINGS, "--pack", "pack", "--update"]],
    "map": [[EVENTS, *SETTINGS, "-o", "out.ndjson", "--rejects", "rejects.ndjson"]],
    "credentials": [["show", "my-client"]],
    "send": [
        [EVENTS, *SETTINGS],
        [EVENTS, *SETTINGS, "--to", "sandbox", "--json"],
        [EVENTS, *SETTINGS, "--to", "live", "--yes"],
    ],
    "deliveries": [["--ledger", "nowhere.db"]],
    "handover": [[EVENTS, *SETTINGS, "-o", "handover.html"]],
    "sandbox": [["--list-faults"]],
}


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other test's secrets are masked in this process, and none of these in others."""
    monkeypatch.setattr(masking, "_forms", frozenset())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "many.ndjson").write_bytes(samples.bookings(14))
    return Place(tmp_path)


def test_the_mark_would_be_found(place: Place) -> None:
    """Every form of every secret is found, printed or in a file: these tests can fail."""
    for form in written(CLIENT_KEY, CLIENT_SECRET, ACCESS_TOKEN, *GRANTED.values()):
        assert marked(f"before{form}after"), form
    place.printed.append(f"x {ACCESS_TOKEN} y")
    (place.folder / "home" / "some.db").write_bytes(b"\0\xff" + CLIENT_SECRET.encode())
    assert len(place.leaks()) == 2


def test_every_command_has_a_run() -> None:
    """No command is left out."""
    assert list(RUNS) == list(COMMANDS)


@pytest.mark.parametrize("name", RUNS)
def test_no_command_shows_a_secret(name: str, place: Place) -> None:
    """With credentials in the environment, no command prints or writes the mark."""

    async def run() -> None:
        for arguments in RUNS[name]:
            code = await place.run(name, *arguments, **PAIR, **TOKEN)
            assert "Traceback" not in "".join(place.printed)
            assert code in (0, 1, 2)

    asyncio.run(run())
    assert "".join(place.printed)
    assert place.leaks() == []


def test_the_sandbox_command_shows_no_secret(place: Place) -> None:
    """A sandbox in one process takes the marked token from another, and neither shows it."""

    async def run() -> int:
        sandbox = await place.start("sandbox", "--port", "0", **TOKEN)
        assert sandbox.stdout is not None
        url = (await sandbox.stdout.readline()).decode().split()[4].rstrip(",")
        place.live_settings(f"{url}/order/sync", f"{url}/token")
        code = await place.run(*LIVE, **TOKEN)
        place.printed += [httpx.get(f"{url}/{page}").text for page in ("orders", "faults")]
        sandbox.terminate()
        place.printed += [text.decode() for text in await sandbox.communicate()]
        return code

    assert asyncio.run(run()) == 0
    assert place.printed[0].count("delivered") >= 14
    assert place.leaks() == []


# --- failures on the wire -------------------------------------------------------------------------


@dataclass
class Wire:
    """An endpoint, and the secrets that came to it; `elsewhere` is where it must not send us."""

    order_url: str
    token_url: str
    came: Callable[[], set[str]]
    elsewhere: Server | None = None


Serve: TypeAlias = Callable[[], AbstractAsyncContextManager[Wire]]


@contextmanager
def marked_tokens(came: set[str]) -> Iterator[None]:
    """Sandboxes give out tokens with the mark, and tell what came to them."""

    class Hex:
        number = 0

        def token_hex(self, _: int) -> str:
            self.number += 1
            return f"{MARK}/{self.number}"

    accepts, grant = TokenIssuer.accepts, TokenIssuer.grant

    def accepting(self: TokenIssuer, token: str) -> bool:
        came.add(token)
        return accepts(self, token)

    def granting(self: TokenIssuer, form: Any) -> Any:
        came.update(form.values())
        return grant(self, form)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orderkit.sandbox.tokens.secrets", Hex())
        patch.setattr(TokenIssuer, "accepts", accepting)
        patch.setattr(TokenIssuer, "grant", granting)
        yield


def failing(script: str, **options: Any) -> Serve:
    """A sandbox whose order calls meet a script."""

    @asynccontextmanager
    async def serve() -> AsyncIterator[Wire]:
        came: set[str] = set()
        with marked_tokens(came), Sandbox(**options) as sandbox:
            sandbox.script(script)
            yield Wire(sandbox.order_url, sandbox.token_url, lambda: came)
            # The script's end is met when nothing is left of it.
            assert sandbox.pending == []

    return serve


def scripted(orders: Script, tokens: Script | None = None) -> Serve:
    """A scripted server, which echoes as no sandbox does; ``ELSEWHERE`` becomes another host."""

    @asynccontextmanager
    async def serve() -> AsyncIterator[Wire]:
        async with serving([OK]) as other, serving(orders, tokens) as server:
            elsewhere = f"localhost:{other.port}"
            for script in (server.orders, server.tokens):
                script[:] = [_leading(step, elsewhere) for step in script]

            def came() -> set[str]:
                forms = [value for got in server.asked for value in got.form.values()]
                return {*forms, *(got.token for got in server.got)}

            yield Wire(server.order_url, server.token_url, came, other)

    return serve


def _leading(step: Step | Callable[[Got], Step], elsewhere: str) -> Callable[[Got], Step]:
    def led(got: Got) -> Step:
        made = step if isinstance(step, Step) else step(got)
        return Step(made.raw.replace(b"ELSEWHERE", elsewhere.encode()), made.close, made.reset)

    return led


def echo(got: Got) -> Step:
    """A careless endpoint: all that it got stands in its answer, in every way of writing it."""
    token_call = got.path == "/token"
    secrets = [got.form["client_key"], got.form["client_secret"]] if token_call else [got.token]
    echoed = " ".join(written(*secrets))
    text = f"got {got.headers} and {got.body.decode()}; {echoed}"
    error = {"code": f"E {got.headers}", "message": text, "log_id": echoed}
    return answer({"error": error}, Set_Cookie=f"s={MARK}", X_Echo=secrets[-1])


def redirect(got: Got) -> Step:
    """To another host, with all that was sent."""
    location = f"http://ELSEWHERE/order?token={got.headers.get('authorization', CLIENT_SECRET)}"
    return answer({}, 307, Location=location)


GRANT = answer({**GRANTED, "expires_in": 100})
BROKEN = "timeout, reset_before, reset_after, answer_lost, no_json, server_error, error_code"
SLOW = "slow(0.01), throttled_seconds(0), throttled_date(0), unauthorized, rate_limit(1)"

#: Failure → credentials, the endpoint, and the secrets that have to come to it.
FAILURES: dict[str, tuple[dict[str, str], Serve, set[str]]] = {
    "none": (PAIR, failing(""), {CLIENT_KEY, CLIENT_SECRET, f"act.{MARK}/1"}),
    "connections break": (PAIR, failing(BROKEN), {CLIENT_SECRET, f"act.{MARK}/1"}),
    "busy, and refused": (PAIR, failing(SLOW), {CLIENT_SECRET, f"act.{MARK}/1", f"act.{MARK}/3"}),
    "nobody listens": (TOKEN, failing("refused(600)"), set()),
    "wrong credentials": (PAIR, failing("", clients={"other": "pair"}), {CLIENT_SECRET}),
    "wrong token": (TOKEN, failing(""), {ACCESS_TOKEN}),
    "echo": (TOKEN, scripted([echo]), {ACCESS_TOKEN}),
    "echo of the token call": (PAIR, scripted([OK], [echo]), {CLIENT_SECRET}),
    "echo with what was granted": (PAIR, scripted([echo], [GRANT]), {GRANTED["access_token"]}),
    "no HTTP": (
        TOKEN,
        scripted([lambda got: Step(got.token.encode() + b"\r\n\r\n", close=True)]),
        {ACCESS_TOKEN},
    ),
    "redirect": (TOKEN, scripted([redirect]), {ACCESS_TOKEN}),
    "redirect of the token call": (PAIR, scripted([OK], [redirect]), {CLIENT_SECRET}),
}


def test_every_fault_is_among_the_failures() -> None:
    """The scripts have each fault of the sandbox in them."""
    assert all(name in f"{BROKEN}, {SLOW}, refused" for name in FAULTS)


@pytest.mark.parametrize(
    ("failure", "output"),
    [pytest.param(name, [], id=name) for name in FAILURES]
    + [pytest.param("echo", ["--json"], id="echo, as JSON")],
)
def test_no_failure_shows_a_secret(failure: str, output: list[str], place: Place) -> None:
    """Sent live, the secrets come to the endpoint, to no other host, and to no output or file."""
    given, serve, wanted = FAILURES[failure]

    async def run() -> tuple[Wire, int]:
        async with serve() as wire:
            place.live_settings(wire.order_url, wire.token_url)
            send = [*LIVE, "--report", "report.ndjson", "--keep-tokens", *output]
            return wire, await place.run(*send, **given)

    wire, code = asyncio.run(run())
    assert wanted <= wire.came()
    assert code == (0 if failure == "none" else 1), place.printed
    assert wire.elsewhere is None or wire.elsewhere.connections == 0
    assert "DEBUG:" in place.printed[1]
    assert place.leaks() == []


@pytest.mark.parametrize("failure", ["echo", "echo of the token call"])
def test_what_became_of_orders_shows_no_secret(failure: str, place: Place) -> None:
    """The ledger is read by a process that knows no secret: what it shows was masked before."""
    given, serve, wanted = FAILURES[failure]
    reads: list[list[str]] = [["--html", "page.html"], ["--json"], ["--curl"], ["--order", "1"]]

    async def run() -> Wire:
        async with serve() as wire:
            place.live_settings(wire.order_url, wire.token_url)
            await place.run(*LIVE, **given)
        for options in reads:
            assert await place.run("deliveries", *LEDGER, *options) == 0
        return wire

    assert wanted <= asyncio.run(run()).came()
    assert (place.folder / "page.html").stat().st_size > 1000
    assert place.leaks() == []


# --- failures of the program ----------------------------------------------------------------------

BREAKING = """
from orderkit.sending.credentials import find_credentials
from orderkit.errors import OrderkitError

@orderkit.command("break")
def broken():
    secret = find_credentials("any").client_secret.reveal()
    try:
        raise KeyError(secret)
    except KeyError:
        raise {error}
main()
"""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("RuntimeError(f'with {secret}')", 1, "RuntimeError: with ••••••"),
        ("ExceptionGroup('of', [ValueError(secret)])", 1, "ValueError: ••••••"),
        ("OrderkitError(f'with {secret}')", 2, "error: with ••••••"),
        ("OSError(5, 'broken', secret)", 2, "error: ••••••: broken"),
        ("__import__('click').ClickException(secret)", 1, "Error: ••••••"),
    ],
)
def test_no_error_shows_a_secret(error: str, code: int, said: str, place: Place) -> None:
    """An exception with a secret in its text is told, traceback and causes included, without it."""
    source = START + BREAKING.replace("{error}", error)
    assert asyncio.run(place.run("break", code=source, **PAIR)) == code
    assert said in place.printed[1]
    assert place.leaks() == []


# --- notebooks ------------------------------------------------------------------------------------

FIRST = "import logging, os\nlogging.basicConfig(level=logging.DEBUG)"
#: Typed credentials, a live sending, and what may go wrong in a notebook; added to notebook 04.
TYPED = (
    """
from orderkit.widgets import SendForm
os.environ["ORDERKIT_SETTINGS"] = "live.toml"
live = SendForm()
# As a browser does that was typed into.
live.to.key.set_state({"value": os.environ["KEY_TO_TYPE"]})
live.to.secret.set_state({"value": os.environ["SECRET_TO_TYPE"]})
live.target.value, live.confirm.value = "Live endpoint", True
live.send_button.click()
await live.task
live
""",
    "print(live.sent[0].as_json()); live.sent[0].delivery",
    "live.deliveries.choose.index = 0; assert live.deliveries.entry_view.value; live.deliveries",
    """
from orderkit.sending.credentials import find_credentials
from orderkit.widgets.parts import guarded
given = find_credentials(live.settings.settings.credentials)
secret = given.client_secret.reveal()
live.show_message(f"with {secret}", "bad")
guarded(live, lambda: int(secret))()
print(live.message.value)
given
""",
    "raise RuntimeError(f'with {secret}')",
    "{}[secret]",
    "raise ExceptionGroup('of', [ValueError(secret)])",
    "logging.getLogger('orderkit').warning('with %s', secret)",
)


@pytest.mark.parametrize("last", [False, True], ids=["from the environment", "typed"])
def test_no_notebook_shows_a_secret(last: bool, place: Place) -> None:
    """Executed and saved with widget state, notebooks have no secret in them, nor has any file."""
    given = {"KEY_TO_TYPE": CLIENT_KEY, "SECRET_TO_TYPE": CLIENT_SECRET} if last else PAIR | TOKEN
    # One kernel for all: each begins with a form of its own.
    sources = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    if last:
        sources = [one for path, one in zip(NOTEBOOKS, sources, strict=True) if "04" in path.stem]
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(FIRST),
        *(cell for source in sources for cell in source.cells),
        *(nbformat.v4.new_code_cell(source) for source in (TYPED if last else ())),
    ]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"

    async def run() -> set[str]:
        async with scripted([echo], [GRANT])() as wire:
            place.live_settings(wire.order_url, wire.token_url)
            client = NotebookClient(
                notebook,
                allow_errors=True,
                store_widget_state=True,
                resources={"metadata": {"path": str(place.folder)}},
            )
            await client.async_execute(env=place.environment(**given))
            return wire.came()

    came = asyncio.run(run())
    assert not last or {CLIENT_SECRET, GRANTED["access_token"]} <= came
    assert notebook.metadata.widgets
    errors = [o.ename for c in notebook.cells for o in c.get("outputs", []) if "ename" in o]
    assert errors == (["RuntimeError", "KeyError", "ExceptionGroup"] if last else [])
    nbformat.write(notebook, place.folder / "executed.ipynb")
    assert place.leaks() == []
