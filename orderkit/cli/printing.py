"""Pages as PDF, printed by a Chromium where there is one."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from orderkit.errors import OrderkitError
from orderkit.events.files import written

_VARIABLE: Final = "ORDERKIT_CHROMIUM"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_WITHIN: Final = 120


def find_chromium() -> str:
    """The browser that prints: what ORDERKIT_CHROMIUM names, or one that is installed.

    Raises OrderkitError where there is none.
    """
    if named := os.environ.get(_VARIABLE):
        return named
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise OrderkitError(
        "a PDF is printed by a Chromium, and none is here: install one, name one in"
        f" {_VARIABLE}, or write the page with -o and print it from a browser"
    )


def print_pdf(page: str, name: str) -> None:
    """Print a page of HTML to a PDF file of that name. Raises OrderkitError."""
    browser = find_chromium()
    with tempfile.TemporaryDirectory(prefix="orderkit-", ignore_cleanup_errors=True) as folder:
        source, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        flags = [
            *("--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"),
            *("--disable-background-networking", f"--user-data-dir={folder}/profile"),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # In a container everybody is root, and Chromium's own sandbox asks for another user.
            flags.append("--no-sandbox")
        command = [browser, *flags, f"--print-to-pdf={made}", source.as_uri()]
        try:
            done = subprocess.run(  # noqa: S603 - the browser that was named or found
                command, capture_output=True, timeout=_WITHIN, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = getattr(error, "strerror", None) or f"no answer within {_WITHIN} s"
            raise OrderkitError(f"{browser}: cannot print: {reason}") from error
        if not made.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise OrderkitError(
                f"{browser}: printed nothing: {' '.join(said) or 'no reason given'}"
            )
        with written(name) as output:
            output.write(made.read_bytes())
