"""Endings of a run that only the command line knows."""

from __future__ import annotations

from graphspec.errors import GraphspecError


class Terminated(BaseException):
    """SIGTERM arrived: unwinds like Ctrl-C, so that temporary files are removed."""


class FailedInputsError(GraphspecError):
    """Some inputs failed and were reported already; the others are done."""
