"""Error messages, and endings of a run that only the command line knows."""

from __future__ import annotations

import traceback

import click

from graphspec.cli._flags import in_flags
from graphspec.errors import GraphspecError


class Terminated(BaseException):
    """SIGTERM arrived: unwinds like Ctrl-C, so that temporary files are removed."""


class FailedInputsError(GraphspecError):
    """Some inputs failed and were reported already; the others are done."""


def report_error(message: str, *, debug: bool = False) -> None:
    """Write an error that is being handled to standard error: one line, with the flags of options.

    Parameters
    ----------
    message
        The message of the library.
    debug
        Whether to write the traceback.
    """
    if debug:
        traceback.print_exc()
    click.echo(f"graphspec: error: {in_flags(message)}", err=True)
