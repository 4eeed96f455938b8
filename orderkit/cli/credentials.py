"""``orderkit credentials``"""

import sys

import click

from orderkit.cli.writing import echo
from orderkit.errors import CredentialsError
from orderkit.sending.credentials import (
    AccessToken,
    Credentials,
    delete_credentials,
    find_credentials,
    store_credentials,
)


@click.group("credentials")
def command() -> None:
    """Keep TikTok's credentials in the operating system's keyring, under a name.

    NAME is what settings have as credentials = "…" under [settings]. No command prints a secret.
    Where there is no keyring (a server, CI), ORDERKIT_CLIENT_KEY and ORDERKIT_CLIENT_SECRET, or
    ORDERKIT_ACCESS_TOKEN, do without one.

    Example: orderkit credentials set my-client
    """


@command.command("set", short_help="Ask for them, and keep them.")
@click.argument("name")
@click.option("--access-token", is_flag=True, help="Ask for a token that TikTok gave you instead.")
def set_credentials(name: str, access_token: bool) -> None:
    """Ask for client key and client secret, and keep them; what was kept is replaced.

    What is typed is not shown. Piped, they are the first two lines of standard input.

    Example: orderkit credentials set my-client
    """
    if access_token:
        store_credentials(name, AccessToken.of(_ask("access token")))
    else:
        store_credentials(name, Credentials.of(_ask("client key"), _ask("client secret")))
    echo(f"{name}: kept in the keyring; orderkit send finds them under that name", err=True)


@command.command("show", short_help="Say what is there, and no secret.")
@click.argument("name")
def show_credentials(name: str) -> None:
    """Say what is there under a name and where it was found, and no secret.

    Example: orderkit credentials show my-client
    """
    given = find_credentials(name)
    what = "an access token" if isinstance(given, AccessToken) else "client key and client secret"
    echo(f"{name}: {what}, {given.source}")


@command.command("remove", short_help="Remove them from the keyring.")
@click.argument("name")
def remove_credentials(name: str) -> None:
    """Remove credentials from the keyring, and the tokens that were got with them.

    Example: orderkit credentials remove my-client
    """
    delete_credentials(name)
    echo(f"{name}: not in the keyring any more", err=True)


def _ask(what: str) -> str:
    """A secret, typed or piped. Raises CredentialsError where there is no line left."""
    if sys.stdin.isatty():
        answer: str = click.prompt(what, hide_input=True, err=True)
        return answer
    if not (line := sys.stdin.readline()):
        raise CredentialsError(f"no {what} came: type it, or pipe it as a line of its own")
    return line
