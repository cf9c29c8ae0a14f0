"""Laplacian spectra of very large graphs, with error bars, at a cost linear in the number of edges.

:func:`read_edges` reads a graph, :func:`sketch` makes the one expensive pass over its edges, and :func:`density` and
all further analyses start from the sketch. Public names are declared in ``__init__.pyi`` and imported on first use, so
that ``graphspec --help`` does not wait for numpy and scipy.
"""

import lazy_loader

from graphspec._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__.remove("SpectralFeatures")  # it needs an extra, for which `from graphspec import *` does not ask
