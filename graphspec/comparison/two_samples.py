"""Two-sample statistics of matrices of a kernel, and their permutation test.

A statistic of two samples is a sum over pairs, within each sample and between them, of a kernel k:

    T = mean of k within the first + mean of k within the second - 2 mean of k between them.

With a positive definite kernel it is the squared maximum mean discrepancy (Gretton et al., JMLR 13, 723 (2012)), of
which the means within a sample leave its pairs of one member out (eq. 3, unbiased) or not (eq. 5); with k = -d and a
distance d of negative type it is the energy distance (Szekely and Rizzo, J. Stat. Plan. Inference 143, 1249 (2013)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import comb

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.machine import one_blas_thread, pool_of

_COLUMNS = 256  # arrangements in one product of matrices: 8 MB for samples of 4000 members
_ROUNDING = 1e-11  # difference, relative to the largest entry of a kernel, at which two sums of it are equal


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel of all pairs of two samples, pooled.

    Attributes
    ----------
    values
        Symmetric matrix, shape (members, members).
    biased
        Whether the means within a sample include the pairs of a member with itself.
    """

    values: Matrix
    biased: bool = False


@dataclass(frozen=True)
class TestedStatistic:
    """A statistic of two samples with its p-value.

    Attributes
    ----------
    value
        The statistic.
    p_value
        Share of the arrangements of the pooled members in which it is at least as large, the given one among them.
    """

    value: float
    p_value: float


def num_arrangements(first: int, second: int) -> int:
    """Return in how many ways the members of two samples can be divided into two of these sizes."""
    return comb(first + second, first)


def permutation_test(kernel: Kernel, first: int, permutations: int, seed: int, threads: int = 1) -> TestedStatistic:
    """Test by permutation whether two samples are of one distribution.

    The p-value is (1 + number of permutations whose statistic is at least as large) / (1 + permutations), which is at
    most a with probability at most a if the distributions are equal (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol.
    9, 39 (2010)). Where there are no more arrangements than permutations are asked for, each is taken once, and the
    p-value is their share.

    Parameters
    ----------
    kernel
        Kernel of the pooled samples, the members of the first one at the beginning. It must not depend on which members
        are in which sample.
    first
        Size of the first sample.
    permutations
        Number of permutations.
    seed
        Seed of the permutations.
    threads
        Number of threads, which does not change the result.
    """
    given = np.zeros((len(kernel.values), 1))
    given[:first] = 1.0
    jobs = [lambda: given, *_arrangements(given, permutations, seed)]
    with one_blas_thread(), pool_of(min(threads, len(jobs))) as pool:
        statistics = partial(_statistics, kernel)
        found = list(map(statistics, jobs) if pool is None else pool.map(statistics, jobs))
    values = np.concatenate(found)
    slack = _ROUNDING * float(np.abs(kernel.values).max())
    return TestedStatistic(float(values[0]), float(np.mean(values >= values[0] - slack)))


def _arrangements(given: Matrix, permutations: int, seed: int) -> list[Callable[[], Matrix]]:
    """Return functions that make arrangements besides the given one, as columns with ones for the first sample."""
    total, first = len(given), int(given.sum())
    if num_arrangements(first, total - first) <= 1 + permutations:
        return [lambda: _all_arrangements(total, first)[:, 1:]]  # the first of them is the given one

    def random_ones(start: int) -> Matrix:
        random = np.random.default_rng([seed, start])
        count = min(_COLUMNS, permutations - start)
        return random.permuted(np.broadcast_to(given, (total, count)), axis=0)

    return [partial(random_ones, start) for start in range(0, permutations, _COLUMNS)]


def _all_arrangements(total: int, first: int) -> Matrix:
    columns = np.zeros((total, num_arrangements(first, total - first)))
    for number, members in enumerate(combinations(range(total), first)):
        columns[list(members), number] = 1.0
    return columns


def _statistics(kernel: Kernel, arrange: Callable[[], Matrix]) -> Vector:
    """Return the statistic of all arrangements that a function makes, by one product of the kernel with all of them."""
    labels = arrange()
    first = int(labels[:, 0].sum())
    second = len(labels) - first
    values, diagonal = kernel.values, np.diag(kernel.values)
    sums = values.sum(axis=1)
    own = (labels * (values @ labels)).sum(axis=0)
    rows = sums @ labels
    between = rows - own
    other = sums.sum() - rows - between
    if kernel.biased:
        return np.asarray(own / first**2 + other / second**2 - 2 * between / (first * second))
    selves = diagonal @ labels
    own, other = own - selves, other - (diagonal.sum() - selves)
    return np.asarray(own / (first * (first - 1)) + other / (second * (second - 1)) - 2 * between / (first * second))
