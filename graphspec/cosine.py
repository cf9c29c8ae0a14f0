"""Cosine transforms by numpy's FFT, so that a density does not wait for scipy to be imported, longer than it takes.

The transforms are those of types 2 and 3, from one real FFT of the same length each (J. Makhoul, IEEE Trans. Acoust.,
Speech, Signal Process. 28, 27 (1980)).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


def cosine_moments(values: Values, count: int) -> Values:
    """Return sum_j v_j cos(k (j + 1/2) pi / N) for k = 0 to `count` - 1, at most N / 2; v along the last axis."""
    length = values.shape[-1]
    order, _, turns = _tables(length)
    spectrum = np.fft.rfft(values[..., order])[..., :count]
    return np.asarray((spectrum * turns[:count].conj()).real)


def cosine_series(coefficients: Values, length: int) -> Values:
    """Return sum_k c_k cos(k (j + 1/2) pi / N) for j = 0 to N - 1; c along the last axis, at most N of them."""
    _, place, turns = _tables(length)
    count, half = coefficients.shape[-1], length // 2
    spectrum = np.zeros((*coefficients.shape[:-1], half + 1), complex)
    kept = min(count, half + 1)
    # With the FFT's factor of N / 2 for all but the first, which has twice that.
    np.multiply(coefficients[..., :kept], turns[:kept] * (length / 2), out=spectrum[..., :kept])
    spectrum[..., 0] *= 2
    if length - count < half:
        mirrored = slice(length - count + 1, half + 1)
        spectrum[..., mirrored] -= coefficients[..., : length - half - 1 : -1] * (turns[mirrored] * (0.5j * length))
    return np.asarray(np.fft.irfft(spectrum, length)[..., place])


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


@lru_cache(maxsize=16)
def _tables(length: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.complex128]]:
    """Return the order in which the FFT takes values, where each of them is then, and the factors of a half shift."""
    order = np.concatenate([np.arange(0, length, 2), np.arange(1, length, 2)[::-1]])
    place = np.empty(length, np.int64)
    place[order] = np.arange(length)
    return order, place, np.exp(0.5j * np.pi / length * np.arange(length // 2 + 1))
