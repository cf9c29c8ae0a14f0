"""Classification with the configuration model and block models: the right one, or a simpler one that is not refuted."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphspec import classify, generate
from graphspec.graphs import Graph
from graphspec.models.stub_matching import simple_pairing

from benchmarks.planted_graphs import block_model
from benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

NODES, EACH, PROCESSES = 2000, 20, 2
_FIRST_SEED = 730_000
# From simple to complex, so that the first of those that explain a graph is the one to name.
MODELS = ("er", "ba", "ws", "configuration", "sbm", "dcsbm")
SIMPLER: dict[str, tuple[str, ...]] = {
    "er": (),
    "ba": (),
    "ws": ("er", "ba"),
    "configuration": ("er", "ba", "ws"),
    "sbm": ("er", "ba", "ws", "configuration"),
    "dcsbm": ("er", "ba", "ws", "configuration", "sbm"),
}


class Outcome(NamedTuple):
    """A classification of one graph.

    Attributes
    ----------
    model, what
        The model that made the graph, and its parameters.
    best
        The model that is named.
    explaining
        The models that are not refuted.
    communities
        Number of blocks, where block models were fitted.
    shortest
        The model with the shortest description length.
    """

    model: str
    what: str
    best: str | None
    explaining: tuple[str, ...]
    communities: int | None
    shortest: str

    @property
    def is_right(self) -> bool:
        """Whether the right model is named, or a simpler one that is not refuted."""
        allowed = (self.model, *SIMPLER[self.model])
        return self.best in allowed and self.best in self.explaining

    @property
    def is_too_rich(self) -> bool:
        """Whether a model is named while a simpler one is not refuted."""
        return self.best is not None and any(simple in self.explaining for simple in SIMPLER[self.best])


def rows() -> Iterator[Row]:
    with ProcessPoolExecutor(PROCESSES) as pool:
        outcomes = list(pool.map(_outcome, product(MODELS, range(EACH))))
    what = f"classify with {', '.join(MODELS)}; n = {NODES:,}, mean degree 6 to 20"
    for model in MODELS:
        own = [each for each in outcomes if each.model == model]
        named: dict[str, int] = {}
        for each in own:
            named[str(each.best)] = named.get(str(each.best), 0) + 1
        said = ", ".join(f"{name} {number}" for name, number in sorted(named.items(), key=lambda item: -item[1]))
        lengths = sum(each.shortest == model for each in own)
        length = f"; shortest description {lengths}" if model in ("er", "configuration", "sbm", "dcsbm") else ""
        yield Row(f"{what}: {EACH} graphs of {model}", "part of the rows below", f"named {said}{length}", None)
    right, rich = sum(each.is_right for each in outcomes), [each for each in outcomes if each.is_too_rich]
    wrong = "; ".join(f"{each.best} for {each.model} ({each.what})" for each in outcomes if not each.is_right)
    share = right / len(outcomes)
    yield Row(
        f"{what}: {len(outcomes)} graphs",
        "the right one, or a simpler one that is not refuted, in >= 95 %",
        f"{share:.1%}" + (f"; not: {wrong}" if wrong else ""),
        share >= 0.95,
    )
    said = "; ".join(f"{each.best} for {each.model} ({each.what})" for each in rich)
    yield Row(f"{what}: named while a simpler one is consistent", "never", said or "never", not rich)


def _outcome(job: tuple[str, int]) -> Outcome:
    model, number = job
    graph, what = _graph(model, _FIRST_SEED + number)
    found = classify(graph, MODELS, threads=1)
    blocks = [fit.num_blocks for fit in found.ranking if fit.num_blocks is not None]
    lengths = {fit.model: fit.description_length for fit in found.ranking if fit.description_length is not None}
    shortest = min(lengths, key=lambda name: lengths[name])
    return Outcome(model, what, found.best, found.explaining, blocks[0] if blocks else None, shortest)


def _graph(model: str, seed: int) -> tuple[Graph, str]:
    """Return a graph of a model with random parameters, and these in words."""
    random = np.random.default_rng([seed, MODELS.index(model)])
    degree = float(random.uniform(6, 20))
    if model == "er":
        return generate("er", NODES, seed, p=degree / (NODES - 1)), f"degree {degree:.1f}"
    if model == "ws":
        k, p = 2 * int(random.integers(3, 11)), float(np.exp(random.uniform(np.log(0.03), np.log(0.5))))
        return generate("ws", NODES, seed, k=k, p=p), f"k = {k}, p = {p:.2g}"
    if model == "ba":
        m = int(random.integers(3, 11))
        return generate("ba", NODES, seed, m=m), f"m = {m}"
    if model == "configuration":
        degrees, what = _degrees(degree, seed, random)
        tail, head = simple_pairing(degrees, random)
        return Graph.from_edges(tail, head, num_nodes=NODES), what
    # Blocks of one size and of sizes in a ratio of up to 3.
    count, signal = int(random.integers(2, 13)), float(random.uniform(2, 5))
    weights = np.ones(count) if seed % 2 else np.linspace(1, 3, count)
    sizes = np.round(NODES * weights / weights.sum()).astype(np.int64)
    tail_exponent = None if model == "sbm" else float(random.uniform(2.3, 3.5))
    what = f"{count} {'equal' if seed % 2 else 'unequal'} blocks, signal {signal:.1f}, degree {degree:.1f}"
    return block_model(sizes, degree, signal, random, tail_exponent)[0], what


def _degrees(mean: float, seed: int, random: np.random.Generator) -> tuple[NDArray[np.int64], str]:
    """Return degrees from a power law, a log-normal one, or of two kinds, and which in words."""
    kind = seed % 4
    if kind < 2:
        exponent = float(random.uniform(2.2, 3.5))
        weights, what = (1 - random.random(NODES)) ** (-1 / (exponent - 1)), f"power {exponent:.1f}"
        weights = np.minimum(weights, (8 if kind else 30) * weights.mean())
    elif kind == 2:
        width = float(random.uniform(0.3, 1.0))
        weights, what = np.exp(width * random.standard_normal(NODES)), f"log-normal {width:.2f}"
    else:
        weights, what = random.choice([1.0, 3.0], NODES), "two degrees"
    degrees = np.maximum(1, np.round(weights * mean / weights.mean())).astype(np.int64)
    degrees[0] += degrees.sum() % 2
    return degrees, f"{what}, degree {mean:.1f}"
