"""Cosine transforms by numpy's FFT, so that a density does not wait for scipy to be imported, longer than it takes.

The transforms are those of types 2 and 3, from one real FFT of the same length each (J. Makhoul, IEEE Trans. Acoust.,
Speech, Signal Process. 28, 27 (1980)).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def cosine_moments(values: Values, count: int, *, interleaved: bool = False) -> Values:
    """Return sum_j v_j cos(k (j + 1/2) pi / N) for k = 0 to `count` - 1, at most N / 2; v along the last axis.

    With `interleaved`, v comes as :func:`interleave` would return it, which saves a copy.
    """
    tables = _tables(values.shape[-1])
    spectrum = np.fft.rfft(values if interleaved else values[..., tables.order])[..., :count]
    return np.asarray((spectrum * tables.forward[:count]).real)


def cosine_series(coefficients: Values, length: int, *, interleaved: bool = False) -> Values:
    """Return sum_k c_k cos(k (j + 1/2) pi / N) for j = 0 to N - 1; c along the last axis, at most N of them.

    With `interleaved`, the result is as :func:`interleave` would return it, which saves a copy.
    """
    tables = _tables(length)
    count, half = coefficients.shape[-1], length // 2
    spectrum = np.zeros((*coefficients.shape[:-1], half + 1), complex)
    kept = min(count, half + 1)
    np.multiply(coefficients[..., :kept], tables.backward[:kept], out=spectrum[..., :kept])
    if length - count < half:
        mirrored = slice(length - count + 1, half + 1)
        spectrum[..., mirrored] -= coefficients[..., : length - half - 1 : -1] * (1j * tables.backward[mirrored])
    values = np.fft.irfft(spectrum, length)
    return np.asarray(values if interleaved else values[..., tables.place])


def interleave(values: Values) -> Values:
    """Return values, along the last axis, in the order of the FFT: of even numbers, then of odd ones backwards."""
    return np.asarray(values[..., _tables(values.shape[-1]).order])


def in_order(values: Values) -> Values:
    """Return interleaved values in their own order."""
    return np.asarray(values[..., _tables(values.shape[-1]).place])


def fast_length(least: int) -> int:
    """Return the smallest number from `least` on that has no prime factor above 5: the FFT is fast for it."""
    length = max(1, least)
    while _without_small_factors(length) > 1:
        length += 1
    return length


def _without_small_factors(number: int) -> int:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number


class _Tables(NamedTuple):
    """What both transforms of one length need: the order in which the FFT takes values, and factors of a half shift."""

    order: NDArray[np.int64]
    place: NDArray[np.int64]
    forward: NDArray[np.complex128]
    backward: NDArray[np.complex128]


@lru_cache(maxsize=16)
def _tables(length: int) -> _Tables:
    order = np.concatenate([np.arange(0, length, 2), np.arange(1, length, 2)[::-1]])
    place = np.empty(length, np.int64)
    place[order] = np.arange(length)
    turns = np.exp(0.5j * np.pi / length * np.arange(length // 2 + 1))
    backward = turns * (length / 2)
    backward[0] = length  # of all but the first the inverse FFT adds the conjugate
    return _Tables(order, place, turns.conj(), backward)
