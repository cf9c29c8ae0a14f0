"""Subspace iteration with Chebyshev filters: the lowest eigenvalues and eigenvectors of one operator."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.clusters.tall_matrices import TallMatrices
from graphspec.errors import NotConvergedError
from graphspec.exact import known_spectrum
from graphspec.lanczos import chebyshev_filter, lanczos, ritz_values
from graphspec.operators import Operator
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
    max_degree, max_filters, max_rounds
        Degree of one filter, number of filters below the gap, and number of rounds above it at most.
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
    max_rounds: int = option(12, Number(1, integer=True), "Rounds above the gap at most")

    def width(self, expected: int) -> int:
        """Return the width of a block for an expected number of eigenvectors and guards."""
        return -(-(expected + self.guards) // NARROW_WIDTH) * NARROW_WIDTH


DEFAULT_SETTINGS = FilterSettings()


class Eigenpairs(NamedTuple):
    """Eigenvalues in increasing order, shape (k,), and eigenvectors as columns, shape (n, k)."""

    values: Vector
    vectors: Matrix


class SubspaceIteration:
    """Subspace iteration with Chebyshev filters for one operator, with known eigenvectors deflated.

    A random block goes through polynomials that amplify what lies below the gap, until it holds those eigenvectors.
    Then a few vectors orthogonal to all of them are filtered until the first one is an eigenvector: that of the next
    eigenvalue, which must lie above the gap. Inside, eigenvalues are those of X, in [-1, 1].

    Parameters
    ----------
    operator
        The operator.
    settings
        Settings of the filters.
    pool
        Threads of products of tall matrices, or None for one.
    threads
        Number of threads of products with the operator.
    progress
        Called with numbers of products of the operator with one vector as they are taken.

    References
    ----------
    Y. Zhou, Y. Saad, M. Tiago and J. Chelikowsky, J. Comput. Phys. 219, 172 (2006), algorithm 4.1.
    """

    def __init__(
        self,
        operator: Operator,
        settings: FilterSettings = DEFAULT_SETTINGS,
        *,
        pool: ThreadPoolExecutor | None = None,
        threads: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        low, high = operator.interval
        self.operator, self.settings = operator, settings
        self.center, self.half = (low + high) / 2, (high - low) / 2
        self.product, self.precise = operator.product(settings.edge_degree), operator.product(0, np.float64)
        self.rounding, self.tolerance = settings.rounding_float32, settings.residual * min(1.0, self.half)
        self.options: dict[str, Any] = {"threads": threads, "progress": progress}
        self.known = self._known_pairs()
        self.tall = TallMatrices(pool)
        self.bottom, self.top = self._ends()
        # Ends of a filter that are nearer to each other than rounding cannot be told apart.
        self.shortest = settings.rounding_float32 * max(self.top - self.bottom, settings.rounding_float32)
        if self.top - self.bottom < settings.narrow:
            self._use_float64()

    def pairs_below(
        self, gap: tuple[float, float], threshold: float, block: Matrix
    ) -> tuple[Eigenpairs, Matrix] | None:
        """Return the eigenpairs below a threshold in the gap, and Ritz vectors above it.

        Parameters
        ----------
        gap
            Ends of the gap as estimated.
        threshold
            Eigenvalue below which eigenpairs are returned.
        block
            Random block, shape (n, width).

        Returns
        -------
        tuple or None
            The eigenpairs, and the remaining Ritz vectors of the block; None where the block is too narrow.

        Raises
        ------
        NotConvergedError
            If the filters do not converge.
        """
        low, high, middle = self._unit(gap[0]), self._unit(gap[1]), (threshold - self.center) / self.half
        if middle >= self.top - 2 * self.shortest:
            return None  # all of the spectrum lies below
        if middle < self.bottom:
            return self._with_known(Eigenpairs(np.zeros(0), block[:, :0]), threshold), block
        needed = float(np.arccosh(self.settings.amplification))
        for _ in range(self.settings.max_filters):
            # 1. Filter: amplify the lower end of the gap against the upper one, by as much as is still needed or as
            # precision allows. Known eigenvectors would be amplified most, and are projected off before.
            degree, growth = self._degree(low, high, needed)
            block = self._filtered(self._without(self.known.vectors, block), high, degree)
            # 2. Rayleigh-Ritz: the best approximations to eigenpairs in the span of the block. If even the last of
            # them lies below the threshold, the block has no room for all eigenvectors.
            values, block, residuals = self._rayleigh_ritz(self._without(self.known.vectors, block))
            if values[-1] < middle:
                return None
            needed -= degree * growth
            if needed > 0:
                continue
            # 3. Accept: all Ritz pairs below the threshold have converged.
            count = int(np.searchsorted(values, middle))
            residual = self.half * float(residuals[:count].max(initial=0.0))
            if residual <= self.tolerance:
                return self._with_known(Eigenpairs(values[:count], block[:, :count]), threshold), block[:, count:]
            # 4. Otherwise eigenvalues may lie in the gap: narrow it to the Ritz values on both sides, and amplify by
            # what the residual lacks, in float64 where float32 can do no more.
            low, high = max(low, float(values[count - 1])), min(high, float(values[-1]))
            needed = float(np.arccosh(self.settings.safety * residual / self.tolerance))
            if residual < self.settings.rounding_float32 * self.half:
                self._use_float64()
        raise NotConvergedError(
            f"{self.settings.max_filters} filter(s) left eigenvectors below the gap that have not converged"
        )

    def next_eigenvalue(self, guess: float, threshold: float, vectors: Matrix, block: Matrix) -> float:
        """Return the lowest eigenvalue whose eigenvector is orthogonal to others.

        One below the threshold is returned as soon as it is known to lie there: it was missed among the others.

        Parameters
        ----------
        guess
            Upper end of the gap as estimated.
        threshold
            Eigenvalue above which it is expected.
        vectors
            Orthonormal eigenvectors, shape (n, k).
        block
            Vectors to begin with, shape (n, width).

        Raises
        ------
        NotConvergedError
            If the filters do not converge.
        """
        settings = self.settings
        first = self._unit(guess)
        last = first + settings.edge_margin * (self.top - first)
        block, before = self._without(vectors, block), np.inf
        for number in range(settings.max_rounds):
            # 1. Filter: damp all but the lowest end of what remains. The degree is small at first, when the interval
            # begins far above the first eigenvalue, and doubles from round to round later.
            most = settings.edge_degree << max(0, number - settings.short_rounds)
            block = self._filtered(block, last, self._edge_degree(first, last, most))
            # 2. Rayleigh-Ritz in what is orthogonal to the eigenvectors below.
            values, block, residuals = self._rayleigh_ritz(self._without(vectors, block))
            value, residual = self.center + self.half * float(values[0]), self.half * float(residuals[0])
            # 3. Accept the first Ritz value: below the threshold at once, for it is an upper bound; above it when its
            # residual is small, but not in the first round, when random vectors have hardly been filtered.
            close = residual <= settings.edge_residual * max(abs(value), value - threshold)
            if value <= threshold or (number > 0 and close):
                return value
            # 4. Next interval: from the last Ritz value, but not too near to the first: equal eigenvalues cannot be
            # told from each other, only from those above. Where residuals fall slowly, rounding is in the way.
            if residual >= before / 2 or residual < settings.rounding_float32 * self.half:
                self._use_float64()
            before, first = residual, float(values[0])
            margin = settings.edge_margin * (value - threshold) / self.half
            last = float(np.clip(values[-1], first + margin, self.top - self.shortest))
        raise NotConvergedError(
            f"the filter did not find what is first above the gap in {settings.max_rounds} round(s)"
        )

    def times_matrix(self, block: Matrix) -> Matrix:
        """Return X times a block, in float64."""
        return chebyshev_filter(self.precise, block, (-1.0, 1.0), 1, **self.options)

    def _filtered(self, block: Matrix, start: float, degree: int) -> Matrix:
        """Amplify what lies below the start of an interval that goes to the end of the spectrum."""
        return chebyshev_filter(self.product, block, (start, self.top), degree, **self.options)

    def _use_float64(self) -> None:
        """Take all further products in float64."""
        self.product, self.rounding = self.precise, self.settings.rounding_float64

    def _degree(self, low: float, high: float, needed: float) -> tuple[int, float]:
        """Return the degree of a filter, and by how much it amplifies `low` against `high` per degree, as a logarithm.

        The degree reaches the amplification that is needed, or as much of it as the precision of vectors holds.
        """
        growth, largest = _growth(low, high, self.top), max(_growth(self.bottom, high, self.top), 1e-9)
        most = min(
            np.log(1 / self.rounding) / max(largest - growth, 1e-9),
            self.settings.largest_growth / largest,
            self.settings.max_degree,
        )
        return max(1, int(min(np.ceil(needed / max(growth, 1e-9)), most))), growth

    def _edge_degree(self, first: float, last: float, most: int) -> int:
        """Return a degree up to `most` at which residuals of the lowest eigenvectors do not grow beyond the first."""
        lowest = max(_growth(self.bottom, last, self.top), 1e-9)
        spread = lowest - _growth(first, last, self.top)
        # Eigenvectors below the gap leave the square of their residual: amplified, that has to stay a tenth.
        amplification = 0.1 / self.settings.residual**2
        limit = min(np.log(amplification) / max(spread, 1e-9), self.settings.largest_growth / lowest)
        return int(np.clip(limit, 1, most))

    def _rayleigh_ritz(self, block: Matrix) -> tuple[Vector, Matrix, Vector]:
        """Return the Ritz values and vectors of the span of a block, and the norms of their residuals."""
        tall = self.tall
        # Filtered columns all point almost the same way. A first step makes them nearly orthonormal, which a second
        # one completes (A. Stathopoulos and K. Wu, SIAM J. Sci. Comput. 23, 2165 (2002)): faster than a QR
        # factorisation by a few times.
        block = tall.times(block, _orthonormalizing(tall.inner(block, block)))
        image = self.times_matrix(block)
        inner = tall.inner(block, image)
        basis = _orthonormalizing(tall.inner(block, block))
        # Eigenvectors of the projected operator rotate the basis to the Ritz vectors.
        values, rotation = np.linalg.eigh(basis.T @ ((inner + inner.T) / 2) @ basis)
        rotation = basis @ rotation
        vectors, image = tall.times(block, rotation), tall.times(image, rotation)
        image -= vectors * values
        return values, vectors, np.sqrt(np.einsum("ij,ij->j", image, image))

    def _without(self, vectors: Matrix, block: Matrix) -> Matrix:
        """Return the part of a block that is orthogonal to orthonormal vectors."""
        return block - self.tall.times(vectors, self.tall.inner(vectors, block)) if vectors.shape[1] else block

    def _ends(self) -> tuple[float, float]:
        """Bound the ends of the spectrum by a few Lanczos steps.

        Y. Zhou and R.-C. Li, Linear Algebra Appl. 435, 480 (2011).
        """
        start = np.random.default_rng(0).random((NARROW_WIDTH, self.operator.num_rows), np.float32) - np.float32(0.5)
        steps = min(self.settings.bound_steps, start.shape[1])
        jacobi = lanczos(self.product, self.product.block(start), steps, threads=1)
        ends = [ritz_values(alpha, beta) for alpha, beta in zip(jacobi.alpha, jacobi.beta, strict=True)]
        bottom = min(float(values[0] - residuals[0]) for values, residuals in ends)
        top = max(float(values[-1] + residuals[-1]) for values, residuals in ends)
        return max(-1.0, bottom), min(1.0, top)

    def _unit(self, value: float) -> float:
        """Map an eigenvalue of the operator to one of X, away from the ends of the spectrum."""
        return float(np.clip((value - self.center) / self.half, self.bottom + self.shortest, self.top - self.shortest))

    def _with_known(self, pairs: Eigenpairs, threshold: float) -> Eigenpairs:
        """Add known eigenpairs below the threshold to others, whose values are those of X."""
        low = self.known.values < threshold
        values = np.concatenate([self.known.values[low], self.center + self.half * pairs.values])
        order = np.argsort(values, kind="stable")
        vectors = np.concatenate([self.known.vectors[:, low], pairs.vectors], axis=1)
        return Eigenpairs(values[order], vectors[:, order])

    def _known_pairs(self) -> Eigenpairs:
        """Return the known eigenvalues and eigenvectors of the operator."""
        known = known_spectrum(self.operator)
        vectors = known.columns(np.arange(self.operator.num_rows))
        if vectors.shape[1] == 0:
            return Eigenpairs(np.zeros(0), vectors)
        vectors = np.ascontiguousarray(vectors)
        values = self.center + self.half * np.einsum("ij,ij->j", vectors, self.times_matrix(vectors))
        for atom in known.atoms:
            values[np.abs(values - atom.eigenvalue) < self.settings.rounding_float32 * self.half] = atom.eigenvalue
        return Eigenpairs(values, vectors)


def _orthonormalizing(gram: Matrix) -> Matrix:
    """Return a matrix that makes columns with a Gram matrix orthonormal, as far as that is not singular."""
    lengths = np.sqrt(np.diag(gram))
    values, vectors = np.linalg.eigh(gram / (lengths * lengths[:, None]))
    vectors /= np.sqrt(np.maximum(values, 1e-15 * values[-1]))  # smaller eigenvalues are rounding
    return np.asarray(vectors / lengths[:, None])


def _growth(value: float, start: float, end: float) -> float:
    """Return by how much a filter that damps [start, end] amplifies `value` per degree, as a logarithm."""
    center, half = (start + end) / 2, (end - start) / 2
    return float(np.arccosh(max(1.0, (center - value) / half)))
