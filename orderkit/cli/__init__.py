"""The command line: each command is a module of its own, loaded only when it runs.

It may import every room but widgets.
"""

import gc
import os
import signal
import sys

from orderkit.cli.writing import echo, flushed, output_width, prepare_streams
from orderkit.errors import OrderkitError, SettingsError


def main() -> None:
    """Run the command line; what a user can mend ends in one message and exit code 2."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What nohup ignores stays ignored.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)
    # A command makes many objects that stay, and hardly any circles: a collection of these at
    # every 700 objects finds nothing, and takes an eighth of the start.
    gc.set_threshold(50_000)
    # No plug-in of pydantic's has a part in this; looking for some takes as long again.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    prepare_streams()
    code = flushed(_run)
    sys.exit(code if isinstance(code, int) else 0)


def _run() -> object:
    try:
        if sys.argv[1:] == ["fields"]:
            # Nothing is to be parsed, and click takes longer to load than all the rest.
            from orderkit.cli.listing import print_fields

            return print_fields()
        from orderkit.cli.group import run

        return run()
    except KeyboardInterrupt:
        _print_failure("stopped")
        return 130
    except SettingsError as error:
        _print_failure("\n".join(f"error: {fault.text(error.place)}" for fault in error.faults))
        return 2
    except OrderkitError as error:
        _print_failure(f"error: {error}")
        return 2
    except OSError as error:
        from orderkit.events.failures import reason_of

        _print_failure(f"error: {error.filename or 'standard output'}: {reason_of(error)}")
        return 2
    except Exception:
        import traceback

        _print_failure(traceback.format_exc(), wrapped=False)
        return 1


def _end(number: int, _frame: object) -> None:
    """End as the signal asks, on the way out of all that is open: nothing half done is left."""
    raise SystemExit(128 + number)


def _print_failure(text: str, *, wrapped: bool = True) -> None:
    # Loaded here: commands that end well without it start quicker.
    from orderkit.cli.columns import wrap_below
    from orderkit.masking import mask

    text = mask(text)
    if wrapped and sys.stderr.isatty():
        text = wrap_below(text, output_width(sys.stderr))
    echo(text, err=True)
