"""Graphs whose spectra are known in closed form, and what compares a density with a list of eigenvalues."""

from dataclasses import dataclass, replace
from math import comb

import networkx as nx
import numpy as np

from graphspec.exact.dense import dense_eigenvalues
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator


@dataclass(frozen=True, eq=False)
class Example:
    """A graph with the eigenvalues of its operators, in increasing order.

    Attributes
    ----------
    name
        Name, with the sizes.
    graph
        The graph.
    spectra
        Eigenvalues by the operator's name. Not every graph has all of them in closed form.
    tag
        What makes the graph hard, a key of `EXAMPLES_BY_TAG`; empty for graphs that are made in passing.
    """

    name: str
    graph: Graph
    spectra: dict[str, np.ndarray]
    tag: str = ""


def path(n):
    orders = np.arange(n)
    return _example(
        f"path-{n}",
        nx.path_graph(n),
        normalized=1 - np.cos(np.pi * orders / (n - 1)) if n > 1 else [0.0],
        combinatorial=2 - 2 * np.cos(np.pi * orders / n),
        adjacency=2 * np.cos(np.pi * (orders + 1) / (n + 1)),
    )


def cycle(n):
    cosines = np.cos(2 * np.pi * np.arange(n) / n)
    return _regular(f"cycle-{n}", nx.cycle_graph(n), 2, 2 * cosines)


def complete(n):
    return _regular(f"complete-{n}", nx.complete_graph(n), n - 1, [n - 1.0, *[-1.0] * (n - 1)])


def hypercube(dimension):
    values = np.repeat(dimension - 2.0 * np.arange(dimension + 1), [comb(dimension, k) for k in range(dimension + 1)])
    return _regular(f"hypercube-{dimension}", nx.hypercube_graph(dimension), dimension, values)


def complete_bipartite(left, right):
    n = left + right
    return _example(
        f"complete-bipartite-{left}-{right}",
        nx.complete_bipartite_graph(left, right),
        normalized=[0.0, *[1.0] * (n - 2), 2.0],
        combinatorial=[0.0, *[float(left)] * (right - 1), *[float(right)] * (left - 1), float(n)],
        adjacency=[-np.sqrt(left * right), *[0.0] * (n - 2), np.sqrt(left * right)],
    )


def star(leaves):
    example = complete_bipartite(1, leaves)
    return Example(f"star-{leaves}", example.graph, example.spectra)


def grid(height, width):
    sides = [path(height).spectra, path(width).spectra]
    return _example(
        f"grid-{height}-{width}",
        nx.grid_2d_graph(height, width),
        **{name: np.add.outer(sides[0][name], sides[1][name]).ravel() for name in ("combinatorial", "adjacency")},
    )


def weighted_star(weights):
    n, norm = len(weights) + 1, np.linalg.norm(weights)
    graph = Graph.from_edges(np.zeros(n - 1, np.int64), np.arange(1, n), weights)
    return _example(
        f"weighted-star-{n - 1}",
        graph,
        normalized=[0.0, *[1.0] * (n - 2), 2.0],
        adjacency=[-norm, *[0.0] * (n - 2), norm],
    )


def weighted_torus(height, width, down, along):
    """Return the product of two cycles with edges of weight `down` in one direction and `along` in the other."""
    grid = np.arange(height * width).reshape(height, width)
    targets = np.concatenate([np.roll(grid, -1, axis=axis).ravel() for axis in (0, 1)])
    weights = np.repeat([down, along], grid.size)
    graph = Graph.from_edges(np.tile(grid.ravel(), 2), targets, weights)
    values = np.add.outer(down * cycle(height).spectra["adjacency"], along * cycle(width).spectra["adjacency"])
    return _regular(f"weighted-torus-{height}-{width}", graph, 2 * (down + along), values.ravel())


def isolated(n):
    return _example(
        f"isolated-{n}", nx.empty_graph(n), normalized=[0.0] * n, combinatorial=[0.0] * n, adjacency=[0.0] * n
    )


def union(*examples):
    """Return the disjoint union: its spectra are those of its parts, joined."""
    names = set.intersection(*(set(example.spectra) for example in examples)) - {"natural"}
    offsets = np.cumsum([0, *(example.graph.num_nodes for example in examples)])
    pairs = [np.array(edges(example.graph)) + offset for example, offset in zip(examples, offsets, strict=False)]
    sources, targets = np.concatenate(pairs, axis=1)
    weights = None
    if any(example.graph.weights is not None for example in examples):
        weights = np.concatenate([example.graph.adjacency().data for example in examples]) / 2
    joined = Graph.from_edges(sources, targets, weights, num_nodes=int(offsets[-1]))
    spectra = {name: np.concatenate([example.spectra[name] for example in examples]) for name in names}
    return _example("+".join(example.name for example in examples), joined, **spectra)


def edges(graph):
    """Return the end points of all stored entries, every edge in both directions."""
    return np.repeat(np.arange(graph.num_nodes), graph.num_neighbours), graph.indices.astype(np.int64)


