"""Densities of some graphs by all methods, each estimated once."""

from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np
from spectra import chebyshev_means, complete, cycle, eigenvalues, grid, isolated, path, random_graph, union

import graphspec
from graphspec.densities.methods import METHODS, density
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator
from graphspec.sketches.moments import rademacher_variance_bound
from graphspec.sketches.probes import ProbeRange

ROUNDING = 1e-9  # float64 sums over some thousand points
STATISTICAL = 4.5  # standard deviations by the closed form, with fixed seeds
NUM_MOMENTS = 60
SAMPLING_METHODS = tuple(method for method in METHODS if method != "exact")

GRAPHS = {
    "random": random_graph(500, 6.0, 31),
    "random-weighted": random_graph(400, 5.0, 32, weighted=True),
    "disconnected": union(*[path(2)] * 20, isolated(7), cycle(330)).graph,
    "preferential": Graph.from_networkx(nx.barabasi_albert_graph(400, 2, seed=5)),
    "grid": grid(12, 13).graph,
    "union": union(complete(9), path(12), isolated(3)).graph,
    "edgeless": isolated(5).graph,
}
SMOOTH = ("random", "random-weighted", "disconnected", "preferential", "grid")
"""Those whose continuous part is no sum of a few atoms, so that a drawing of it shows its mass."""


@cache
def spectrum_of(name, operator="normalized"):
    return eigenvalues(GRAPHS[name], operator)


@cache
def sketch_of(name, operator="normalized"):
    return graphspec.sketch(GRAPHS[name], operator=operator, num_moments=NUM_MOMENTS, seed=6)


@cache
def density_of(name, method, operator="normalized", confidence=0.95):
    source = GRAPHS[name] if method == "exact" else sketch_of(name, operator)
    options = {"operator": operator, "num_moments": NUM_MOMENTS} if method == "exact" else {}
    return density(source, method, confidence=confidence, **options)


def statistical_error(name, num_moments, operator="normalized"):
    """Return the statistical error of moments from plain probes."""
    exact = chebyshev_means(
        spectrum_of(name, operator), graph_operator(GRAPHS[name], operator).interval, 2 * num_moments
    )
    bound = rademacher_variance_bound(exact, GRAPHS[name].num_nodes, 16)
    return STATISTICAL * np.sqrt(np.maximum(bound, 0))


def subset(sketch, start, stop):
    """Return the sketch of some of the probes, as if no others had been drawn."""
    place = slice(start, stop)
    arrays = {key: getattr(sketch, key)[place] for key in ("alpha", "beta", "norm2")}
    return replace(sketch, probe_ranges=(ProbeRange(0, start, stop),), **arrays)
