"""Names of the features, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graphspec._typing import Vector
from graphspec.errors import ParameterError
from graphspec.grids import Grid
from graphspec.options import Number, Options, option

NETLSD_TIMES = tuple(np.logspace(-2, 2, 250).tolist())
"""Times of the NetLSD signature (Tsitsulin et al., KDD 2018)."""


@dataclass(frozen=True, kw_only=True)
class FeatureSettings(Options):
    """Which features there are; shares of the eigenvalues at 0, 1 and 2 and the entropy always are.

    The shares at 0, 1 and 2 are exact: of graphs that are sampled, the one at 1 is that of the eigenvalues which the
    structure of the graph shows. The entropy is the von Neumann entropy of the normalised Laplacian over its trace, in
    nats (Passerini and Severini, Int. J. Agent Technol. Syst. 1, 58 (2009), for the Laplacian).

    Attributes
    ----------
    orders
        Number of Chebyshev moments, (1/n) sum_i T_k(lambda_i - 1), from order 1 on.
    times
        Times of the heat traces, (1/n) sum_i exp(-t lambda_i); by default those of the NetLSD signature.
    bins
        Number of bins between 0 and 2 with shares of the eigenvalues.
    """

    orders: int = option(10, Number(0, 1000, integer=True), "Chebyshev moments, from order 1 on.", group="Answer")
    times: tuple[float, ...] = option(
        NETLSD_TIMES,
        Grid(empty=True),
        "Times of the heat trace, from:to:number or a list.",
        group="Answer",
        metavar="TIMES",
        default_help="0.01:100:250",
    )
    bins: int = option(20, Number(0, 1000, integer=True), "Bins of the eigenvalues between 0 and 2.", group="Answer")

    def check(self) -> None:
        """Check that every time has a name of its own."""
        if len(self.times) != len(set(map(_short, self.times))):
            raise ParameterError("`times` are too close for names of six digits", "times")

    @property
    def edges(self) -> Vector:
        """Ends of the bins."""
        return np.linspace(0.0, 2.0, self.bins + 1) if self.bins else np.zeros(0)

    @property
    def names(self) -> list[str]:
        """Names of the features in their order."""
        edges = [f"{edge:g}" for edge in self.edges]
        return [
            *(f"moment_{order}" for order in range(1, self.orders + 1)),
            *(f"heat_{_short(time)}" for time in self.times),
            *(f"share_{low}_{high}" for low, high in pairwise(edges)),
            "atom_0",
            "atom_1",
            "atom_2",
            "entropy",
        ]


def _short(time: float) -> str:
    return f"{time:.6g}"
