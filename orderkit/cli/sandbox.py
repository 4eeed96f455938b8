"""``orderkit sandbox``"""

import os

import click

from orderkit.sandbox import Sandbox, serve


@click.command("sandbox")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=8765, show_default=True)
def command(port: int) -> None:
    """Serve TikTok's side of the wire on this machine alone, until Ctrl-C.

    Write the printed addresses under [connection] in the settings and send with --to live. It
    accepts the tokens that it gave out, and ORDERKIT_ACCESS_TOKEN where that is set.

    Example: orderkit sandbox --port 8765
    """
    token = os.environ.get("ORDERKIT_ACCESS_TOKEN", "").strip()
    serve(port, _tell, access_tokens=[token] if token else [])


def _tell(sandbox: Sandbox) -> None:
    click.echo(f"The sandbox listens on {sandbox.url}, stop it with Ctrl-C.")
    click.echo(f'endpoint_url = "{sandbox.order_url}"')
    click.echo(f'token_url = "{sandbox.token_url}"')
    click.echo('merchant_id = "any"')
    click.echo(f"orders       {sandbox.url}/orders")
