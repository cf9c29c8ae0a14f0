"""The Lanczos recurrence on arrays of any library, with reorthogonalisation; vectors stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphspec.errors import GraphspecError
from graphspec.lanczos.recurrence import JacobiCoefficients

Arrays = Any
"""An array of numpy, torch, cupy or another library with the operators of arrays and ``tolist``."""


@dataclass(frozen=True, eq=False)
class KrylovSpaces:
    """Jacobi matrices of recurrences and orthonormal bases of their Krylov spaces.

    Attributes
    ----------
    jacobi
        Jacobi coefficients of every starting vector.
    bases
        Basis vectors of every starting vector as rows, shape (steps, n); zeros after a recurrence has ended. The last
        two vectors alone where the recurrence was not reorthogonalised.
    """

    jacobi: JacobiCoefficients
    bases: list[Arrays]


def array_lanczos(
    multiply: Callable[[list[Arrays]], list[Arrays]],
    vectors: list[Arrays],
    num_steps: int,
    zeros: Callable[[int], Arrays],
    *,
    reorthogonalize: bool = True,
    breakdown: float = 1e-5,
    progress: Callable[[int], None] | None = None,
) -> KrylovSpaces:
    """Run one Lanczos recurrence for every vector, all at once.

    With reorthogonalisation every new vector is made orthogonal to all before it, twice (Parlett, The Symmetric
    Eigenvalue Problem, section 6.9): no eigenvalue has a copy. Otherwise it is made orthogonal to the last two.

    Parameters
    ----------
    multiply
        Maps a list of vectors to their images under a symmetric matrix.
    vectors
        Starting vectors, shape (n,) each.
    num_steps
        Number of products with every vector, at most n with reorthogonalisation.
    zeros
        Returns a number of zero vectors as rows of an array, on the device of the vectors.
    reorthogonalize
        Whether to keep all vectors, which takes `num_steps` times the memory of `vectors`.
    breakdown
        A coupling at most this large, relative to the largest of all coefficients so far, ends a recurrence.
    progress
        Called after every step with the number of products that it took.
    """
    width = len(vectors)
    alpha, beta, norm2 = np.zeros((width, num_steps)), np.zeros((width, num_steps)), np.zeros(width)
    bases, largest = [zeros(num_steps if reorthogonalize else 2) for _ in vectors], np.zeros(width)
    for index, vector in enumerate(vectors):
        norm2[index] = float(vector @ vector)
        if norm2[index] > 0:
            bases[index][0] = vector / float(np.sqrt(norm2[index]))
    alive = norm2 > 0
    for step in range(num_steps):
        place, following = (step, step + 1) if reorthogonalize else (step % 2, (step + 1) % 2)
        images = multiply([basis[place] for basis in bases])
        for index in np.flatnonzero(alive).tolist():
            rest, alpha[index, step] = _orthogonal(images[index], bases[index][: step + 1], place)
            norm = float(rest @ rest) ** 0.5
            if not np.isfinite(norm):
                raise GraphspecError(f"product {step + 1} of the operator with a vector is not finite")
            largest[index] = max(largest[index], abs(alpha[index, step]), norm)
            alive[index] = norm > breakdown * largest[index]
            if alive[index]:
                beta[index, step] = norm
                if step + 1 < num_steps:
                    bases[index][following] = rest / norm
        if progress is not None:
            progress(width)
    return KrylovSpaces(JacobiCoefficients(alpha, beta, norm2), bases)


def _orthogonal(image: Arrays, basis: Arrays, current: int) -> tuple[Arrays, float]:
    """Return the part of a vector that is orthogonal to a basis, and its component along one vector of the basis."""
    component = 0.0
    for _ in range(2):
        along = basis @ image
        image = image - along @ basis
        component += float(along[current])
    return image, component
