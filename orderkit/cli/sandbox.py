"""``orderkit sandbox``"""

import os

import click

from orderkit.cli.faults import apply, faults_options
from orderkit.cli.writing import echo
from orderkit.sandbox import Sandbox, serve


@click.command("sandbox")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=8765, show_default=True)
@faults_options
def command(port: int, script: str, share: float | None, seed: int) -> None:
    """Serve TikTok's side of the wire on this machine alone, until Ctrl-C.

    Write the printed addresses under [connection] in the settings and send with --to live. It
    accepts the tokens that it gave out, and ORDERKIT_ACCESS_TOKEN where that is set. Faults can
    also be scripted while it runs: POST /faults with {"script": "…"} as application/json.

    Example: orderkit sandbox --port 8765 --faults "server_error*2, slow(0.5), ok, answer_lost"
    """

    def tell(sandbox: Sandbox) -> None:
        apply(sandbox, script, share, seed)
        echo(f"The sandbox listens on {sandbox.url}\nStop it with Ctrl-C.")
        echo("Under [connection] in the settings:")
        echo(f'endpoint_url = "{sandbox.order_url}"')
        echo(f'token_url = "{sandbox.token_url}"')
        echo('merchant_id = "any"')
        echo(f"The orders it keeps: {sandbox.url}/orders")
        if sandbox.pending:
            echo(f"faults       {', '.join(sandbox.pending)}")

    token = os.environ.get("ORDERKIT_ACCESS_TOKEN", "").strip()
    serve(port, tell, access_tokens=[token] if token else [])
