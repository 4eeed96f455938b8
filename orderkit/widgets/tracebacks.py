"""Exceptions in a notebook, shown and saved without secrets."""

import traceback
from typing import Any

from orderkit.masking import mask


def mask_uncaught(shell: Any) -> None:
    """Let an IPython shell show exceptions, and a notebook keep them, without secrets.

    A handler that the user has set already is left alone.
    """
    if not shell.custom_exceptions:
        shell.set_custom_exc((Exception,), _show_masked)


def _show_masked(
    shell: Any, kind: type[Exception], error: Exception, trace: Any, tb_offset: int | None = None
) -> None:
    chain: BaseException | None = error
    while chain is not None and not isinstance(chain, BaseExceptionGroup):
        chain = chain.__context__
    if chain is None:
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    else:
        # As IPython does, whose own way of showing them leaves the members out.
        lines = traceback.format_exception(error)
    message = mask(str(error))
    # The kernel's answer quotes the exception itself.
    error.args = tuple(mask(part) if isinstance(part, str) else part for part in error.args)
    shell._showtraceback(kind, message, [mask(line) for line in lines])
