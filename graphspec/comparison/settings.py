"""Settings of references, fits, classifications and comparisons."""

from __future__ import annotations

import math
from dataclasses import dataclass

from graphspec.errors import ParameterError
from graphspec.exact import ExactSettings
from graphspec.lanczos import BLOCK_WIDTH
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class ReferenceSettings(Options):
    """Settings of the reference graphs of a model.

    Attributes
    ----------
    max_nodes
        Largest number of vertices of a reference: spectra depend on degrees, not on sizes (checked by
        ``python -m benchmarks models``).
    dense_nodes
        Largest number of vertices of a reference with dense eigenvalues; the spectra of larger ones are sampled.
    dense_entries
        Entries of the dense matrices of references whose eigenvalues are computed together, in one thread: 8 MB.
    num_probes
        Probes of a sampled reference.
    sparse_degree
        Mean degree up to which `num_probes` are used. Beyond it there are fewer, so that the work, edges times probes,
        stays constant: spectra of dense graphs are narrow.
    """

    max_nodes: int = option(4000, Number(1, integer=True), "vertices of a reference at most")
    dense_nodes: int = option(
        ExactSettings().dense_limit, Number(0, integer=True), "vertices of a dense reference at most"
    )
    dense_entries: int = option(1_000_000, Number(1, integer=True), "entries of dense matrices at once")
    num_probes: int = option(128, Number(2, integer=True), "probes of a sampled reference")
    sparse_degree: float = option(24.0, Number(0, open=True), "mean degree up to which no probes are saved")


@dataclass(frozen=True, kw_only=True)
class FitSettings(Options):
    """Settings of fits and classifications.

    Attributes
    ----------
    min_eigenvalues
        Eigenvalues besides zeros that a fit needs.
    probed_nodes, max_probe_blocks
        Vertices times probes of a cheap pass, and largest number of blocks, which set the default number of probes.
    coarse_references, coarse_references_large
        Number of references for comparing candidates for the start, of graphs with dense eigenvalues and of larger
        ones.
    max_walk, patience
        Largest number of steps along one parameter, and number of steps without an improvement that end a walk: the
        noise of the references causes ripples.
    straight
        Number of successive improvements after which strides double: near a minimum there are fewer.
    max_points
        Largest number of visited points of the lattice: models that explain a graph need at most 21 (measured on 50
        graphs of 30 to 1500 vertices).
    max_rounds
        Largest number of rounds over all parameters.
    self_matches
        Largest number of references whose divergences from the others are computed.
    integer_error
        Smallest standard error of an integer parameter: the standard deviation of rounding, 12^-1/2.
    consistent, consistent_spreads
        A graph is consistent with a model if its divergence is at most so many times the median self-match (by trial),
        or exceeds it by at most so many spreads: few directions make up the spread where there are hubs.
    refuted
        Standard deviations in the direction of another model that refute a model; with 10 references, Student's t
        exceeds the default with probability 0.0016.
    improbable
        Probability of the degrees below which they refute a model: too small to occur in any study.
    """

    min_eigenvalues: int = option(10, Number(1, integer=True), "eigenvalues that a fit needs")
    probed_nodes: int = option(1_000_000, Number(1, integer=True), "vertices times probes that cost little")
    max_probe_blocks: int = option(16, Number(1, integer=True), "blocks of probes at most")
    coarse_references: int = option(6, Number(3, integer=True), "references for the start")
    coarse_references_large: int = option(3, Number(3, integer=True), "references of large graphs for the start")
    max_walk: int = option(40, Number(1, integer=True), "steps along one parameter at most")
    patience: int = option(2, Number(1, integer=True), "steps without improvement that end a walk")
    straight: int = option(4, Number(1, integer=True), "steps in turn from which strides double")
    max_points: int = option(25, Number(1, integer=True), "points of the lattice at most")
    max_rounds: int = option(6, Number(1, integer=True), "rounds over all parameters at most")
    self_matches: int = option(30, Number(3, integer=True), "references that are matched with the others")
    integer_error: float = option(0.29, Number(0), "standard error of an integer parameter at least")
    consistent: float = option(2.0, Number(1), "self-matches of a consistent graph at most")
    consistent_spreads: float = option(5.0, Number(0), "spreads above the self-match of a consistent graph at most")
    refuted: float = option(4.0, Number(0), "standard deviations towards another model that refute one")
    improbable: float = option(1e-6, Number(0, 1), "probability of degrees that refutes a model")

    def num_probes(self, num_nodes: int) -> int:
        """Return the default number of probes: many for small graphs, which differ in few eigenvalues."""
        blocks = -(-self.probed_nodes // max(1, num_nodes * BLOCK_WIDTH))
        return BLOCK_WIDTH * min(max(blocks, 1), self.max_probe_blocks)


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


@dataclass(frozen=True, kw_only=True)
class PermutationSettings(Options):
    """Options of a permutation test.

    Attributes
    ----------
    permutations
        Number of permutations. There are fewer where two sets have fewer arrangements, each of which is taken once.
    level
        Level of the test: p-values up to it say that sets differ.

    Raises
    ------
    ParameterError
        If no p-value of so few permutations is as small as the level.
    """

    permutations: int = option(
        999, Number(1, 10_000_000, integer=True), "Permutations of the test of --sets.", group="Answer"
    )
    level: float = option(0.05, Number(0, 1, open=True), "Level of the test of --sets.", group="Answer", metavar="P")

    def check(self) -> None:
        """Check that a p-value can be as small as the level."""
        needed = math.ceil(1 / self.level - 1e-9) - 1
        if self.permutations < needed:
            raise ParameterError(
                f"`permutations` {self.permutations} cannot give a p-value of {self.level:g}: take {needed:,} or more, "
                "or a larger `level`",
                "permutations",
            )


@dataclass(frozen=True, kw_only=True)
class SetSettings(Options):
    """Settings of the spectra of sets of graphs.

    Attributes
    ----------
    cells
        Cells of equal width in [0, 2] over which distribution functions are averaged. Distances of averages are below
        those of the functions, by a part of the width of a cell: the default is a width of 0.005, and takes 1 to 4 %
        off Wasserstein-1 distances of Erdos-Renyi graphs of 30 to 300 vertices (measured).
    """

    cells: int = option(400, Number(2, integer=True), "cells of a distribution function")
