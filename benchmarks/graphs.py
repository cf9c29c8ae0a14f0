"""The graphs that are measured, made from seeds that were not chosen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from scipy import sparse
from scipy.sparse.linalg import splu

from graphspec import Graph, read_edges
from graphspec.exact.dense import dense_eigenvalues
from graphspec.exact.remainder import take_out
from graphspec.graphs.conversion import as_graph
from graphspec.operators.kinds import graph_operator

from benchmarks.rows import data_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

FILES = {
    "ca-GrQc": "ca-GrQc.txt",
    "ca-CondMat": "ca-CondMat.txt",
    "email-Enron": "email-Enron.txt.gz",
    "com-dblp": "com-dblp.ungraph.txt.gz",
    "facebook": "facebook_combined.txt",
}


def planted(blocks: int, size: int, degree: float, mixing: float, seed: int) -> nx.Graph:
    """Return a planted partition: blocks of equal size, and a share `mixing` of the edges between blocks."""
    inside = degree * (1 - mixing) / (size - 1)
    between = degree * mixing / (size * (blocks - 1))
    probabilities = np.full((blocks, blocks), between)
    np.fill_diagonal(probabilities, inside)
    return nx.stochastic_block_model([size] * blocks, probabilities.tolist(), seed=seed, sparse=True)


def planted_blocks(sizes: Sequence[int], degree: float, mixing: float, seed: int) -> nx.Graph:
    """Return blocks of given sizes, where a share `mixing` of the edges falls anywhere and the rest inside blocks."""
    sizes = list(sizes)
    anywhere = degree * mixing / sum(sizes)
    probabilities = np.full((len(sizes), len(sizes)), anywhere)
    inside = [min(1.0, degree * (1 - mixing) / (size - 1) + anywhere) for size in sizes]
    np.fill_diagonal(probabilities, inside)
    return nx.stochastic_block_model(sizes, probabilities.tolist(), seed=seed, sparse=True)


def tiers(groups: int, blocks: int, size: int, degree: float, seed: int) -> nx.Graph:
    """Return blocks within groups: a tenth of the edges falls anywhere, three within a group, six within a block."""
    count = groups * blocks
    probabilities = np.full((count, count), 0.1 * degree / (count * size))
    probabilities += np.kron(np.eye(groups), np.full((blocks, blocks), 0.3 * degree / (blocks * size)))
    probabilities += np.eye(count) * 0.6 * degree / size
    return nx.stochastic_block_model([size] * count, probabilities.tolist(), seed=seed, sparse=True)


def without_clusters(kind: str, nodes: int, degree: float, seed: int) -> nx.Graph:
    """Return a graph in which there is nothing to find, of one of the names in `WITHOUT_CLUSTERS`."""
    even = 2 * round(degree / 2)
    side = round(nodes**0.5)
    makers: dict[str, Callable[[], nx.Graph]] = {
        "ER": lambda: nx.fast_gnp_random_graph(nodes, degree / nodes, seed=seed),
        "BA": lambda: nx.barabasi_albert_graph(nodes, even // 2, seed=seed),
        "WS": lambda: nx.watts_strogatz_graph(nodes, even, 1.0, seed=seed),
        "random regular": lambda: nx.random_regular_graph(even, nodes, seed=seed),
        "random tree": lambda: nx.random_labeled_tree(nodes, seed=seed),
        "ring": lambda: nx.cycle_graph(nodes),
        "grid": lambda: nx.grid_2d_graph(side, side + seed % 3),
        "geometric": lambda: nx.random_geometric_graph(nodes, (degree / np.pi / nodes) ** 0.5, seed=seed),
        "star": lambda: nx.star_graph(nodes),
        "complete": lambda: nx.complete_graph(nodes // 3),
    }
    return makers[kind]()


WITHOUT_CLUSTERS = (
    "ER",
    "BA",
    "WS",
    "random regular",
    "random tree",
    "ring",
    "grid",
    "geometric",
    "star",
    "complete",
)


def tree_or_bipartite(kind: str, seed: int) -> nx.Graph:
    """Return a forest or a bipartite graph without clusters, of one of the names in `TREES_AND_BIPARTITE`."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(100, 2001))
    side = nodes // 2
    makers: dict[str, Callable[[], nx.Graph]] = {
        "scale-free tree": lambda: nx.barabasi_albert_graph(nodes, 1, seed=seed),
        "uniform tree": lambda: nx.random_labeled_tree(nodes, seed=seed),
        "recursive tree": lambda: nx.Graph([(vertex, int(random.integers(vertex))) for vertex in range(1, nodes)]),
        "stars on a tree": lambda: _with_leaves(nx.random_labeled_tree(nodes // 12, seed=seed), [12] * nodes),
        "caterpillar": lambda: _with_leaves(nx.path_graph(nodes // 4), random.poisson(3, nodes)),
        "spider": lambda: _subdivided(_subdivided(nx.star_graph(nodes // 4))),
        "sparse bipartite": lambda: nx.bipartite.random_graph(side, side, 3 / side, seed=seed),
        "lopsided bipartite": lambda: nx.bipartite.random_graph(side // 5, nodes, 2 / (side // 5), seed=seed),
        "dense bipartite": lambda: nx.bipartite.random_graph(side // 4, side // 2, 0.15, seed=seed),
        "subdivided regular": lambda: _subdivided(nx.random_regular_graph(4, nodes // 3, seed=seed)),
        "subdivided ER": lambda: _subdivided(nx.fast_gnp_random_graph(nodes // 3, 15 / nodes, seed=seed)),
        # Of 2000 to 5000 vertices: larger than what is known exactly, with null spaces of a thousand and more.
        "large subdivided ER": lambda: _subdivided(nx.fast_gnp_random_graph(500 + nodes // 4, 5e-3, seed=seed)),
        "large subdivided BA": lambda: _subdivided(nx.barabasi_albert_graph(500 + nodes // 4, 3, seed=seed)),
        "long grid": lambda: nx.grid_2d_graph(4 + seed % 5, nodes // 8),
    }
    return makers[kind]()


TREES_AND_BIPARTITE = (
    "scale-free tree",
    "uniform tree",
    "recursive tree",
    "stars on a tree",
    "caterpillar",
    "spider",
    "sparse bipartite",
    "lopsided bipartite",
    "dense bipartite",
    "subdivided regular",
    "subdivided ER",
    "large subdivided ER",
    "large subdivided BA",
    "long grid",
)


def symmetric_lattices() -> dict[str, nx.Graph]:
    """Return graphs without clusters whose low eigenvalues are multiple, or nearly so."""
    grids = ((8, 8), (10, 10), (11, 11), (20, 20), (5, 10), (6, 13))
    return {
        **{f"grid {one} x {other}": nx.grid_2d_graph(one, other) for one, other in grids},
        **{f"torus {side} x {side}": _torus(side, side) for side in (7, 8, 9, 12, 16, 20)},
        **{f"cube {side}": nx.grid_graph([side] * 3) for side in (4, 5, 6, 10)},
        **{f"hypercube {dimension}": nx.hypercube_graph(dimension) for dimension in (5, 6, 7, 8, 9, 10)},
        **{f"circulant {nodes}": nx.circulant_graph(nodes, [1, step]) for nodes, step in ((50, 7), (30, 5))},
    }


def lattices() -> dict[str, nx.Graph]:
    """Return lattices of many kinds and sizes, small ones and those of few levels among them."""
    sides = [(side, side) for side in range(4, 13)] + [(side, 2 * side) for side in range(4, 10)]
    return symmetric_lattices() | {
        **{f"grid {one} x {other}": nx.grid_2d_graph(one, other) for one, other in sides},
        **{f"torus {one} x {other}": _torus(one, other) for one, other in sides},
        **{f"king {one} x {other}": nx.strong_product(*map(nx.path_graph, (one, other))) for one, other in sides},
        **{f"king on a torus {side}": nx.strong_product(*[nx.cycle_graph(side)] * 2) for side in range(5, 15)},
        **{f"triangular {side}": nx.triangular_lattice_graph(side, 2 * side) for side in range(4, 13)},
        **{f"hexagonal {side}": nx.hexagonal_lattice_graph(side, side) for side in range(4, 13)},
        **{f"circular ladder {length}": nx.circular_ladder_graph(length) for length in (8, 12, 20, 30, 50)},
        **{f"rook {side}": nx.line_graph(nx.complete_bipartite_graph(side, side)) for side in range(5, 13)},
        **{f"Hamming {power}, {size}": _hamming(power, size) for power, size in ((3, 4), (3, 6), (4, 3), (6, 3))},
    }


def _torus(one: int, other: int) -> nx.Graph:
    return nx.grid_2d_graph(one, other, periodic=True)


def _hamming(power: int, size: int) -> nx.Graph:
    graph = nx.complete_graph(size)
    for _ in range(power - 1):
        graph = nx.cartesian_product(graph, nx.complete_graph(size))
    return graph


def _with_leaves(tree: nx.Graph, leaves: Sequence[int]) -> nx.Graph:
    """Hang leaves on every vertex."""
    for vertex, number in zip(list(tree), leaves, strict=False):
        tree.add_edges_from((vertex, (vertex, leaf)) for leaf in range(int(number)))
    return tree


def _subdivided(graph: nx.Graph) -> nx.Graph:
    """Return the graph with a vertex on every edge."""
    return nx.Graph([(end, edge) for edge in graph.edges for end in edge])


def synthetic(seed: int = 1) -> dict[str, nx.Graph]:
    """Return one graph of every kind that the solver must handle."""
    return {
        "ER": nx.gnp_random_graph(2000, 0.01, seed=seed),
        "BA": nx.barabasi_albert_graph(2000, 5, seed=seed),
        "WS": nx.watts_strogatz_graph(2000, 10, 0.1, seed=seed),
        "random tree": nx.random_labeled_tree(2000, seed=seed),
        "star": nx.star_graph(1999),
        "ring": nx.cycle_graph(2000),
        "grid": nx.grid_2d_graph(45, 45),
        "complete": nx.complete_graph(1000),
        "hypercube": nx.hypercube_graph(11),
        "planted partition": planted(30, 100, 20, 0.2, seed),
    }


@cache
def real(name: str) -> Graph | None:
    """Return a real network, or None where its file is not there."""
    path = data_file(FILES[name])
    return None if path is None else read_edges(path)


def exact_spectrum(graph: Graph | nx.Graph) -> NDArray[np.float64]:
    """Return all eigenvalues of the normalised Laplacian, in increasing order."""
    remainder = take_out(graph_operator(as_graph(graph)))
    known = [np.full(atom.multiplicity, atom.eigenvalue) for atom in remainder.known.atoms]
    return np.sort(np.concatenate([*known, dense_eigenvalues(remainder)]))


def exact_counts(graph: Graph, points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many eigenvalues of the normalised Laplacian are at most each of some points that are none."""
    remainder = take_out(graph_operator(graph))
    matrix, null_space = sparse.csr_array(remainder.operator.matrix()), remainder.known.null_space
    zeros = len(np.unique(remainder.known.families[0].group))
    known = [sum(atom.multiplicity for atom in remainder.known.atoms if atom.eigenvalue <= point) for point in points]
    # Zeros of components and ones of trees are eigenvalues of what is left, too.
    null = 0 if null_space is None else null_space.dimension
    both = zeros + null * (points > 1)
    return np.array(known) + np.array([inertia(matrix, point) for point in points.tolist()]) - both


def inertia(operator: sparse.csr_array, point: float) -> int:
    """Return the number of eigenvalues below a point that is none: Sylvester's law, from a symmetric factorisation."""
    shifted = sparse.csc_array(operator - point * sparse.eye_array(operator.shape[0]))
    factors = splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    # Rows and columns permuted alike: the signs of the pivots are the inertia.
    assert np.array_equal(factors.perm_r, factors.perm_c)
    return int(np.count_nonzero(factors.U.diagonal() < 0))
