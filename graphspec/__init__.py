"""What the Laplacian spectrum of a very large graph says about it, with error bars, at a cost linear in the edges.

The way through is short: :func:`read_edges` reads a graph, :func:`sketch` makes the one expensive pass over its edges,
and :func:`density` and everything after it read the sketch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphspec._version import __version__

if TYPE_CHECKING:
    from graphspec.clusters.cluster_count import count_clusters, partition
    from graphspec.clusters.counting import EigenvalueCount, count_eigenvalues
    from graphspec.clusters.outcomes import ClusterCount
    from graphspec.comparison.classification import Classification, classify
    from graphspec.comparison.divergence import Comparison, compare
    from graphspec.comparison.fitting import Fit, fit
    from graphspec.densities.base import Estimate, SpectralDensity
    from graphspec.densities.methods import density
    from graphspec.errors import GraphspecError, InputError, ParameterError, SketchError
    from graphspec.graphs.components import connected_components, largest_component
    from graphspec.graphs.graph import Graph
    from graphspec.models.generation import generate
    from graphspec.operators.kinds import graph_operator
    from graphspec.operators.linear import linear_operator
    from graphspec.readwrite.edgelist import read_edges, write_edges
    from graphspec.readwrite.graphfile import open_graph, save_graph
    from graphspec.sketches.lanczos_pass import sketch
    from graphspec.sketches.sketchfile import load_sketch, save_sketch
    from graphspec.sketches.spectral_sketch import SpectralSketch, merge

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
    "Sampling",
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
    "clusters.cluster_count": ("count_clusters", "partition"),
    "clusters.counting": ("EigenvalueCount", "count_eigenvalues"),
    "clusters.outcomes": ("ClusterCount",),
    "densities.base": ("Estimate", "SpectralDensity"),
    "densities.methods": ("density",),
    "comparison.classification": ("Classification", "classify"),
    "comparison.divergence": ("Comparison", "compare"),
    "readwrite.edgelist": ("read_edges", "write_edges"),
    "errors": ("GraphspecError", "InputError", "ParameterError", "SketchError"),
    "comparison.fitting": ("Fit", "fit"),
    "graphs.graph": ("Graph",),
    "readwrite.graphfile": ("open_graph", "save_graph"),
    "models.generation": ("generate",),
    "operators.kinds": ("graph_operator",),
    "operators.linear": ("linear_operator",),
    "sketches.sketchfile": ("load_sketch", "save_sketch"),
    "sketches.lanczos_pass": ("sketch",),
    "sketches.sampling": ("Sampling",),
    "sketches.spectral_sketch": ("SpectralSketch", "merge"),
    "graphs.components": ("connected_components", "largest_component"),
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
