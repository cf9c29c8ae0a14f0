"""Subspace iteration with Chebyshev filters: the lowest eigenvalues and eigenvectors of one operator."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.clusters.filter_settings import DEFAULT_SETTINGS, NARROW_WIDTH, FilterSettings
from graphspec.clusters.tall_matrices import TallMatrices
from graphspec.errors import NotConvergedError
from graphspec.exact import known_spectrum
from graphspec.lanczos import chebyshev_filter, lanczos, ritz_values
from graphspec.operators import Operator


class Eigenpairs(NamedTuple):
    """Eigenvalues in increasing order, shape (k,), and eigenvectors as columns, shape (n, k)."""

    values: Vector
    vectors: Matrix


class SubspaceIteration:
    """Subspace iteration with Chebyshev filters for one operator, with known eigenvectors deflated.

    Polynomials amplify the eigenvectors below the gap in a random block, until the block holds them. Then a few vectors
    orthogonal to all of them are filtered until the first one is an eigenvector: that of the next eigenvalue, which
    must lie above the gap. Inside, eigenvalues are those of X, in [-1, 1].

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
            self.use_float64()

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
        low, high, middle = self._inner_unit(gap[0]), self._inner_unit(gap[1]), self.unit(threshold)
        if middle >= self.top - 2 * self.shortest:
            return None  # all of the spectrum lies below
        if middle < self.bottom:
            return self.known_below(threshold), block
        needed = float(np.arccosh(self.settings.amplification))
        number, steps, max_steps = 0, 0, self._max_steps(low, high, block.shape[1])
        while steps < max_steps and number < self.settings.max_filters:
            # 1. Filter: amplify the lower end of the gap against the upper one, by as much as is still needed or as
            # precision allows. Known eigenvectors, which would be amplified even more, are projected off first.
            degree, growth = self.degree(low, high, needed)
            block = self.filtered(self.without(self.known.vectors, block), high, degree)
            # 2. Rayleigh-Ritz: the best approximations to eigenpairs in the span of the block. If even the last of
            # them lies below the threshold, the block has no room for all eigenvectors.
            values, block, residuals = self.rayleigh_ritz(self.without(self.known.vectors, block))
            number, steps = number + 1, steps + degree + self.settings.ritz_steps
            if values[-1] < middle:
                return None
            needed -= degree * growth
            if needed > 0:
                continue
            # 3. Accept: all Ritz pairs below the threshold have converged.
            count = int(np.searchsorted(values, middle))
            residual = self.half * float(residuals[:count].max(initial=0.0))
            if residual <= self.tolerance:
                pairs = Eigenpairs(values[:count], block[:, :count])
                return self.joined(self.known_below(threshold), pairs), block[:, count:]
            # 4. Otherwise eigenvalues may lie in the gap: narrow it to the Ritz values on both sides, and amplify by
            # what the residual lacks, in float64 where float32 can do no more.
            low, high = max(low, float(values[count - 1])), min(high, float(values[-1]))
            needed = float(np.arccosh(self.settings.safety * residual / self.tolerance))
            if residual < self.settings.rounding_float32 * self.half:
                self.use_float64()
        raise NotConvergedError(f"eigenvectors below the gap did not converge in {number} filter(s)")

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
        first = self._inner_unit(guess)
        last = first + settings.edge_margin * (self.top - first)
        block, before = self.without(vectors, block), np.inf
        number, steps, max_steps = 0, 0, self._max_steps(self._inner_unit(threshold), first, block.shape[1])
        while steps < max_steps:
            # 1. Filter: damp all but the lowest end of what remains. The degree is small at first, when the interval
            # begins far above the first eigenvalue, and doubles from round to round later.
            max_degree = min(settings.edge_degree << max(0, number - settings.short_rounds), max_steps - steps)
            degree = self._edge_degree(first, last, max_degree)
            block = self.filtered(block, last, degree)
            # 2. Rayleigh-Ritz in the orthogonal complement of the eigenvectors below.
            values, block, residuals = self.rayleigh_ritz(self.without(vectors, block))
            value, residual = self.eigenvalue(float(values[0])), self.half * float(residuals[0])
            steps += degree + settings.ritz_steps
            # 3. Accept the first Ritz value: below the threshold at once, for it is an upper bound; above it when its
            # residual is small, but not in the first round, when random vectors have hardly been filtered.
            close = residual <= settings.edge_residual * max(abs(value), value - threshold)
            if value <= threshold or (number > 0 and close):
                return value
            # 4. Next interval: from the last Ritz value, but not too near to the first: equal eigenvalues cannot be
            # told from each other, only from those above. Where residuals fall slowly, rounding is in the way.
            if residual >= before / 2 or residual < settings.rounding_float32 * self.half:
                self.use_float64()
            number, before, first = number + 1, residual, float(values[0])
            margin = settings.edge_margin * (value - threshold) / self.half
            last = float(np.clip(values[-1], first + margin, self.top - self.shortest))
        raise NotConvergedError(f"the first eigenvector above the gap did not converge in {number} filter(s)")

    def known_below(self, threshold: float) -> Eigenpairs:
        """Return the known eigenpairs below a threshold, whose eigenvectors need no filter."""
        low = self.known.values < threshold
        return Eigenpairs(self.known.values[low], self.known.vectors[:, low])

    def joined(self, pairs: Eigenpairs, others: Eigenpairs) -> Eigenpairs:
        """Return eigenpairs of the operator and others of X together, in increasing order."""
        values = np.concatenate([pairs.values, self.center + self.half * others.values])
        order = np.argsort(values, kind="stable")
        return Eigenpairs(values[order], np.concatenate([pairs.vectors, others.vectors], axis=1)[:, order])

    def eigenvalue(self, unit: float) -> float:
        """Return the eigenvalue of the operator for one of X."""
        return self.center + self.half * unit

    def unit(self, eigenvalue: float) -> float:
        """Return the eigenvalue of X for one of the operator."""
        return (eigenvalue - self.center) / self.half

    def times_matrix(self, block: Matrix) -> Matrix:
        """Return X times a block, in float64."""
        return chebyshev_filter(self.precise, block, (-1.0, 1.0), 1, **self.options)

    def filtered(self, block: Matrix, start: float, degree: int) -> Matrix:
        """Amplify eigenvectors below an eigenvalue of X, from which on all are damped."""
        return chebyshev_filter(self.product, block, (start, self.top), degree, **self.options)

    def use_float64(self) -> None:
        """Take all further products in float64."""
        self.product, self.rounding = self.precise, self.settings.rounding_float64

    def _max_steps(self, low: float, high: float, width: int) -> int:
        """Return the number of steps after which filters of a block give up at a gap."""
        settings, rows = self.settings, self.operator.num_rows
        growth = max(_growth(low, high, self.top), 1e-9)
        expected = min(float(np.arccosh(settings.amplification)) / growth, settings.max_degree)
        if rows <= settings.fallback_dense_rows:
            expected = min(expected, settings.dense_products * rows**2 / width)
        return int(settings.cost_limit * max(expected, settings.pass_steps))

    def degree(self, low: float, high: float, needed: float) -> tuple[int, float]:
        """Return the degree of a filter, and by how much it amplifies `low` against `high` per degree, as a logarithm.

        The degree reaches the amplification that is needed, or as much of it as the precision of vectors holds.
        """
        growth, largest = _growth(low, high, self.top), max(_growth(self.bottom, high, self.top), 1e-9)
        limit = min(
            np.log(1 / self.rounding) / max(largest - growth, 1e-9),
            self.settings.largest_growth / largest,
            self.settings.max_degree,
        )
        return max(1, int(min(np.ceil(needed / max(growth, 1e-9)), limit))), growth

    def _edge_degree(self, first: float, last: float, max_degree: int) -> int:
        """Return the degree of a filter above the gap, which must not amplify eigenvectors below it too much."""
        lowest = max(_growth(self.bottom, last, self.top), 1e-9)
        spread = lowest - _growth(first, last, self.top)
        # Eigenvectors below the gap leave the square of their residual: amplified, that has to stay a tenth.
        amplification = 0.1 / self.settings.residual**2
        limit = min(np.log(amplification) / max(spread, 1e-9), self.settings.largest_growth / lowest)
        return int(np.clip(limit, 1, max_degree))

    def rayleigh_ritz(self, block: Matrix) -> tuple[Vector, Matrix, Vector]:
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

    def without(self, vectors: Matrix, block: Matrix) -> Matrix:
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

    def _inner_unit(self, value: float) -> float:
        """Return the eigenvalue of X for one of the operator, moved away from the ends of the spectrum."""
        return float(np.clip(self.unit(value), self.bottom + self.shortest, self.top - self.shortest))

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
