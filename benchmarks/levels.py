"""Levels of communities: hierarchical block models, graphs without a second level, and communities in one tier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from graphspec import Graph, detectable_communities

from benchmarks.communities import across_seeds, rand_index, share_of
from benchmarks.graphs import FILES, real
from benchmarks.planted_graphs import block_model, lfr, nested_block_model
from benchmarks.rows import Row, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NESTED, THREE, UNEVEN, NOTHING, TINY, ONE_TIER, LINKED = 40, 12, 20, 60, 60, 60, 12
NETWORKS = ("email-Enron", "facebook", "ca-GrQc", "com-dblp")


@dataclass(frozen=True)
class Trial:
    """One graph: what it is, its planted numbers of communities, those named, and how well partitions agree."""

    name: str
    planted: tuple[int, ...]
    named: tuple[int, ...]
    on_density: tuple[int, ...]
    rand_indices: tuple[float, ...] = ()
    nested: bool = True

    @property
    def right(self) -> bool:
        """Whether all levels are named and no other."""
        return self.named == self.planted


def rows() -> Iterator[Row]:
    yield from _hierarchies()
    yield from _nothing()
    yield from _networks()


def _hierarchies() -> Iterator[Row]:
    trials = across_seeds(_nested_trial, NESTED)
    what = f"{NESTED} hierarchical block models of 5 x 6 and 4 x 4, signal to noise 3 to 6 of blocks, more of groups"
    yield share_of(f"{what}: both levels named", [trial.right for trial in trials], 0.9)
    yield from _partitions(trials)
    shown = [trial.on_density for trial in trials if trial.on_density]
    right = sum(trial.on_density[-1:] == trial.planted[-1:] for trial in trials if trial.on_density)
    within = sum(abs(trial.on_density[-1] - trial.planted[-1]) <= 1 for trial in trials if trial.on_density)
    measured = f"{len(shown)} named, groups exact in {right}, within one in {within}"
    yield Row("the same: from the sketch alone", "printed", measured, None)
    three = across_seeds(_three_trial, THREE)
    yield share_of(f"{THREE} of 2 x 3 x 5: all three levels named", [trial.right for trial in three], 0.9)
    uneven = across_seeds(_uneven_trial, UNEVEN)
    what = f"{UNEVEN} of 3 to 5 groups of 2 to 6 blocks each, sizes 80 to 200, of different cohesion"
    yield share_of(f"{what}: both levels named", [trial.right for trial in uneven], 0.9)
    yield from _partitions(uneven)
    linked = across_seeds(_linked_trial, LINKED)
    what = f"{LINKED} graphs of 3 to 6 small worlds that few edges join: the groups named, beside scales"
    yield share_of(what, [trial.right for trial in linked], 0.9)


def _partitions(trials: list[Trial]) -> Iterator[Row]:
    named = [trial for trial in trials if trial.right]
    medians = np.median([trial.rand_indices for trial in named], axis=0)
    shown = " and ".join(f"{median:.3f}" for median in medians)
    met = bool((medians >= 0.95).all())
    yield Row("the same: adjusted Rand indices of communities and groups, medians", ">= 0.95", shown, met)
    yield share_of("the same: no community is split by a group", [trial.nested for trial in named], 1.0)


def _nothing() -> Iterator[Row]:
    for trial, count, kind in (
        (_nothing_trial, NOTHING, "graphs of 1500 to 5000 vertices without a second level"),
        (_tiny_trial, TINY, "graphs of 60 to 800 vertices without one"),
        (_one_tier_trial, ONE_TIER, "graphs with communities in one tier"),
    ):
        trials = across_seeds(trial, count)
        kinds = ", ".join(sorted({each.name for each in trials}))
        wrong = Counter(each.name for each in trials if each.named)
        share = 1 - wrong.total() / count
        worst = f" ({', '.join(f'{number} {name}' for name, number in wrong.items())})" if wrong else ""
        yield Row(f"{count} {kind} ({kinds}): none named", ">= 95%", f"{share:.1%}{worst}", share >= 0.95)
        yield share_of("the same: from the sketch alone", [not each.on_density for each in trials], 0.95)


def _networks() -> Iterator[Row]:
    for name in NETWORKS:
        path = data_file(FILES[name]) if name in FILES else None
        graph = real(name) if path is not None else None
        if graph is None:
            yield skipped(f"{name}: levels", "printed", FILES.get(name, name))
            continue
        count = detectable_communities(graph, levels=True)
        yield Row(f"{name}: levels", "printed", f"{count.kind.value}; {count.levels_sentence}", None)


def _nested_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    branching, size = ((5, 6), 100) if seed % 2 else ((4, 4), int(random.integers(100, 200)))
    degree = random.uniform(16, 26)
    # The eigenvalue of the blocks as a share of the degree, and that of the groups, at least 1.15 times as large.
    blocks = np.sqrt(random.uniform(3, 6) / degree)
    groups = random.uniform(min(1.15 * blocks, 0.9), 0.97)
    sizes = np.full(int(np.prod(branching)), size)
    shares = (1 - groups, groups - blocks, blocks)
    return _trial("nested", *nested_block_model(branching, sizes, degree, shares, random))


def _three_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    shares = random.uniform([0.15, 0.2, 0.36], [0.25, 0.25, 0.42])
    model = nested_block_model((2, 3, 5), np.full(30, 100), random.uniform(24, 32), (1 - shares.sum(), *shares), random)
    return _trial("three", *model)


def _uneven_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    number = int(random.integers(3, 6))
    group = np.repeat(np.arange(number), random.integers(2, 7, number))
    sizes, degree = random.integers(80, 200, len(group)), random.uniform(18, 26)
    cohesion, own = random.uniform(0.2, 0.4, number), random.uniform(0.38, 0.5, len(group))
    rates = np.full((len(group), len(group)), 0.2 / sizes.sum())
    rates += (group[:, None] == group) * (cohesion / np.bincount(group, sizes))[group][:, None]
    rates[np.diag_indices(len(group))] += own / sizes
    network = nx.stochastic_block_model(sizes.tolist(), (degree * rates).tolist(), seed=seed, sparse=True)
    block = np.repeat(np.arange(len(group)), sizes)
    return _trial("uneven", Graph.from_networkx(network), np.stack([block, group[block]], axis=1))


def _linked_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    number, size = int(random.integers(3, 7)), int(random.integers(250, 400))
    worlds = [nx.watts_strogatz_graph(size, 10, 0.1, seed=seed * 10 + index) for index in range(number)]
    network = nx.disjoint_union_all(worlds)
    ends = random.integers(number * size, size=(int(random.integers(10, 60)) * number, 2))
    network.add_edges_from(ends[ends[:, 0] != ends[:, 1]].tolist())
    return _trial("linked", Graph.from_networkx(network), np.repeat(np.arange(number), size)[:, None])


def _nothing_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    nodes, degree = int(random.integers(1500, 5001)), random.uniform(6, 15)
    name, network = _without_levels(seed, nodes, degree, random)
    return _trial(name, Graph.from_networkx(network))


def _tiny_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    nodes, degree = int(random.integers(60, 801)), random.uniform(5, 12)
    if seed % 6 == 5:
        sides = random.integers(4, 10, 3).tolist()
        return _trial("cube", Graph.from_networkx(nx.grid_graph(sides, periodic=bool(random.integers(2)))))
    name, network = _without_levels(seed, nodes, degree, random)
    return _trial(name, Graph.from_networkx(network))


def _without_levels(seed: int, nodes: int, degree: float, random: np.random.Generator) -> tuple[str, nx.Graph]:
    side, even = max(round(nodes**0.5), 4), 2 * round(degree / 2)
    other = side - int(random.integers(0, side // 2))
    makers: dict[str, Callable[[], nx.Graph]] = {
        "ER": lambda: nx.fast_gnp_random_graph(nodes, degree / nodes, seed=seed),
        "BA": lambda: nx.barabasi_albert_graph(nodes, even // 2, seed=seed),
        "WS(0.1)": lambda: nx.watts_strogatz_graph(nodes, even, 0.1, seed=seed),
        "grid": lambda: nx.grid_2d_graph(other, side + seed % 7, periodic=bool(seed % 2)),
        "geometric": lambda: nx.random_geometric_graph(nodes, (degree / np.pi / nodes) ** 0.5, seed=seed),
    }
    name = list(makers)[seed % len(makers)]
    return name, makers[name]()


def _one_tier_trial(seed: int) -> Trial:
    random = np.random.default_rng(seed)
    kind = seed % 4
    if kind == 0:
        return _trial("LFR", lfr(seed)[0])
    degree, signal = random.uniform(12, 20), random.uniform(3, 6)
    if kind == 1:
        return _trial("sizes 1 : 2 : 6", block_model(250 * np.array([1, 2, 6]), degree, signal, random, None)[0])
    if kind == 2:
        tail = float(random.choice([2.5, 3.5]))
        number = int(random.integers(3, 16))
        return _trial("degree-corrected", block_model(np.full(number, 200), degree, signal, random, tail)[0])
    number = int(random.integers(3, 12))
    sizes = random.integers(80, 400, number)
    rates = np.full((number, number), random.uniform(2, 6) / sizes.sum())
    rates[np.diag_indices(number)] += random.uniform(8, 20, number) / sizes
    network = nx.stochastic_block_model(sizes.tolist(), rates.tolist(), seed=seed, sparse=True)
    return _trial("different densities", Graph.from_networkx(network))


def _trial(name: str, graph: Graph, truth: np.ndarray | None = None) -> Trial:
    count = detectable_communities(graph, levels=True)
    levels = count.levels or ()
    estimate = detectable_communities(graph, levels=True, confirm_limit=0)
    named = tuple(round(level.count) for level in levels)
    on_density = tuple(round(level.count) for level in estimate.levels or ())
    planted = () if truth is None else tuple(len(np.unique(column)) for column in truth.T)
    if truth is None or named != planted:
        return Trial(name, planted, named, on_density)
    groups = [level.groups for level in levels if level.groups is not None]
    indices = tuple(rand_index(found, column) for found, column in zip(groups, truth.T, strict=True))
    nested = all(len(np.unique(np.stack(pair, axis=1), axis=0)) == pair[0].max() + 1 for pair in pairwise(groups))
    return Trial(name, planted, named, on_density, indices, nested)
