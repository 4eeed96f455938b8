"""The command line: each command is a module of its own, loaded only when it runs.

It may import every room but widgets.
"""

import signal
import sys

from orderkit.errors import OrderkitError


def main() -> None:
    """Run the command line; what a user can mend ends in one message and exit code 2."""
    code: object = 0
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What nohup ignores stays ignored.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        if sys.argv[1:] == ["fields"]:
            # Nothing is to be parsed, and click takes longer to load than all the rest.
            from orderkit.destination.fields import listing

            print(listing(), flush=True)
        else:
            from orderkit.cli.group import run

            code = run()
    except KeyboardInterrupt:
        _tell("stopped")
        code = 130
    except OrderkitError as error:
        _tell(f"error: {error}")
        code = 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever read our output has read enough (`| head`).
            sys.stderr.close()
            sys.exit(0)
        _tell(f"error: {error.filename or 'file'}: {error.strerror}")
        code = 2
    except Exception:
        import traceback

        _tell(traceback.format_exc())
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _end(number: int, _frame: object) -> None:
    """End as the signal asks, on the way out of all that is open: nothing half done is left."""
    raise SystemExit(128 + number)


def _tell(text: str) -> None:
    # Loaded here: commands that end well without it start quicker.
    from orderkit.masking import mask

    print(mask(text), file=sys.stderr)
