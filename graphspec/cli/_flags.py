"""Flags of the command line for options of the library."""

from __future__ import annotations

import re

from graphspec.options import Declaration, Options, declarations


def flag_of(name: str, declared: Declaration | None = None) -> str:
    """Return what the command line calls an option."""
    return f"--{(declared.flag if declared is not None and declared.flag else name).replace('_', '-')}"


def in_flags(message: str, kind: type[Options] | None = None) -> str:
    """Return a message of the library with the flags of the command line in place of names in backticks."""
    known = {} if kind is None else declarations(kind)
    return re.sub(r"`(\w+)`", lambda match: flag_of(match[1], known.get(match[1])), message)
