"""How often intervals cover what they should, and how wide they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.polynomial import chebyshev
from scipy import special

from graphspec import density, sketch
from graphspec.sketches.moments import spectrum_moments

from benchmarks import coverage
from benchmarks.graphs import FILES, exact_counts, exact_spectrum, planted, real
from benchmarks.rows import Row, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

POINTS = np.array([0.12, 0.47, 0.88, 1.23])
PROBES, MOMENTS = 16, 100
REAL_POINTS = np.array([0.12, 0.31, 0.47, 0.88, 1.23])
REAL_SEEDS = 25  # of every real network: 500 counts
GRAPHS, SEEDS = 4, 10  # of every kind: 160 sketches, 640 counts


def rows() -> Iterator[Row]:
    makers = {
        "ER": lambda seed: nx.gnp_random_graph(3000, 0.004, seed=seed),
        "BA": lambda seed: nx.barabasi_albert_graph(3000, 4, seed=seed),
        "WS": lambda seed: nx.watts_strogatz_graph(3000, 10, 0.1, seed=seed),
        "planted": lambda seed: planted(30, 100, 20, 0.2, seed),
    }
    moments, counts, widths = [], [], []
    for index, make in enumerate(makers.values()):
        for number in range(GRAPHS):
            seed = 100 * index + number
            graph = make(seed + 500)
            found = _study(graph, exact_spectrum(graph), SEEDS, seed)
            moments.append(found[0])
            counts.append(found[1])
            widths.append(found[2])
    covered = float(np.mean(moments))
    trials = GRAPHS * SEEDS * len(makers)
    yield Row(
        f"95 % intervals of moments 3 to {MOMENTS}, {trials} sketches of ER, BA, WS, planted",
        "cover in 93 to 97 %",
        f"{covered:.1%}",
        0.93 <= covered <= 0.97,
    )
    covered = float(np.mean(counts))
    yield Row(
        f"95 % intervals of count(x) at {', '.join(map(str, POINTS))}, {trials * len(POINTS)} trials",
        "cover in >= 93 %",
        f"{covered:.1%}",
        covered >= 0.93,
    )
    ratio = float(np.mean(np.concatenate(widths)))
    yield Row(
        "their mean width over 2 t times the seed-to-seed standard deviation, where that is >= 1",
        "<= 1.5",
        f"{ratio:.2f}",
        ratio <= 1.5,
    )
    yield from _real_networks()
    yield from coverage.rows()


def _real_networks() -> Iterator[Row]:
    covered, each = [], []
    for name in ("ca-GrQc", "ca-CondMat", "facebook", "email-Enron"):
        graph = real(name)
        if graph is None:
            yield skipped(f"95 % intervals of count(x) on {name}", "cover in >= 93 %", FILES[name])
            continue
        exact = exact_counts(graph, REAL_POINTS)
        found = []
        for seed in range(REAL_SEEDS):
            count = density(sketch(graph, num_moments=MOMENTS, num_probes=PROBES, seed=9000 + seed)).count(REAL_POINTS)
            found.append((np.abs(count.value - exact) <= 0.5) | _inside(exact, count))
        covered += np.concatenate(found).tolist()
        each.append(f"{name} {'/'.join(f'{share:.0%}' for share in np.mean(found, axis=0))}")
    if covered:
        share = float(np.mean(covered))
        points = ", ".join(map(str, REAL_POINTS))
        yield Row(
            f"95 % intervals of count(x) at {points}, {len(covered)} trials",
            "cover in >= 93 %",
            f"{share:.1%} ({'; '.join(each)})",
            share >= 0.93,
        )


def _study(
    graph: Any, eigenvalues: NDArray[np.float64], seeds: int, first: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """Return which moments and counts were covered, and width ratios, over sketches with different seeds."""
    exact_moments = chebyshev.chebvander(np.clip(eigenvalues - 1, -1, 1), MOMENTS).mean(axis=0)
    exact_counts = np.searchsorted(eigenvalues, POINTS + 1e-9, side="right")
    quantile = special.stdtrit(PROBES - 1, 0.975)
    moments, counts, values, widths = [], [], [], []
    for seed in range(seeds):
        item = sketch(graph, num_moments=MOMENTS, num_probes=PROBES, seed=1000 * first + seed)
        found = spectrum_moments(item)
        moments.append(np.abs(found.values - exact_moments)[3:] <= quantile * found.sem[3:])
        count = density(item).count(POINTS)
        half = np.maximum((count.high - count.low) / 2, 0.5)
        counts.append((np.abs(count.value - exact_counts) <= 0.5) | (_inside(exact_counts, count)))
        values.append(count.value)
        widths.append(2 * half)
    spread = np.std(values, axis=0, ddof=1)
    ratios = np.mean(widths, axis=0)[spread >= 1] / (2 * quantile * spread[spread >= 1])
    return np.array(moments), np.array(counts), ratios


def _inside(exact: NDArray[Any], count: Any) -> NDArray[np.bool_]:
    return np.asarray((count.low <= exact) & (exact <= count.high))
