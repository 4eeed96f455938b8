"""The commands as a click group, and what click has to say of them."""

import io
import sys
from importlib import import_module

import click

from orderkit.cli.commands import COMMANDS


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


@click.group(
    cls=_Commands,
    epilog="Example: orderkit demo. Each command has --help with an example of its own.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="orderkit")
def orderkit() -> None:
    """Map a booking site's events to TikTok's order_info, check and send them."""


def run() -> object:
    """Run what the command line asks for, and give its exit code; misuse is told and ends with 2.

    Raises KeyboardInterrupt for Ctrl-C, at a question too.
    """
    try:
        return orderkit(standalone_mode=False)
    except click.ClickException as error:
        # Loaded here: `orderkit --help` does without.
        from orderkit.masking import mask

        told = io.StringIO()
        error.show(told)
        sys.stderr.write(mask(told.getvalue()))
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
