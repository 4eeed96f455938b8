"""Checks of options, for the commands that load nothing else."""

import click

from orderkit.destination.codes import STATUS


def order_status(
    _context: click.Context, _option: click.Parameter, status: str | None
) -> str | None:
    """One word in capitals. Raises click.BadParameter."""
    if status is not None and not STATUS.fullmatch(status):
        raise click.BadParameter(f"found {status!r}; write one word in capitals: COMPLETE_ORDER")
    return status
