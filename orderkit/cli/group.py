"""The commands as a click group, and what click has to say of them."""

import io
import sys
from importlib import import_module

import click

from orderkit.cli.commands import COMMANDS, GROUPS
from orderkit.cli.writing import echo, give_up


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
        longest = max(map(len, self.list_commands(ctx)))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(longest), said) for name, (_, said) in commands.items()]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            # Loaded here, and not with the module: most know how their command is written.
            from difflib import get_close_matches

            near = get_close_matches(name.lower(), COMMANDS, n=2, cutoff=0.6)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command {name!r}.{meant} orderkit --help lists them.")
        return super().resolve_command(ctx, args)


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
    streams = sys.stdout, sys.stderr
    try:
        return orderkit(standalone_mode=False)
    except SystemExit:
        # What click itself prints, help say, found no reader any more: it replaces the streams.
        if sys.stdout is streams[0]:
            raise
        sys.stdout, sys.stderr = streams
        give_up(sys.stdout)
        return 0
    except click.ClickException as error:
        # Loaded here: `orderkit --help` does without.
        from orderkit.masking import mask

        shown = io.StringIO()
        error.show(shown)
        echo(mask(shown.getvalue().rstrip("\n")), err=True)
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
