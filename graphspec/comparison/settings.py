"""Settings of fits, classifications and comparisons."""

from __future__ import annotations

from dataclasses import dataclass

from graphspec.lanczos import BLOCK_WIDTH
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class FitSettings(Options):
    """Settings of a fit.

    Attributes
    ----------
    min_eigenvalues
        Eigenvalues besides zeros that a fit needs.
    probed_nodes, max_probe_blocks
        Vertices times probes that cost little, and blocks of probes at most: they make the default number of probes.
    coarse_references, coarse_references_large
        References with which the start is chosen, of graphs that a dense solver takes and of larger ones.
    max_walk, patience
        Steps along one parameter at most, and steps that are not better and end a walk: the noise of references makes
        ripples.
    max_rounds
        Rounds over all parameters at most.
    self_matches
        References whose divergences from the others are taken.
    integer_error
        Standard error of a whole number at least: the standard deviation of rounding, 1 / sqrt(12).
    consistent
        A model explains a graph whose divergence from it is at most this many times the self-match (by trial).
    consistent_spreads
        Or at most this many spreads more, where few directions make up the spread, as hubs do.
    refuted
        Standard deviations towards another model that refute one; of 10 references, Student's t exceeds four of them
        16 times in 10 000.
    """

    min_eigenvalues: int = option(10, Number(1, integer=True), "eigenvalues that a fit needs")
    probed_nodes: int = option(1_000_000, Number(1, integer=True), "vertices times probes that cost little")
    max_probe_blocks: int = option(16, Number(1, integer=True), "blocks of probes at most")
    coarse_references: int = option(6, Number(3, integer=True), "references that choose the start")
    coarse_references_large: int = option(3, Number(3, integer=True), "references that choose it for large graphs")
    max_walk: int = option(40, Number(1, integer=True), "steps along one parameter")
    patience: int = option(2, Number(1, integer=True), "steps in vain that end a walk")
    max_rounds: int = option(6, Number(1, integer=True), "rounds over all parameters")
    self_matches: int = option(30, Number(3, integer=True), "references that are matched with the others")
    integer_error: float = option(0.29, Number(0), "standard error of a whole number at least")
    consistent: float = option(2.0, Number(1), "self-matches within which a model explains a graph")
    consistent_spreads: float = option(5.0, Number(0), "spreads within which it does")
    refuted: float = option(4.0, Number(0), "standard deviations that refute a model")

    def num_probes(self, num_nodes: int) -> int:
        """Return a number of probes: enough to see small differences of small graphs, few for large ones."""
        blocks = -(-self.probed_nodes // max(1, num_nodes * BLOCK_WIDTH))
        return BLOCK_WIDTH * min(max(blocks, 1), self.max_probe_blocks)


DEFAULTS = FitSettings()


@dataclass(frozen=True, kw_only=True)
class CompareSettings(Options):
    """Settings of the distances between distribution functions.

    Attributes
    ----------
    stride
        Nodes of the quadrature between points of a distribution function. There are 16 for each moment, so that the
        default is a quarter of the resolution.
    num_signs
        Random combinations of the deviations of the probes from which noise floors are computed.
    """

    stride: int = option(4, Number(1, integer=True), "nodes between points of a distribution function")
    num_signs: int = option(64, Number(1, integer=True), "random combinations of the probes")
