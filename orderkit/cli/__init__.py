"""The command line. Each command is a module of its own, loaded only when it runs."""

import sys

from orderkit.errors import OrderkitError

#: Command → (its place, one line for the list of commands), in the order of the work.
COMMANDS = {
    "demo": (
        "demo:command",
        "Show the whole way with the samples, sandbox included.",
    ),
    "app": ("app:command", "Serve the demo page that is shown to a client."),
    "lab": ("lab:command", "Open JupyterLab on a working copy of the notebooks."),
    "fields": ("fields:command", "Print the destination's field mappings."),
    "suggest": ("suggest:command", "Propose a reference for each setting, from events."),
    "check": ("check:command", "Check events: outcome and problems of each."),
    "explain": ("explain:command", "Show how each value of an event's payload came about."),
    "formula": ("formula:command", "Print the value of a formula."),
    "profile": ("profile:command", "Show how well each row is filled, over many events."),
    "diff": ("review:diff", "Show what changed settings would change."),
    "verify": ("review:verify", "Compare with approved results, for CI."),
    "map": ("map:command", "Write payload lines for events, streaming."),
    "send": ("send:command", "Send events as orders, or show what would be sent."),
    "deliveries": (
        "deliveries:command",
        "Show what became of orders: over time, causes, one order.",
    ),
    "handover": (
        "handover:command",
        "Write a page for the client: settings, mapping, test orders.",
    ),
    "sandbox": ("sandbox:command", "Serve TikTok's side of the wire on this machine, for tests."),
}


def main() -> None:
    """Run the command line; what a user can mend ends in one message and exit code 2."""
    code: object = 0
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


def _tell(text: str) -> None:
    # Loaded here: commands that end well without it start quicker.
    from orderkit.masking import mask

    print(mask(text), file=sys.stderr)
