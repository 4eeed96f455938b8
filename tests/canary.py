"""Secrets with a known mark, and places to look for it."""

import asyncio
import base64
import html
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from orderkit.events import samples
from orderkit.masking import forms
from tests import forked

MARK = "Canary4711Mark"
CLIENT_KEY = f"key-{MARK}"
CLIENT_SECRET = f"s/{MARK}+%\"&'<="
ACCESS_TOKEN = f"tok/{MARK}+="
#: What a server gives out, the mark at the beginning of a longer token.
GRANTED = {"access_token": f"act.{MARK}/1", "refresh_token": f"rft.{MARK}/2"}

PAIR = {"ORDERKIT_CLIENT_KEY": CLIENT_KEY, "ORDERKIT_CLIENT_SECRET": CLIENT_SECRET}
TOKEN = {"ORDERKIT_ACCESS_TOKEN": ACCESS_TOKEN}

_LOOKED_FOR = {form.casefold() for form in (MARK, *forms(MARK))}

#: ``orderkit``, logging all there is to log, one order after the other, giving up soon.
START = """
import logging, math
from orderkit.sending import retry
retry.Policy.__init__.__defaults__ = (2, 60, 0.5, 0.01, 0.01, 0.01, math.inf, 1)
retry.DEFAULT_POLICY = retry.Policy()
logging.basicConfig(level=logging.DEBUG)
from orderkit.cli import main
from orderkit.cli.group import orderkit
"""


def written(*values: str) -> list[str]:
    """Values in every way in which a server may write them into a text."""
    ways: set[str] = set()
    for value in values:
        in_json = json.dumps(value)[1:-1]
        ways |= {value, quote(value), quote(value, safe=""), quote_plus(value)}
        ways |= {in_json, in_json.replace("/", "\\/")}
        ways |= {in_json.replace("&", "\\u0026").replace("<", "\\u003c")}
        ways |= {repr(value), html.escape(value)}
        for text in (value, f"Bearer {value}", f"user:{value}:", f"{value} again"):
            ways.add(base64.b64encode(text.encode()).decode())
            ways.add(base64.urlsafe_b64encode(text.encode()).decode())
    return sorted(ways)


def marked(text: str) -> list[str]:
    """The forms of the mark that are in a text, in any case."""
    folded = text.casefold()
    return [form for form in _LOOKED_FOR if form in folded]


@dataclass
class Place:
    """A folder to run commands in, with a home of its own; what they print is kept in `printed`."""

    folder: Path
    printed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("home", "tmp"):
            (self.folder / name).mkdir()

    def environment(self, **given: str) -> dict[str, str]:
        """An environment that has nothing of the user's but the way to Python."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONUTF8": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **given,
        }

    async def start(
        self, *arguments: str, code: str = START + "main()", **given: str
    ) -> asyncio.subprocess.Process:
        """Start ``orderkit`` with these arguments and credentials."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, *arguments),
            cwd=self.folder,
            env=self.environment(**given),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str, code: str = START + "main()", **given: str) -> int:
        """Run ``orderkit`` to its end; gives the exit code."""
        environment = self.environment(**given)
        done = await asyncio.to_thread(
            forked.run, arguments, environment, folder=self.folder, code=code
        )
        self.printed += [done.stdout, done.stderr]
        return done.returncode

    def live_settings(self, order_url: str, token_url: str) -> None:
        """Write ``live.toml``: the samples' settings, with that endpoint."""
        connection = {"endpoint_url": order_url, "token_url": token_url, "merchant_id": "m-1"}
        lines = [f'{name} = "{value}"' for name, value in connection.items()]
        text = samples.SETTINGS.read_text(encoding="utf-8").partition("[connection]")[0]
        path = self.folder / "live.toml"
        path.write_text("\n".join([text, "[connection]", *lines, ""]), encoding="utf-8")

    def leaks(self) -> list[str]:
        """Where the mark is, in what was printed and in every file."""
        found = [f"printed: {_around(text)}" for text in self.printed if marked(text)]
        for path, text in self._files():
            if marked(text) or marked(path.name):
                found.append(f"{path}: {_around(text)}")
        return found

    def _files(self) -> Iterator[tuple[Path, str]]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes().decode("latin-1")


def _around(text: str) -> str:
    folded = text.casefold()
    at = min(folded.find(form) for form in marked(text)) if marked(text) else 0
    return text[max(0, at - 80) : at + 80]
