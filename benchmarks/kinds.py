"""Kinds of graphs whose intervals are measured: those that were studied, and others that were held out."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from benchmarks.graphs import planted, planted_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def bimodal(nodes: int, low: int, high: int, share: float, seed: int) -> nx.Graph:
    """Return a configuration model of two degrees, a share of the vertices with the higher one."""
    degrees = [high] * round(share * nodes) + [low] * (nodes - round(share * nodes))
    return configuration(degrees, seed)


def power_law(nodes: int, exponent: float, least: int, seed: int) -> nx.Graph:
    """Return a configuration model of degrees from a power law, up to the square root of the number of vertices."""
    random = np.random.default_rng(seed)
    degrees = least * (1 - random.random(nodes)) ** (-1 / (exponent - 1))
    return configuration(np.minimum(degrees, nodes**0.5 * 2).astype(int).tolist(), seed)


def communities(nodes: int, mixing: float, seed: int) -> nx.Graph:
    """Return communities of power-law sizes with power-law expected degrees, as LFR graphs have them."""
    random = np.random.default_rng(seed)
    sizes = (20 * (1 - random.random(nodes)) ** -0.6).astype(int).clip(20, 150)
    group = np.repeat(np.arange(nodes), sizes)[:nodes]
    weights = np.minimum(6 * (1 - random.random(nodes)) ** -0.7, 60)
    same = group[:, None] == group
    inside = np.where(same, np.outer(weights, weights), 0.0)
    inside *= ((1 - mixing) * weights / inside.sum(axis=1))[:, None]
    anywhere = mixing * np.outer(weights, weights) / weights.sum()
    chance = np.triu(np.minimum((inside + inside.T) / 2 + anywhere, 1.0), 1)
    return nx.from_numpy_array(random.random(chance.shape) < chance)


def spider(legs: Sequence[int]) -> nx.Graph:
    """Return paths of given lengths that start at one vertex."""
    graph, last = nx.Graph(), 0
    for length in legs:
        nx.add_path(graph, [0, *range(last + 1, last + length + 1)])
        last += length
    return graph


def de_bruijn(letters: int, length: int) -> nx.Graph:
    """Return words, with an edge where one shifted by a letter is the other."""
    count = letters**length
    return nx.Graph((word, (word * letters + letter) % count) for word in range(count) for letter in range(letters))


def hamming(length: int, letters: int) -> nx.Graph:
    """Return words, with an edge where one letter differs."""
    return nx.from_numpy_array(_distances(np.array(list(product(range(letters), repeat=length)))) == 1)


def johnson(size: int, chosen: int) -> nx.Graph:
    """Return subsets, with an edge where one element differs."""
    sets = np.array([[item in subset for item in range(size)] for subset in combinations(range(size), chosen)])
    return nx.from_numpy_array(_distances(sets) == 2)


def dense_bipartite(left: int, right: int, probability: float, seed: int) -> nx.Graph:
    """Return a random bipartite graph; sides of uneven sizes give an eigenvalue 1 of high multiplicity."""
    return nx.bipartite.random_graph(left, right, probability, seed=seed)


def thinned(graph: nx.Graph, share: float, seed: int) -> nx.Graph:
    """Return a graph without a random share of its edges."""
    random = np.random.default_rng(seed)
    return nx.Graph(edge for edge in graph.edges if random.random() >= share)


def caterpillar(spine: int, legs: Sequence[int]) -> nx.Graph:
    """Return a path with leaves."""
    graph = nx.path_graph(spine)
    for vertex, number in zip(range(spine), legs, strict=True):
        graph.add_edges_from((vertex, (vertex, leaf)) for leaf in range(number))
    return graph


def core_periphery(core: int, outside: int, seed: int) -> nx.Graph:
    """Return a dense core and vertices that are tied to it alone."""
    return nx.stochastic_block_model([core, outside], [[0.5, 6 / core], [6 / core, 0.0]], seed=seed)


def ladder_of(layer: nx.Graph, count: int) -> nx.Graph:
    """Return copies of a graph in a row, equal vertices of neighbours tied."""
    return nx.convert_node_labels_to_integers(nx.cartesian_product(layer, nx.path_graph(count)))


def duplication(nodes: int, seed: int) -> nx.Graph:
    """Return a graph that grows by copying vertices and losing some of the copied edges."""
    return nx.duplication_divergence_graph(nodes, 0.4, seed=seed)


def petersen(count: int, step: int) -> nx.Graph:
    """Return a generalised Petersen graph: a cycle, and a star polygon tied to it."""
    graph = nx.cycle_graph(count)
    graph.add_edges_from((i, count + i) for i in range(count))
    graph.add_edges_from((count + i, count + (i + step) % count) for i in range(count))
    return graph


def cube_cycles(dimension: int) -> nx.Graph:
    """Return a hypercube with a cycle in place of every vertex."""
    corners = [(word, axis) for word in range(2**dimension) for axis in range(dimension)]
    along = [((word, axis), (word, (axis + 1) % dimension)) for word, axis in corners]
    return nx.Graph(along + [((word, axis), (word ^ (1 << axis), axis)) for word, axis in corners])


def subdivided(graph: nx.Graph) -> nx.Graph:
    """Return a graph with a vertex amid every edge."""
    return nx.Graph([((0, u), (1, u, v)) for u, v in graph.edges] + [((1, u, v), (0, v)) for u, v in graph.edges])


def hierarchical(seed: int) -> nx.Graph:
    """Return blocks of 50 vertices, by fours in blocks of blocks."""
    group = np.arange(800) // 50
    near = np.equal.outer(group, group), np.equal.outer(group // 4, group // 4)
    chance = np.where(near[0], 0.2, np.where(near[1], 0.03, 0.003))
    return nx.from_numpy_array(np.triu(np.random.default_rng(seed).random(chance.shape) < chance, 1))


def interval_graph(count: int, seed: int) -> nx.Graph:
    """Return random intervals of a line, with an edge where two meet."""
    random = np.random.default_rng(seed)
    start = random.random(count)
    stop = start + random.exponential(0.006, count)
    return nx.from_numpy_array(np.triu((start[:, None] <= stop) & (start <= stop[:, None]), 1))


def lift(base: nx.Graph, sheets: int, seed: int) -> nx.Graph:
    """Return a random lift: copies of every vertex, and a random matching for every edge."""
    random = np.random.default_rng(seed)
    return nx.Graph(((u, i), (v, int(j))) for u, v in base.edges for i, j in enumerate(random.permutation(sheets)))


def recursive_tree(count: int, seed: int) -> nx.Graph:
    """Return a tree in which every vertex is tied to a random earlier one."""
    random = np.random.default_rng(seed)
    return nx.Graph((vertex, int(random.integers(vertex))) for vertex in range(1, count))


def _distances(words: np.ndarray) -> np.ndarray:
    return np.asarray((words[:, None, :] != words[None, :, :]).sum(axis=2))


def configuration(degrees: list[int], seed: int) -> nx.Graph:
    """Return a configuration model without loops and parallel edges."""
    degrees[0] += sum(degrees) % 2
    graph = nx.Graph(nx.configuration_model(degrees, seed=seed))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def pick(seed: int, *sizes: int) -> int:
    """Return one of some sizes: the seed of a kind without randomness."""
    return sizes[seed % len(sizes)]


STUDIED: dict[str, Callable[[int], nx.Graph]] = {
    "Paley": lambda s: nx.Graph(nx.paley_graph(pick(s, 401, 509, 613))),
    "Johnson": lambda s: johnson(*((11, 4), (14, 3), (12, 4))[s % 3]),
    "few distinct eigenvalues": lambda s: nx.strong_product(
        nx.cycle_graph(pick(s, 5, 6, 7)), nx.Graph(nx.paley_graph(pick(s, 61, 73)))
    ),
    "random regular 4": lambda s: nx.random_regular_graph(4, 800 + 100 * (s % 3), seed=s),
    "random regular 10": lambda s: nx.random_regular_graph(10, 600, seed=s),
    "spider, equal legs": lambda s: spider([pick(s, 8, 12, 20)] * 50),
    "spider, random legs": lambda s: spider(np.random.default_rng(s).integers(2, 30, 40).tolist()),
    "rook": lambda s: nx.line_graph(nx.complete_bipartite_graph(*((20, 25), (22, 22), (12, 50))[s % 3])),
    "bimodal degrees 3 and 30": lambda s: bimodal(800, 3, 30, 0.5, s),
    "bimodal degrees 2 and 60": lambda s: bimodal(1000, 2, 60, 0.1, s),
    "de Bruijn": lambda s: de_bruijn(*((2, 9), (3, 6), (2, 10))[s % 3]),
    "regular tree": lambda s: nx.balanced_tree(*((2, 8), (3, 6), (5, 4))[s % 3]),
    "Hamming": lambda s: hamming(*((3, 8), (4, 5), (3, 9))[s % 3]),
    "hypercube": lambda s: nx.convert_node_labels_to_integers(nx.hypercube_graph(9 + s % 2)),
    "dense bipartite, uneven": lambda s: dense_bipartite(200, 500, 0.5, s),
    "dense bipartite, even": lambda s: dense_bipartite(300, 300, 0.7, s),
    "dense multipartite, thinned": lambda s: thinned(nx.complete_multipartite_graph(*[100] * 5), 0.1, s),
    "caterpillar": lambda s: caterpillar(400, np.random.default_rng(s).integers(0, 3, 400).tolist()),
    "barbell": lambda s: nx.barbell_graph(pick(s, 20, 40, 60), pick(s, 350, 400, 500)),
    "ring of cliques": lambda s: nx.ring_of_cliques(200, pick(s, 4, 5, 6)),
    "lollipop": lambda s: nx.lollipop_graph(pick(s, 30, 50, 80), pick(s, 400, 500, 600)),
    "path": lambda s: nx.path_graph(500 + 100 * (s % 3)),
    "cycle": lambda s: nx.cycle_graph(500 + 101 * (s % 3)),
    "grid": lambda s: nx.convert_node_labels_to_integers(nx.grid_2d_graph(23, 27 + s % 5)),
    "torus": lambda s: nx.convert_node_labels_to_integers(nx.grid_2d_graph(24, 25 + s % 5, periodic=True)),
    "ER 4": lambda s: nx.fast_gnp_random_graph(1000, 0.004, seed=s),
    "ER 20": lambda s: nx.fast_gnp_random_graph(800, 0.025, seed=s),
    "dense ER": lambda s: nx.fast_gnp_random_graph(500, 0.4, seed=s),
    "BA 1": lambda s: nx.barabasi_albert_graph(1000, 1, seed=s),
    "BA 2": lambda s: nx.barabasi_albert_graph(900, 2, seed=s),
    "BA 5": lambda s: nx.barabasi_albert_graph(800, 5, seed=s),
    "WS 0.05": lambda s: nx.watts_strogatz_graph(800, 8, 0.05, seed=s),
    "WS 0.5": lambda s: nx.watts_strogatz_graph(700, 10, 0.5, seed=s),
    "planted 10": lambda s: planted(10, 70, 15, 0.2, s),
    "planted 30, uneven": lambda s: planted_blocks([12, 20, 48] * 10, 14, 0.2, s),
    "geometric": lambda s: nx.random_geometric_graph(700, 0.065, seed=s),
    "power-law cluster": lambda s: nx.powerlaw_cluster_graph(800, 4, 0.6, seed=s),
    "LFR-like 0.2": lambda s: communities(900, 0.2, s),
    "random tree": lambda s: nx.random_labeled_tree(1000, seed=s),
    "power law 2.5": lambda s: power_law(1000, 2.5, 2, s),
    "sparse bipartite": lambda s: dense_bipartite(400, 500, 0.008, s),
    "line graph of ER": lambda s: nx.line_graph(nx.fast_gnp_random_graph(250, 0.02, seed=s)),
    "relaxed caveman": lambda s: nx.relaxed_caveman_graph(60, 10, 0.1, seed=s),
    "core and periphery": lambda s: core_periphery(100, 600, s),
    "duplication": lambda s: duplication(900, s),
    "ladder of cliques": lambda s: ladder_of(nx.complete_graph(pick(s, 5, 8, 12)), 70),
}
"""Kinds that the intervals were designed on, by name; each makes a graph from a seed."""

HELD_OUT: dict[str, Callable[[int], nx.Graph]] = {
    "Kneser": lambda s: nx.convert_node_labels_to_integers(nx.kneser_graph(*((11, 4), (12, 3), (12, 4))[s % 3])),
    "circulant": lambda s: nx.circulant_graph(600 + 51 * (s % 3), [1, 3, 9, 27, 81]),
    "sudoku": lambda s: nx.sudoku_graph(pick(s, 4, 5)),
    "Mycielski": lambda s: nx.mycielski_graph(pick(s, 9, 10, 9)),
    "Dorogovtsev-Goltsev-Mendes": lambda s: nx.dorogovtsev_goltsev_mendes_graph(pick(s, 6, 7, 6)),
    "cube-connected cycles": lambda s: cube_cycles(6 + s % 2),
    "generalised Petersen": lambda s: petersen(300 + 20 * (s % 3), 2 + s % 5),
    "crown, thinned": lambda s: thinned(nx.complement(ladder_of(nx.path_graph(2), 180)), 0.02, s),
    "cograph": lambda s: nx.random_cograph(9, seed=s),
    "hexagonal lattice": lambda s: nx.convert_node_labels_to_integers(nx.hexagonal_lattice_graph(14 + s % 3, 18)),
    "triangular lattice": lambda s: nx.convert_node_labels_to_integers(nx.triangular_lattice_graph(20 + s % 3, 44)),
    "cubic lattice": lambda s: nx.convert_node_labels_to_integers(nx.grid_graph([8, 9, 9 + s % 3])),
    "random lobster": lambda s: nx.random_lobster_graph(300, 0.5, 0.4, seed=s),
    "tadpole": lambda s: nx.tadpole_graph(300 + s % 7, 300),
    "connected caveman": lambda s: nx.connected_caveman_graph(pick(s, 60, 80, 100), 8),
    "subdivided windmill": lambda s: subdivided(nx.windmill_graph(30, pick(s, 5, 6, 7))),
    "subdivided regular": lambda s: subdivided(nx.random_regular_graph(3, 300, seed=s)),
    "trimodal degrees": lambda s: configuration([2] * 300 + [8] * 300 + [40] * 100, s),
    "Gaussian partition": lambda s: nx.gaussian_random_partition_graph(700, 40, 10, 0.3, 0.005, seed=s),
    "hierarchical blocks": lambda s: hierarchical(s),
    "geometric, 3 dimensions": lambda s: nx.random_geometric_graph(800, 0.14, dim=3, seed=s),
    "complement of sparse": lambda s: nx.complement(nx.fast_gnp_random_graph(500, 0.01, seed=s)),
    "recursive tree": lambda s: recursive_tree(1000, s),
    "interval graph": lambda s: interval_graph(700, s),
    "two trees and a clique": lambda s: nx.disjoint_union_all(
        [nx.balanced_tree(2, 8), nx.complete_graph(60), nx.random_labeled_tree(400, seed=s)]
    ),
    "random lift of K5": lambda s: lift(nx.complete_graph(5), 120, s),
}
"""Kinds that were not looked at while the intervals were designed."""
