"""Whether the compiled Lanczos step is there: it is built where a compiler is, and left out where none is."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

KERNEL_VARIABLE = "GRAPHSPEC_KERNEL"
"""Environment variable: ``portable`` leaves the compiled step unused."""


def compiled_kernels() -> ModuleType | None:
    """Return the compiled step, or None where it was not built or is not wanted."""
    if os.environ.get(KERNEL_VARIABLE) == "portable":
        return None
    try:
        return import_module("graphspec._kernels")
    except ImportError:
        # Built without a compiler: scipy's products serve.
        return None


def kernel_name() -> str:
    """Return ``compiled`` or ``portable``."""
    return "portable" if compiled_kernels() is None else "compiled"
