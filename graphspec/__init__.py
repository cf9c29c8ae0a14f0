"""What the Laplacian spectrum of a very large graph says about it, with error bars, at a cost linear in the edges.

The way through is short: :func:`read_edges` reads a graph, :func:`sketch` makes the one expensive pass over its edges,
and :func:`density` and everything after it read the sketch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphspec._version import __version__

if TYPE_CHECKING:
    from graphspec.classification import Classification, classify
    from graphspec.clusters import ClusterCount, count_clusters
    from graphspec.counting import EigenvalueCount, count_eigenvalues
    from graphspec.densities import Estimate, SpectralDensity, density
    from graphspec.divergence import Comparison, compare
    from graphspec.edgelist import read_edges, write_edges
    from graphspec.errors import GraphspecError, InputError, ParameterError, SketchError
    from graphspec.fitting import Fit, fit
    from graphspec.graph import Graph
    from graphspec.graphstore import open_graph, save_graph
    from graphspec.models import generate
    from graphspec.operators import graph_operator, linear_operator
    from graphspec.partitioning import partition
    from graphspec.sketchfile import load_sketch, save_sketch
    from graphspec.sketching import sketch
    from graphspec.spectralsketch import SpectralSketch, merge
    from graphspec.structure import connected_components, largest_component

__all__ = [
    "Classification",
    "ClusterCount",
    "Comparison",
    "EigenvalueCount",
    "Estimate",
    "Fit",
    "Graph",
    "GraphspecError",
    "InputError",
    "ParameterError",
    "SketchError",
    "SpectralDensity",
    "SpectralSketch",
    "__version__",
    "classify",
    "compare",
    "connected_components",
    "count_clusters",
    "count_eigenvalues",
    "density",
    "fit",
    "generate",
    "graph_operator",
    "largest_component",
    "linear_operator",
    "load_sketch",
    "merge",
    "open_graph",
    "partition",
    "read_edges",
    "save_graph",
    "save_sketch",
    "sketch",
    "write_edges",
]

_HOME = {
    "clusters": ("ClusterCount", "count_clusters"),
    "counting": ("EigenvalueCount", "count_eigenvalues"),
    "densities": ("Estimate", "SpectralDensity", "density"),
    "classification": ("Classification", "classify"),
    "divergence": ("Comparison", "compare"),
    "edgelist": ("read_edges", "write_edges"),
    "errors": ("GraphspecError", "InputError", "ParameterError", "SketchError"),
    "fitting": ("Fit", "fit"),
    "graph": ("Graph",),
    "graphstore": ("open_graph", "save_graph"),
    "models": ("generate",),
    "operators": ("graph_operator", "linear_operator"),
    "partitioning": ("partition",),
    "sketchfile": ("load_sketch", "save_sketch"),
    "sketching": ("sketch",),
    "spectralsketch": ("SpectralSketch", "merge"),
    "structure": ("connected_components", "largest_component"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``graphspec --help`` must not wait for numpy and scipy."""
    for module, names in _HOME.items():
        if name in names:
            value = getattr(import_module(f"graphspec.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'graphspec' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
