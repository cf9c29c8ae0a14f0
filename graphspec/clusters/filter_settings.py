"""Settings of the eigensolver of the low end of a spectrum."""

from __future__ import annotations

from dataclasses import dataclass

from graphspec.options import Number, Options, option

NARROW_WIDTH = 8
"""Columns of the narrowest block that the compiled product knows: widths are multiples of it."""


@dataclass(frozen=True, kw_only=True)
class FilterSettings(Options):
    """Settings of the eigensolver. Eigenvalues of X, in [-1, 1], are meant where a length has no other unit.

    Attributes
    ----------
    residual
        Norm of the residual at which an eigenvector has converged, in units of half the interval where that is less
        than 1. The error of its eigenvalue is about the square of this, divided by the gap.
    edge_residual
        The same for the first eigenvalue above the gap, relative to it or to its distance from the threshold: often it
        is the first of many, and only the width of the gap depends on it.
    guards
        Columns of a block beyond the expected number of eigenvectors.
    amplification
        Factor by which filters amplify the lower end of the gap against its upper end before residuals decide: of
        random vectors it leaves residuals of 1e-5 (measured).
    safety
        Factor by which a further filter amplifies more than the residual asks for.
    rounding_float32, rounding_float64
        Rounding of a product, relative to half the interval (measured: 2e-7 for float32). Where residuals are smaller,
        float32 gives way to float64; and one filter amplifies no vector more than the inverse of it against another,
        which would drown.
    largest_growth
        Logarithm of the amplification of the lowest eigenvalue by one filter at most: float32 holds the square of
        e^40, and not of e^45.
    narrow
        Length of a spectrum in which float32 tells too little apart.
    edge_degree, short_rounds
        Degree of a filter in the search for the first eigenvalue above the gap, and number of rounds after which
        every round may take twice the degree of the one before: a higher degree separates more, and is in vain near
        the end (by trial).
    edge_margin
        Share of the spectrum above the gap that the first round of this search amplifies; later, share of the distance
        from the threshold to the first eigenvalue above it, so much above which is not damped.
    bound_steps
        Lanczos steps that bound the ends of the spectrum.
    dense_rows
        Rows that a dense solver does in the time of a few products with a block.
    dense_blocks
        Blocks in a matrix below which a dense solver is as fast.
    max_dense_rows
        Rows that a dense solver is given where a block would be too wide, because of memory: 20 000 take 10 GB.
    max_degree, max_filters
        Degree of one filter, and number of filters below the gap at most.
    cost_limit
        Cost at which filters give up, relative to the cost that is expected, and other solvers finish the work. The
        unit of cost is a step: a product of the operator with every vector of the block. Expected are as many steps
        as amplify across the gap by `amplification`, or as many as a dense solver costs if that is less, but at least
        `pass_steps` and at most `max_degree`. At true gaps filters took 2.5 times the expected cost or less in 80 of
        100 cases, and 5 times or less in 98 (measured).
    pass_steps
        Steps of the pass of 100 moments over the operator, with which a gap is estimated.
    ritz_steps
        Steps that cost as much as the Rayleigh-Ritz method for the same block (measured: 5 to 25).
    dense_products
        Products with one vector that cost as much as a dense solver, relative to the squared number of rows (measured:
        0.006 for sparse graphs and wide blocks, to 0.05).
    fallback_dense_rows
        Rows up to which a dense solver finishes the work: 5000 take 10 s and 600 MB. ARPACK does beyond.
    arpack_basis
        Lanczos vectors of ARPACK beyond the eigenvectors, at least: fewer need many more products at narrow gaps.
    arpack_tolerance
        Residual of ARPACK, relative to the length of the spectrum: an eigenvalue at that distance from the threshold
        may lie on either side.
    arpack_restarts
        Restarts of ARPACK at most.
    """

    residual: float = option(1e-4, Number(0, open=True), "Residual of eigenvectors below the gap")
    edge_residual: float = option(1e-3, Number(0, open=True), "Residual of the first eigenvector above the gap")
    guards: int = option(4, Number(1, integer=True), "Columns beyond the expected number of eigenvectors")
    amplification: float = option(1e6, Number(1, open=True), "Amplification across the gap by the first filters")
    safety: float = option(10.0, Number(1), "Surplus of a further amplification")
    rounding_float32: float = option(1e-6, Number(0, 1, open=True), "Rounding of products in float32")
    rounding_float64: float = option(1e-13, Number(0, 1, open=True), "Rounding of products in float64")
    largest_growth: float = option(40.0, Number(0, 44, open=True), "Logarithm of the largest amplification")
    narrow: float = option(0.02, Number(0, 2), "Length of a spectrum that needs float64")
    edge_degree: int = option(20, Number(1, integer=True), "Degree of filters that search above the gap")
    short_rounds: int = option(4, Number(0, integer=True), "Rounds above the gap before the degree grows")
    edge_margin: float = option(0.1, Number(0, 1, open=True), "Share of a distance that is not damped above the gap")
    bound_steps: int = option(10, Number(1, integer=True), "Lanczos steps that bound the spectrum")
    dense_rows: int = option(300, Number(0, integer=True), "Rows that a dense solver does at once")
    dense_blocks: int = option(5, Number(1, integer=True), "Blocks in a matrix below which it is solved densely")
    max_dense_rows: int = option(20_000, Number(0, integer=True), "Rows of a dense solver where blocks are too wide")
    max_degree: int = option(1000, Number(1, integer=True), "Degree of a filter at most")
    max_filters: int = option(100, Number(1, integer=True), "Filters below the gap at most")
    cost_limit: float = option(10.0, Number(0), "Cost at which filters give up, relative to the expected cost")
    pass_steps: int = option(50, Number(1, integer=True), "Steps of the pass over the operator")
    ritz_steps: int = option(10, Number(0, integer=True), "Steps that take as long as the Rayleigh-Ritz method")
    dense_products: float = option(0.04, Number(0), "Products that cost as much as a dense solver, per squared rows")
    fallback_dense_rows: int = option(5000, Number(0, integer=True), "Rows up to which a dense solver finishes")
    arpack_basis: int = option(60, Number(2, integer=True), "Lanczos vectors of ARPACK beyond the eigenvectors")
    arpack_tolerance: float = option(1e-10, Number(0, 1, open=True), "Residual of ARPACK")
    arpack_restarts: int = option(1000, Number(1, integer=True), "Restarts of ARPACK at most")

    def width(self, expected: int) -> int:
        """Return the width of a block for an expected number of eigenvectors and guards."""
        return -(-(expected + self.guards) // NARROW_WIDTH) * NARROW_WIDTH


DEFAULT_SETTINGS = FilterSettings()
