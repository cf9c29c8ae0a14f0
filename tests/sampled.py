"""A graph that is sampled, and what compares sketches of it."""

import numpy as np
from spectra import random_graph

from graphspec.sketches.moments import spectrum_moments

BLOCK_WIDTHS = 1e-6  # float32 products in blocks of another width are rounded differently
STATISTICAL = 4.5  # standard deviations by the closed form, with fixed seeds
SINGLE = 2e-5  # float32 vectors of some hundred entries

SAMPLED = random_graph(500, 4.0, 12)
OPTIONS = {"num_moments": 40, "seed": 4}


def assert_same_arrays(first, second):
    for name in ("alpha", "beta", "norm2", "low_moments"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.interval, first.atoms, first.fingerprint) == (second.interval, second.atoms, second.fingerprint)


def assert_close_moments(first, second):
    first, second = spectrum_moments(first), spectrum_moments(second)
    np.testing.assert_allclose(first.values, second.values, atol=BLOCK_WIDTHS)
    np.testing.assert_allclose(first.sem, second.sem, atol=BLOCK_WIDTHS)
