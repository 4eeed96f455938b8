"""The command line. Each command is a module of its own, loaded only when it runs."""

import io
import sys
import traceback
from importlib import import_module

import click

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


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(f"orderkit.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The list needs no command's module: `orderkit --help` is as quick as the rest.
        rows = [(name, COMMANDS[name][1]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orderkit")
def orderkit() -> None:
    """Map a booking site's events to TikTok's order_info, check and send them."""


def main() -> None:
    """Run the command line; what a user can mend ends in one message and exit code 2."""
    try:
        code = orderkit(standalone_mode=False)
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        click.echo(_masked(told.getvalue()), nl=False, err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        code = 130
    except OrderkitError as error:
        click.echo(_masked(f"error: {error}"), err=True)
        code = 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever read our output has read enough (`| head`).
            sys.stderr.close()
            sys.exit(0)
        click.echo(_masked(f"error: {error.filename or 'file'}: {error.strerror}"), err=True)
        code = 2
    except Exception:
        click.echo(_masked(traceback.format_exc()), err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _masked(text: str) -> str:
    # Loaded here: commands that end well without it start quicker.
    from orderkit.masking import mask

    return mask(text)