def weighted_copy(graph, seed):
    """Return the graph with random weights that are the same in both directions."""
    sources, targets = edges(graph)
    once = sources < targets
    weights = np.random.default_rng(seed).uniform(0.1, 5.0, np.count_nonzero(once))
    return Graph.from_edges(sources[once], targets[once], weights, num_nodes=graph.num_nodes)


def random_graph(n, mean_degree, seed, *, weighted=False):
    """Return an Erdos-Renyi graph; with a small mean degree it has many components and isolated vertices."""
    graph = Graph.from_networkx(nx.fast_gnp_random_graph(n, mean_degree / max(n - 1, 1), seed=seed), name="random")
    return weighted_copy(graph, seed) if weighted else graph


def eigenvalues(graph, operator="normalized"):
    """Return the spectrum by a dense solver, in increasing order."""
    return np.linalg.eigvalsh(graph_operator(graph, operator).matrix().toarray())


def whole_spectrum(remainder):
    """Return the eigenvalues that were taken out and those of the remainder, in increasing order."""
    known = [np.full(atom.multiplicity, atom.eigenvalue) for atom in remainder.known.atoms]
    return np.sort(np.concatenate([*known, dense_eigenvalues(remainder)]))


def known_vectors(known, n):
    """Return the known eigenvectors as rows, in the order of the families and groups."""
    vectors = [
        np.where(family.group == group, family.vector, 0.0)
        for family in known.families
        for group in np.unique(family.group)
    ]
    return np.array([vector for vector in vectors if vector.any()]).reshape(-1, n)


def chebyshev_means(values, interval, num_moments):
    """Return the mean of T_k over eigenvalues mapped to [-1, 1], k = 0 to num_moments."""
    low, high = interval
    unit = np.clip((2 * np.asarray(values) - low - high) / (high - low), -1, 1)
    return np.cos(np.arange(num_moments + 1)[:, None] * np.arccos(unit)).mean(axis=1)


def w1(density, values, num_points=8001):
    """Return the Wasserstein-1 distance between a density and eigenvalues: the area between distribution functions."""
    low, high = density.interval
    # Midpoints of cells: the error is at most a cell for every jump.
    cells = low + (high - low) * (np.arange(num_points) + 0.5) / num_points
    exact = np.searchsorted(np.sort(values), cells, side="right")
    return float(np.abs(density.count(cells).value - exact).mean() / len(values) * (high - low))


def _regular(name, graph, degree, adjacency):
    adjacency = np.asarray(adjacency)
    return _example(
        name, graph, normalized=1 - adjacency / degree, combinatorial=degree - adjacency, adjacency=adjacency
    )


def _example(name, graph, **spectra):
    if not isinstance(graph, Graph):
        graph = Graph.from_networkx(graph, name=name)
    ordered = {operator: np.sort(np.asarray(values, np.float64)) for operator, values in spectra.items()}
    if "combinatorial" in ordered:
        ordered["natural"] = ordered["combinatorial"] / np.sqrt(graph.num_nodes)
    return Example(name, graph, ordered)


EXAMPLES_BY_TAG = {
    # All eigenvalues of the normalised Laplacian are zeros and twos of components: nothing is left to sample.
    "known completely": (path(2),),
    # No edges: every entry of every operator is zero.
    "edgeless": (isolated(1), isolated(6)),
    # Rows without entries lie between others.
    "isolated vertices": (union(isolated(2), path(3), isolated(1), complete(4)),),
    "many components": (union(complete(5), isolated(3), path(6), cycle(7)),),
    # One spectrum, computed once, counts as often as there are copies.
    "isomorphic components": (union(path(2), path(2), path(2)),),
    # Every component gives an eigenvalue at the upper end of the normalised Laplacian.
    "bipartite": (cycle(12), union(star(6), hypercube(3), complete_bipartite(3, 3))),
    # Odd moments of the adjacency matrix vanish.
    "symmetric spectrum": (hypercube(3), grid(4, 7)),
    # Vertices with the same neighbours.
    "false twins": (star(3), complete_bipartite(4, 9)),
    # Linked vertices with the same other neighbours.
    "true twins": (cycle(3), complete(7)),
    # Removing leaves gives null vectors; there are no twins.
    "trees": (path(9),),
    # Two or three distinct eigenvalues: the Krylov space is exhausted after as many steps.
    "few distinct eigenvalues": (complete(30), star(24)),
    # Eigenvalues of high multiplicity that no twins explain.
    "multiple eigenvalues": (cycle(25), hypercube(5)),
    # Neighbouring eigenvalues lie closer than 50 steps resolve.
    "close eigenvalues": (path(40),),
    # Entries of many magnitudes, or in two directions of two.
    "weights": (
        weighted_torus(4, 7, 0.3, 2.5),
        weighted_star(np.geomspace(1e-3, 1e3, 8)),
        union(isolated(2), weighted_torus(3, 5, 4.0, 0.5), weighted_star([1.0, 2.0, 2.0])),
    ),
}
"""Examples by what makes them hard: each is there for one reason."""

EXAMPLES = tuple(replace(example, tag=tag) for tag, examples in EXAMPLES_BY_TAG.items() for example in examples)

CASES = [(example, operator) for example in EXAMPLES for operator in sorted(example.spectra)]
CASE_IDS = [f"{example.name}-{operator}" for example, operator in CASES]
