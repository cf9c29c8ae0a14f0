"""Which compiled parts are there: they are built where a compiler is, and left out where none is."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

KERNEL_VARIABLE = "GRAPHSPEC_KERNEL"
"""Environment variable: ``portable`` leaves the compiled parts unused."""


def compiled_part(name: str) -> ModuleType | None:
    """Return a compiled module of the package, or None where it was not built or is not wanted.

    Parameters
    ----------
    name
        ``_kernels``, the Lanczos step; ``_integers``, the parser of rows of integers; ``_growth``, the generators that
        add vertex by vertex; ``_rows``, work on the rows of a graph; ``_search``, the search for components; or
        ``_triangular``, substitution with a Cholesky factor.
    """
    if os.environ.get(KERNEL_VARIABLE) == "portable":
        return None
    try:
        return import_module(f"graphspec.{name}")
    except ImportError:
        # Built without a compiler: numpy and scipy serve.
        return None


def kernel_name() -> str:
    """Return ``compiled`` or ``portable``."""
    return "portable" if compiled_part("_kernels") is None else "compiled"
