"""Cosine transforms, which are here so that scipy need not be imported, against sums and scipy."""

import numpy as np
import pytest
from scipy import fft

from graphspec.cosine import cosine_moments, cosine_series, fast_length, in_order, interleave


def cosines(count, length):
    return np.cos(np.arange(count)[:, None] * (np.arange(length) + 0.5) * np.pi / length)


@pytest.mark.parametrize("length", [1, 2, 3, 8, 15, 256, 405])
def test_moments_are_sums_of_cosines(length):
    values = np.random.default_rng(length).standard_normal((3, length))
    count = max(1, length // 2)
    np.testing.assert_allclose(cosine_moments(values, count), values @ cosines(count, length).T, atol=1e-12)
    np.testing.assert_allclose(cosine_moments(values[0], count), values[0] @ cosines(count, length).T, atol=1e-12)


@pytest.mark.parametrize("length", [1, 2, 3, 8, 15, 256, 405])
def test_series_are_sums_of_cosines(length):
    for count in {1, max(1, length // 3), length // 2 + 1, length}:
        coefficients = np.random.default_rng(count).standard_normal((2, count))
        expected = coefficients @ cosines(count, length)
        np.testing.assert_allclose(cosine_series(coefficients, length), expected, atol=1e-12)
        np.testing.assert_allclose(cosine_series(coefficients[1], length), expected[1], atol=1e-12)


@pytest.mark.parametrize("length", [1, 2, 7, 16])
def test_interleaved_values_are_the_same_in_another_order(length):
    values = np.random.default_rng(length).standard_normal((2, length))
    np.testing.assert_array_equal(in_order(interleave(values)), values)
    count = max(1, length // 2)
    moments = cosine_moments(interleave(values), count, interleaved=True)
    np.testing.assert_array_equal(moments, cosine_moments(values, count))
    series = cosine_series(values, length, interleaved=True)
    np.testing.assert_array_equal(in_order(series), cosine_series(values, length))


def test_fast_lengths_are_the_next_with_small_factors():
    assert [fast_length(least) for least in range(1, 3000)] == [fft.next_fast_len(n, real=True) for n in range(1, 3000)]
