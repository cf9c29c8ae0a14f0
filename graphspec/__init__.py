"""What the Laplacian spectrum of a very large graph says about it, with error bars, at a cost linear in the edges.

The way through is short: :func:`read_edges` reads a graph, :func:`sketch` makes the one expensive pass over its edges,
and :func:`density` and everything after it read the sketch. Names are imported when they are first used: ``graphspec
--help`` does not wait for numpy and scipy. They stand in ``__init__.pyi``.
"""

import lazy_loader

from graphspec._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
